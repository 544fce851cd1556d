"""The published extension chaostoolkit-toxiproxy, unmodified, drives our proxy from inside the process of a run."""

from __future__ import annotations

import time
from typing import Any

from chaos.runner.protocol import Event
from tests.chaos.runner.harness import supervised
from tests.servers.proxy import ProxyServer, connected, echo, running_proxy, tcp_service


def call(kind: str, module: str, func: str, *, tolerance: Any = None, **arguments: Any) -> dict[str, Any]:
    activity = {
        "type": kind,
        "name": func,
        "provider": {"type": "python", "module": f"chaostoxi.{module}", "func": func, "arguments": arguments},
    }
    return activity if tolerance is None else {**activity, "tolerance": tolerance}


def document(server: ProxyServer, upstream: str) -> dict[str, Any]:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    upstream_host, _, upstream_port = upstream.rpartition(":")
    shop = {"for_proxy": "shop"}
    return {
        "title": "Slow answers of the shop",
        "description": "As in the extension's own documentation",
        "configuration": {"toxiproxy_host": host, "toxiproxy_port": int(port)},
        "steady-state-hypothesis": {
            "title": "The proxy is there",
            "probes": [call("probe", "proxy.probes", "proxy_exist", tolerance=True, proxy_name="shop")],
        },
        "method": [
            call(
                "action",
                "proxy.actions",
                "create_proxy",
                proxy_name="other",
                upstream_host=upstream_host,
                upstream_port=int(upstream_port),
                listen_host="127.0.0.1",
            ),
            call("action", "toxic.actions", "create_latency_toxic", **shop, toxic_name="late", latency=300, jitter=5),
            call("action", "toxic.actions", "create_bandwith_degradation_toxic", **shop, toxic_name="n", rate=1_000),
            call("action", "toxic.actions", "create_slow_connection_close_toxic", **shop, toxic_name="s", delay=1),
            call("action", "toxic.actions", "create_timeout_toxic", for_proxy="other", toxic_name="t", timeout=100),
            call(
                "action",
                "toxic.actions",
                "create_slicer_toxic",
                **shop,
                toxic_name="sl",
                average_size=50,
                size_variation=5,
                delay=10,
            ),
            call("action", "toxic.actions", "create_limiter_toxic", **shop, toxic_name="lim", bytes_limit=1_000_000),
            call("probe", "proxy.probes", "get_proxy_attribute", proxy_name="shop", attribute="toxics"),
            {**call("action", "proxy.actions", "disable_proxy", proxy_name="other"), "pauses": {"after": 3}},
            call("action", "proxy.actions", "enable_proxy", proxy_name="other"),
        ],
        "rollbacks": [
            call("action", "toxic.actions", "delete_toxic", for_proxy="shop", toxic_name="late"),
            call("action", "proxy.actions", "delete_proxy", proxy_name="other"),
            call("action", "proxy.actions", "reset"),
        ],
    }


def test_a_published_experiment_runs_against_our_proxy() -> None:
    with tcp_service(echo) as upstream, running_proxy() as server:
        address = server.add("shop", upstream)
        with supervised(document(server, upstream), modules=["chaostoxi"]) as child:
            child.run_until(lambda line: isinstance(line, Event) and line.text == "disable_proxy: succeeded")
            with connected(address) as sock:
                began = time.monotonic()
                sock.sendall(b"x")
                assert sock.recv(1) == b"x"
                taken = time.monotonic() - began
            end = child.finish()
        assert end.outcome["error"] == ""
        assert [run["status"] for run in end.journal["run"]] == ["succeeded"] * 10
        assert all(run["output"] for run in end.journal["run"])
        assert len(end.journal["run"][7]["output"]) == 5
        assert [run["status"] for run in end.journal["rollbacks"]] == ["succeeded"] * 3
        assert not end.outcome["has_deviated"]
        assert 0.29 <= taken < 1.5
        assert list(server.ask("GET", "/proxies").json()) == ["shop"]
        assert server.toxics("shop") == []


def test_our_own_injector_in_a_run_asks_before_it_injects() -> None:
    with tcp_service(echo) as upstream, running_proxy() as server:
        server.add("shop", upstream)
        target = {"kind": "proxy", "config": {"api_url": server.url, "proxy": "shop"}}
        arguments = {"target": "shop-proxy", "latency_ms": 200, "duration": 30}
        provider = {"type": "python", "module": "chaos.injectors.proxy", "func": "latency", "arguments": arguments}
        parts = {
            "title": "Late",
            "description": "…",
            "method": [{"type": "action", "name": "late", "provider": provider}],
        }
        with supervised(parts, targets={"shop-proxy": target}) as child:
            child.run_until(lambda line: getattr(line, "what", "") == "record_undo")
            record = child.asks[-1].arguments
            end = child.finish()
        assert record["undo"] == {"api_url": server.url, "proxy": "shop"}
        assert record["expires_after_seconds"] == 30
        assert server.toxics("shop") == [record["fault_key"]]
        assert [run["status"] for run in end.journal["run"]] == ["succeeded"]
        with supervised(parts, targets={"shop-proxy": target}, outbound=[]) as child:
            end = child.finish()
        assert "OUTBOUND_ALLOWED_HOSTS" in str(end.journal["run"][0]["exception"])
