"""Faults in proxies, injected, taken back and seen to be gone, whatever dies in between."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.injectors.protocol import InjectorError, Plan, Reach
from chaos.injectors.registry import get
from tests.chaos.injectors.faults import Fault, cuts, wait
from tests.servers.misbehaving import Answer, Asked, misbehaving_server
from tests.servers.proxy import ProxyServer, connected, echo, running_proxy, tcp_service

NET = ("toxiproxy", "proxy", "http_fault", "dns")
PROTOCOLS = {"toxiproxy": "tcp", "proxy": "tcp", "http_fault": "http", "dns": "dns"}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("toxiproxy", "latency", {"latency_ms": 50}),
    ("toxiproxy", "jitter", {"jitter_ms": 50}),
    ("toxiproxy", "bandwidth", {"kilobytes_per_second": 10}),
    ("toxiproxy", "slow_close", {"delay_ms": 50}),
    ("toxiproxy", "timeout", {}),
    ("toxiproxy", "reset_peer", {"stream": "upstream"}),
    ("toxiproxy", "limit_data", {"bytes": 10}),
    ("toxiproxy", "slicer", {"average_bytes": 10}),
    ("toxiproxy", "down", {}),
    ("proxy", "latency", {"latency_ms": 50, "share": 0.5}),
    ("proxy", "down", {}),
    ("http_fault", "status", {"status": 503, "path": "/pay/*"}),
    ("http_fault", "delay", {"delay_ms": 100}),
    ("http_fault", "corrupt", {"method": "GET"}),
    ("dns", "nxdomain", {"domain": "*.example.org"}),
    ("dns", "address", {"domain": "a.example.org", "address": "192.0.2.1"}),
    ("dns", "down", {}),
]


@pytest.fixture(scope="module")
def echoing() -> Iterator[str]:
    with tcp_service(echo) as address:
        yield address


@pytest.fixture(scope="module")
def proxy(echoing: str) -> Iterator[ProxyServer]:
    with running_proxy() as server:
        for protocol in ("tcp", "http", "dns"):
            server.add(f"shop-{protocol}", echoing, protocol=protocol)
        yield server


def reach(kind: str, url: str) -> Reach:
    return Reach(slug="shop", config={"api_url": url, "proxy": f"shop-{PROTOCOLS[kind]}"})


def fault(kind: str, action: str, arguments: dict[str, Any], *, url: str) -> Fault:
    target = reach(kind, url)
    key = f"test-{uuid.uuid4().hex[:12]}"
    plan = get(kind).plan(action=action, fault_key=key, reach=target, arguments=arguments)
    return Fault(injector=get(kind), plan=plan, reach=target)  # type: ignore[arg-type]  # it uses no more than that


@pytest.mark.parametrize(("kind", "action", "arguments"), CASES)
def test_a_fault_is_injected_once_taken_back_and_seen_to_be_gone(
    proxy: ProxyServer, kind: str, action: str, arguments: dict[str, Any]
) -> None:
    one = fault(kind, action, arguments, url=proxy.url)
    name = f"shop-{PROTOCOLS[kind]}"
    assert one.is_gone, "nothing was injected"
    assert one.inject()["is_new"] is True
    assert one.inject()["is_new"] is False
    assert proxy.toxics(name) == [one.plan.fault_key]
    assert not one.is_gone
    one.undo()
    assert one.is_gone
    one.undo()
    assert proxy.toxics(name) == []
    assert proxy.ask("GET", f"/proxies/{name}").json()["enabled"] is True


def test_two_faults_of_one_proxy_are_taken_back_one_by_one(proxy: ProxyServer) -> None:
    one, other = (fault("proxy", "latency", {"latency_ms": 5}, url=proxy.url) for _ in range(2))
    one.inject(), other.inject()
    one.undo()
    assert one.is_gone
    assert not other.is_gone
    other.undo()
    assert other.is_gone


def test_undo_does_not_need_the_target_as_it_was(proxy: ProxyServer) -> None:
    one = fault("proxy", "latency", {"latency_ms": 5}, url=proxy.url)
    one.inject()
    one.reach = Reach(slug="shop", config={"api_url": "http://127.0.0.1:1", "proxy": "another"})
    one.undo()
    assert one.is_gone


@pytest.mark.parametrize(("kind", "action", "arguments"), [CASES[8], CASES[10]])
def test_an_injection_cut_off_anywhere_is_taken_back(
    proxy: ProxyServer, kind: str, action: str, arguments: dict[str, Any]
) -> None:
    name = f"shop-{PROTOCOLS[kind]}"
    counted = fault(kind, action, arguments, url=proxy.url)
    for cut in cuts(counted, number=6):
        one = fault(kind, action, arguments, url=proxy.url)
        one.inject_elsewhere(cut_at=cut)
        one.undo()
        assert one.is_gone, f"cut at line {cut}"
        assert proxy.ask("GET", f"/proxies/{name}").json()["enabled"] is True
    assert proxy.toxics(name) == []


def test_an_injection_that_comes_after_its_undo_stays_out(proxy: ProxyServer) -> None:
    one = fault("proxy", "down", {}, url=proxy.url)
    one.undo()
    with pytest.raises(InjectorError, match="taken back") as refused:
        one.inject()
    assert refused.value.is_permanent
    assert one.is_gone


def test_a_killed_proxy_is_not_gone_and_one_that_is_back_is(tmp_path: Path, echoing: str) -> None:
    config = [{"name": "shop-tcp", "listen": "127.0.0.1:0", "upstream": echoing}]
    with running_proxy(config=config, directory=tmp_path) as server:
        url = server.url
        one = fault("proxy", "latency", {"latency_ms": 50}, url=url)
        one.inject()
        server.kill()
        verification = get("proxy").verify(plan=one.plan, reach=one.reach)
        assert not verification.is_gone
        assert "cannot be seen" in verification.how
        with pytest.raises(InjectorError) as refused:
            one.undo()
        assert not refused.value.is_permanent
    with running_proxy(config=config, directory=tmp_path, listen=url.removeprefix("http://")):
        one.undo()
        assert one.is_gone


def test_a_proxy_that_hangs_is_given_up_soon() -> None:
    def hang(asked: Asked) -> Answer:
        return Answer(pause=lambda: time.sleep(4))

    with misbehaving_server(hang) as server:
        one = fault("proxy", "down", {}, url=server.url)
        began = time.monotonic()
        with pytest.raises(InjectorError) as refused:
            one.undo()
        assert not one.is_gone
    assert not refused.value.is_permanent
    assert time.monotonic() - began < 9


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=404, body=b"<h1>no backend</h1>"), "not gone"),
        (Answer(status=200, body=b"welcome"), "not gone"),
        (Answer(status=200, body=b'{"enabled": "perhaps"}'), "not gone"),
        (Answer(status=302, headers={"Location": "http://192.0.2.1/"}), "not gone"),
        (Answer(status=502), "not gone"),
        (Answer(status=200, body=b" " * 2_000_000), "not gone"),
        (Answer(status=404, body=b'{"error": "proxy not found", "status": 404}'), "gone"),
    ],
    ids=["a gateway's 404", "a page", "other JSON", "a redirect", "out of order", "endless", "no such proxy"],
)
def test_only_a_toxiproxy_is_believed(answer: Answer, words: str) -> None:
    with misbehaving_server(lambda asked: answer) as server:
        one = fault("toxiproxy", "down", {}, url=server.url)
        assert one.is_gone is (words == "gone")
        with pytest.raises(InjectorError):
            one.inject()


def test_what_is_disabled_already_is_no_place_for_a_trial(proxy: ProxyServer) -> None:
    proxy.ask("POST", "/proxies/shop-tcp", {"enabled": False})
    one = fault("toxiproxy", "down", {}, url=proxy.url)
    with pytest.raises(InjectorError, match="disabled already"):
        one.inject()
    assert proxy.toxics("shop-tcp") == []
    one.undo()
    assert one.is_gone, "and it is enabled, which does no harm"


@pytest.mark.parametrize(
    ("kind", "name", "action", "arguments"),
    [
        ("http_fault", "shop-tcp", "status", {}),
        ("dns", "shop-http", "nxdomain", {}),
        ("proxy", "nowhere", "latency", {"latency_ms": 1}),
    ],
)
def test_a_proxy_of_another_kind_is_refused(
    proxy: ProxyServer, kind: str, name: str, action: str, arguments: dict[str, Any]
) -> None:
    target = Reach(slug="shop", config={"api_url": proxy.url, "proxy": name})
    plan = get(kind).plan(action=action, fault_key="test-1", reach=target, arguments=arguments)
    with pytest.raises(InjectorError) as refused:
        get(kind).inject(plan=plan, reach=target)
    assert refused.value.is_permanent


def test_the_deadline_holds_when_nobody_takes_it_back(proxy: ProxyServer) -> None:
    one = fault("proxy", "down", {"duration": 2}, url=proxy.url)
    assert one.plan.expires_after == timedelta(seconds=2)
    one.inject()
    address = proxy.ask("GET", "/proxies/shop-tcp").json()["listen"]
    with pytest.raises(ConnectionError):
        connected(address)
    wait(lambda: one.is_gone, seconds=10)
    connected(address).close()


def test_a_toxiproxy_keeps_no_deadline() -> None:
    assert fault("toxiproxy", "latency", {"latency_ms": 1}, url="http://127.0.0.1:1").plan.expires_after is None


def test_our_own_deadlines_are_not_asked_of_a_toxiproxy() -> None:
    plain = Answer(body=b'{"name": "shop-tcp", "enabled": true, "listen": "", "upstream": "", "toxics": []}')
    with misbehaving_server(lambda asked: plain) as server:
        one = fault("proxy", "latency", {"latency_ms": 5}, url=server.url)
        with pytest.raises(InjectorError, match="keeps no deadlines"):
            one.inject()


def test_the_token_is_sent_and_never_planned(tmp_path: Path, echoing: str) -> None:
    (tmp_path / "token").write_text("open-sesame")
    config = [{"name": "shop-tcp", "listen": "127.0.0.1:0", "upstream": echoing}]
    with running_proxy("--token-file", str(tmp_path / "token"), config=config, directory=tmp_path) as server:
        one = fault("proxy", "latency", {"latency_ms": 5}, url=server.url)
        with pytest.raises(InjectorError, match="401") as refused:
            one.inject()
        assert refused.value.is_permanent
        one.reach = Reach(slug="shop", config=one.reach.config, secrets={"token": "open-sesame"})
        one.inject()
        assert not one.is_gone
        one.undo()
        assert one.is_gone
        assert "sesame" not in repr(one.plan)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"proxy": "shop"}, "needs api_url"),
        ({"api_url": "http://127.0.0.1:1"}, "needs proxy"),
        ({"api_url": "ftp://127.0.0.1", "proxy": "shop"}, "http or https"),
        ({"api_url": "http://[::1", "proxy": "shop"}, "http or https"),
        ({"api_url": "http://ada:secret@127.0.0.1", "proxy": "shop"}, "no password"),
        ({"api_url": "http://127.0.0.1:1", "proxy": "shop", "pproxy": ""}, "has no 'pproxy'"),
    ],
)
def test_a_target_says_what_is_wrong_with_it(config: dict[str, Any], problem: str) -> None:
    problems = get("proxy").problems_of_target(config)
    assert any(problem in one for one in problems), problems
    with pytest.raises(InjectorError):
        get("proxy").plan(action="down", fault_key="k", reach=Reach(slug="s", config=config), arguments={})


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers(), max_size=2)
)


@given(data=st.data())
def test_every_plan_is_within_its_bounds_or_names_the_argument(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(NET))
    injector = get(kind)
    action = injector.actions[data.draw(st.sampled_from(sorted(injector.actions)))]
    names = [argument.name for argument in action.arguments]
    arguments = data.draw(st.dictionaries(st.sampled_from([*names, "unknown"]), VALUES, max_size=5))
    target = reach(kind, "http://127.0.0.1:1")
    plan: Plan | None = None
    with suppress(InjectorError):
        plan = injector.plan(action=action.name, fault_key="run-1-1", reach=target, arguments=arguments)
    if plan is None:
        with pytest.raises(InjectorError, match="|".join([*names, "unknown", "has no"])):
            injector.plan(action=action.name, fault_key="run-1-1", reach=target, arguments=arguments)
        return
    assert set(plan.arguments) <= set(names)
    for argument in action.arguments:
        value = plan.arguments.get(argument.name, argument.default)
        if isinstance(value, int | float):
            assert argument.least is None or value >= argument.least, argument.name
            assert argument.most is None or value <= argument.most, argument.name
        else:
            assert value is None or len(value) <= (argument.most or 500), argument.name
