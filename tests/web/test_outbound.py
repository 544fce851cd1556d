"""Outgoing requests reach public and allowed addresses only, and never more than their bounds."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from pytest_django import Settings

from reliability.web import outbound
from reliability.web.outbound import OutboundError, send
from reliability.web.outbound_policy import OutboundPolicy, OutboundPolicyError, OutboundRefused
from reliability.web.outbound_requests import BodyTooLarge, GuardedAdapter, RedirectRefused
from tests.servers.misbehaving import Answer, Behaviour, MisbehavingServer, misbehaving_server

Serve = Callable[[Behaviour], MisbehavingServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda behave: stack.enter_context(misbehaving_server(behave))


@pytest.fixture
def _allow_loopback(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert OutboundPolicy.parse([]).refusal(host="example.org", address=address) is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "the machine itself"),
        ("::1", "the machine itself"),
        ("0.0.0.0", "the machine itself"),  # noqa: S104  an address to refuse, nothing binds to it
        ("::", "the machine itself"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:127.0.0.1", "the machine itself"),
        ("169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff0e::1", "multicast"),
        ("64:ff9b::7f00:1", "translated"),
        ("64:ff9b:1::7f00:1", "translated"),
        ("2002:7f00:1::", "translated"),
        ("fec0::1", "translated"),
        ("198.18.0.1", "private"),
        ("2001:db8::1", "private"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str, words: str) -> None:
    refusal = OutboundPolicy.parse([]).refusal(host="example.org", address=address)
    assert refusal is not None
    assert words in refusal


@pytest.mark.parametrize(
    ("entry", "host", "address", "is_allowed"),
    [
        ("10.0.0.0/8", "anything", "10.9.9.9", True),
        ("10.0.0.0/8", "anything", "11.9.9.9", True),
        ("10.0.0.0/8", "anything", "192.168.0.1", False),
        ("127.0.0.1", "localhost", "127.0.0.1", True),
        ("127.0.0.1", "localhost", "127.0.0.2", False),
        ("prometheus.internal", "prometheus.internal", "10.0.0.1", True),
        ("prometheus.internal", "PROMETHEUS.internal.", "10.0.0.1", True),
        ("prometheus.internal", "evil.prometheus.internal", "10.0.0.1", False),
        (".internal", "a.b.internal", "10.0.0.1", True),
        ("*.internal", "a.internal", "127.0.0.1", True),
        (".internal", "internal.evil.example", "10.0.0.1", False),
        (".internal", "a.internal", "169.254.169.254", False),
        ("169.254.0.0/16", "a", "169.254.169.254", True),
        ("224.0.0.0/4", "a", "224.0.0.1", False),
        ("fd00::/8", "a", "fd00::1", True),
    ],
)
def test_what_is_listed_is_allowed_and_nothing_beside_it(entry: str, host: str, address: str, is_allowed: bool) -> None:
    assert (OutboundPolicy.parse([entry]).refusal(host=host, address=address) is None) is is_allowed


@pytest.mark.parametrize("entry", ["http://a", "a b", ".", "a:80", "10.0.0.0/99"])
def test_an_entry_that_is_neither_is_named(entry: str) -> None:
    with pytest.raises(OutboundPolicyError, match="OUTBOUND_ALLOWED_HOSTS"):
        OutboundPolicy.parse([entry])


def test_the_refusal_says_what_to_allow(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    with pytest.raises(OutboundRefused, match=r"10\.1\.2\.3 is in a private network.*10\.0\.0\.0/8"):
        send(method="GET", url="http://10.1.2.3/")


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Every look-up of example.test takes the next answer; literal addresses resolve as they do."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "example.test":
            asked.append(host)
            return real(answers[min(len(asked), len(answers)) - 1], port, *args, **kwargs)
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_a_name_that_leads_to_loopback_is_refused_by_both_clients(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    _resolve_to(monkeypatch, "127.0.0.1")
    server = serve(lambda asked: Answer(body=b"secret"))
    url = server.url.replace("127.0.0.1", "example.test")
    with pytest.raises(OutboundRefused):
        send(method="GET", url=url)
    with pytest.raises(OutboundRefused):
        _session().get(url, timeout=2)
    assert server.asked == []


def test_a_name_is_resolved_once_so_rebinding_finds_nobody(
    monkeypatch: pytest.MonkeyPatch, serve: Serve, settings: Settings
) -> None:
    """The first answer is an allowed address that nobody listens on, the second would be the forbidden one."""
    settings.OUTBOUND_ALLOWED_HOSTS = ["::1"]
    asked = _resolve_to(monkeypatch, "::1", "127.0.0.1")
    server = serve(lambda asked: Answer(body=b"secret"))
    with pytest.raises(OutboundError) as caught:
        send(method="GET", url=server.url.replace("127.0.0.1", "example.test"))
    assert caught.value.reason == "unreachable"
    assert caught.value.may_have_arrived is False
    assert len(asked) == 1
    assert server.asked == []


def _session(**options: Any) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    adapter = GuardedAdapter(**{"body_bytes_max": 100_000, "total_seconds": 5.0} | options)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


@pytest.mark.usefixtures("_allow_loopback")
def test_an_allowed_address_answers(serve: Serve) -> None:
    server = serve(lambda asked: Answer(201, b"made", {"X-Id": "7"}))
    answer = send(method="POST", url=f"{server.url}/hook", content=b"{}", headers={"X-A": "b"})
    assert (answer.status, answer.body, answer.is_success, answer.headers["x-id"]) == (201, b"made", True, "7")
    assert (server.asked[0].method, server.asked[0].path, server.asked[0].headers["x-a"]) == ("POST", "/hook", "b")


@pytest.mark.usefixtures("_allow_loopback")
def test_a_redirect_is_an_answer_and_is_not_followed(serve: Serve) -> None:
    server = serve(lambda asked: Answer(302, headers={"Location": "/elsewhere"}))
    answer = send(method="GET", url=server.url)
    assert (answer.status, answer.is_success, answer.headers["location"]) == (302, False, "/elsewhere")
    with pytest.raises(RedirectRefused, match="/elsewhere"):
        _session().get(server.url, timeout=2)
    assert len(server.asked) == 2


@pytest.mark.usefixtures("_allow_loopback")
def test_no_more_than_the_bound_is_read(serve: Serve) -> None:
    server = serve(lambda asked: Answer(body=b"x" * 2000))
    assert len(send(method="GET", url=server.url, body_bytes_max=2000).body) == 2000
    with pytest.raises(OutboundError) as caught:
        send(method="GET", url=server.url, body_bytes_max=1999)
    assert caught.value.reason == "answer_too_large"
    assert len(_session(body_bytes_max=2000).get(server.url, timeout=2).content) == 2000
    with pytest.raises(BodyTooLarge):
        _session(body_bytes_max=1999).get(server.url, timeout=2)


@pytest.mark.usefixtures("_allow_loopback")
def test_a_bomb_is_bounded_after_decompression(serve: Serve) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    server = serve(lambda asked: Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(OutboundError) as caught:
        send(method="GET", url=server.url)
    assert caught.value.reason == "compressed_answer"
    with pytest.raises(BodyTooLarge):
        _session().get(server.url, timeout=2)


@pytest.mark.usefixtures("_allow_loopback")
def test_a_receiver_that_hangs_is_cut(serve: Serve) -> None:
    server = serve(lambda asked: Answer(pause=lambda: time.sleep(2)))
    started = time.monotonic()
    with pytest.raises(OutboundError) as caught:
        send(method="POST", url=server.url, content=b"{}", read_seconds=0.3)
    assert (caught.value.reason, caught.value.may_have_arrived) == ("timeout", True)
    assert time.monotonic() - started < 1.5


@pytest.mark.usefixtures("_allow_loopback")
def test_a_receiver_that_dribbles_is_cut(serve: Serve) -> None:
    def dribble() -> Iterator[bytes]:
        while True:
            time.sleep(0.05)
            yield b" "

    server = serve(lambda asked: Answer(pieces=dribble()))
    with pytest.raises(OutboundError) as caught:
        send(method="GET", url=server.url, total_seconds=0.4)
    assert caught.value.reason == "timeout"


@pytest.mark.usefixtures("_allow_loopback")
def test_a_receiver_that_dribbles_headers_is_cut() -> None:
    def dribble(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for number in range(100):
                time.sleep(0.05)
                connection.sendall(b"x-%d: y\r\n" % number)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=dribble, args=(server,), daemon=True).start()
        started = time.monotonic()
        with pytest.raises(OutboundError) as caught:
            send(method="GET", url=f"http://127.0.0.1:{server.getsockname()[1]}/", total_seconds=0.4)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("url", ["ftp://example.org/", "http://", "nonsense"])
def test_an_address_that_is_none_is_an_invalid_request(url: str) -> None:
    with pytest.raises(OutboundError) as caught:
        send(method="GET", url=url)
    assert caught.value.reason in ("invalid_request", "unreachable")


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch, serve: Serve, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert outbound.send(method="GET", url=serve(lambda asked: Answer(body=b"direct")).url).body == b"direct"
