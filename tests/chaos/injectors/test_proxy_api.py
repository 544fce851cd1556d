"""Toxiproxy's API as our proxy answers it, and what it refuses."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.architecture.sources import ROOT
from tests.servers.proxy import ProxyServer, connected, echo, running_proxy, tcp_service


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyServer]:
    with running_proxy() as server:
        yield server


@pytest.fixture(scope="module")
def echoing() -> Iterator[str]:
    with tcp_service(echo) as address:
        yield address


def answers(address: str) -> bool:
    """Whether a service answers through there; False: refused or cut."""
    try:
        with connected(address, timeout=2) as sock:
            sock.sendall(b"x")
            return sock.recv(1) == b"x"
    except ConnectionError:
        return False


def test_a_proxy_lives_as_in_toxiproxy(proxy: ProxyServer, echoing: str) -> None:
    version = proxy.ask("GET", "/version").json()["version"]
    assert version.startswith("2.")
    made = proxy.ask("POST", "/proxies", {"name": "life", "listen": "127.0.0.1:0", "upstream": echoing})
    assert made.status_code == 201
    values = made.json()
    assert values | {"listen": "", "protocol": ""} == {
        "name": "life",
        "listen": "",
        "upstream": echoing,
        "enabled": True,
        "protocol": "",
        "toxics": [],
    }
    assert int(values["listen"].split(":")[1]) > 0, "the port it got"
    assert proxy.ask("GET", "/proxies").json()["life"] == values
    assert proxy.ask("GET", "/proxies/life").json() == values
    assert answers(values["listen"])
    assert proxy.ask("DELETE", "/proxies/life").status_code == 204
    assert proxy.ask("GET", "/proxies/life").json() == {"error": "proxy not found", "status": 404}
    assert not answers(values["listen"])


def test_a_disabled_proxy_refuses_and_keeps_its_port(proxy: ProxyServer, echoing: str) -> None:
    address = proxy.add("off", echoing)
    with connected(address) as open_one:
        assert proxy.ask("POST", "/proxies/off", {"enabled": False}).json()["enabled"] is False
        assert not answers(address)
        with pytest.raises(ConnectionResetError):
            open_one.recv(1)
        host, _, port = address.rpartition(":")
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((host, int(port)))
    for _ in range(3):
        assert proxy.ask("PATCH", "/proxies/off", {"enabled": True}).json()["listen"] == address
        assert answers(address)
        proxy.ask("PATCH", "/proxies/off", {"enabled": False})
        assert not answers(address)


def test_disabling_cuts_connections_at_every_moment_of_their_making(proxy: ProxyServer, echoing: str) -> None:
    address = proxy.add("cut", echoing)
    with httpx2.Client(base_url=proxy.url, timeout=5) as api:
        for turn in range(100):
            with connected(address, timeout=2) as made:
                time.sleep(turn * 0.00002)
                api.patch("/proxies/cut", json={"enabled": False})
                with pytest.raises(ConnectionResetError):
                    made.recv(1)
            api.patch("/proxies/cut", json={"enabled": True})


def test_toxics_are_made_read_changed_and_removed(proxy: ProxyServer, echoing: str) -> None:
    address = proxy.add("toxic", echoing)
    made = proxy.ask("POST", "/proxies/toxic/toxics", {"type": "latency", "attributes": {"latency": 5}})
    assert made.status_code == 200
    assert made.json() == {
        "name": "latency_downstream",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1.0,
        "attributes": {"latency": 5, "jitter": 0},
    }
    again = proxy.ask("POST", "/proxies/toxic/toxics", {"type": "latency"})
    assert (again.status_code, again.json()["error"]) == (409, "toxic already exists")
    path = "/proxies/toxic/toxics/latency_downstream"
    assert proxy.ask("POST", path, {"attributes": {"jitter": 3}}).json()["attributes"] == {"latency": 5, "jitter": 3}
    assert proxy.ask("PATCH", path, {"toxicity": 0.5}).json()["toxicity"] == 0.5
    assert proxy.ask("GET", path).json() == proxy.ask("GET", "/proxies/toxic/toxics").json()[0]
    assert proxy.ask("DELETE", path).status_code == 204
    assert proxy.ask("DELETE", path).status_code == 404
    assert proxy.ask("POST", "/proxies/toxic/toxics", {"type": "latency"}).status_code == 200, "its name is free again"
    assert answers(address)


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/proxies", {"listen": "127.0.0.1:0", "upstream": "a:1"}, 400, "missing required field: name"),
        ("/proxies", {"name": "x"}, 400, "missing required field: upstream"),
        ("/proxies", {"name": "x", "upstream": "nowhere"}, 400, "upstream must be host:port"),
        ("/proxies", {"name": "x", "upstream": "a:99999"}, 400, "upstream must be host:port"),
        ("/proxies", {"name": "a/b", "upstream": "a:1"}, 400, "a name has"),
        ("/proxies", {"name": "x", "upstream": "a:1", "enabled": "yes"}, 400, "enabled must be true or false"),
        ("/proxies", {"name": "x", "upstream": "a:1", "protocol": "smtp"}, 400, "protocol must be one of"),
        ("/proxies", [], 400, "an object is expected"),
        ("/proxies/bad/toxics", {}, 400, "missing required field: type"),
        ("/proxies/bad/toxics", {"type": "poison"}, 400, "invalid toxic type"),
        ("/proxies/bad/toxics", {"type": "http_fault"}, 400, "needs a proxy with protocol http"),
        ("/proxies/bad/toxics", {"type": "latency", "stream": "sideways"}, 400, "stream was invalid"),
        ("/proxies/bad/toxics", {"type": "latency", "toxicity": 2}, 400, "toxicity must be at most 1"),
        ("/proxies/bad/toxics", {"type": "latency", "attributes": {"latencyy": 1}}, 400, "has no attribute"),
        ("/proxies/bad/toxics", {"type": "latency", "attributes": {"latency": -1}}, 400, "latency must be at least 0"),
        ("/proxies/bad/toxics", {"type": "latency", "ttl_ms": 0}, 400, "ttl_ms must be at least 1"),
        ("/proxies/none/toxics", {"type": "latency"}, 404, "proxy not found"),
        ("/somewhere", {}, 404, "nothing at this address"),
    ],
)
def test_what_is_wrong_is_refused_with_the_reason(
    proxy: ProxyServer, echoing: str, path: str, body: Any, status: int, error: str
) -> None:
    if "bad" not in proxy.ask("GET", "/proxies").json():
        proxy.add("bad", echoing)
    answer = proxy.ask("POST", path, body)
    assert answer.status_code == status
    assert error in answer.json()["error"]
    assert answer.json()["status"] == status


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff\xfe", b'{"name": NaN}'])
def test_a_body_that_is_no_json_is_refused(proxy: ProxyServer, body: bytes) -> None:
    assert proxy.ask("POST", "/proxies", content=body).status_code == 400


def test_a_body_that_is_too_long_is_refused(proxy: ProxyServer) -> None:
    assert proxy.ask("POST", "/proxies", content=b"x" * 300_000).status_code == 413
    assert proxy.ask("GET", "/version").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example:8474"},
        {"Host": "[evil"},
    ],
    ids=["a page of another site", "a browser", "a name that was rebound", "no name at all"],
)
def test_a_browser_drives_nothing(proxy: ProxyServer, headers: dict[str, str]) -> None:
    assert proxy.ask("POST", "/reset", headers=headers).status_code == 403


def test_what_is_no_http_is_answered_and_harms_nobody(proxy: ProxyServer) -> None:
    with connected(proxy.url.removeprefix("http://")) as sock:
        sock.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 400 ")
    assert proxy.ask("GET", "/version").status_code == 200


def test_populating_leaves_alone_what_is_as_it_should_be(proxy: ProxyServer, echoing: str) -> None:
    address = proxy.add("kept", echoing)
    proxy.add_toxic("kept", "latency")
    listed = [
        {"name": "kept", "listen": address, "upstream": echoing},
        {"name": "fresh", "listen": "127.0.0.1:0", "upstream": echoing, "enabled": False},
    ]
    made = proxy.ask("POST", "/populate", listed)
    assert made.status_code == 201
    assert [(one["name"], one["enabled"], len(one["toxics"])) for one in made.json()["proxies"]] == [
        ("kept", True, 1),
        ("fresh", False, 0),
    ]
    assert proxy.ask("POST", "/reset").status_code == 204
    assert {one["enabled"] for one in proxy.ask("GET", "/proxies").json().values()} == {True}
    assert proxy.toxics("kept") == []


def test_a_proxy_that_moves_keeps_its_toxics(proxy: ProxyServer, echoing: str) -> None:
    before = proxy.add("moving", "127.0.0.1:1")
    proxy.add_toxic("moving", "latency", attributes={"latency": 100})
    assert not answers(before)
    moved = proxy.ask("POST", "/proxies/moving", {"upstream": echoing}).json()
    assert (moved["listen"], moved["upstream"], len(moved["toxics"])) == (before, echoing, 1)
    began = time.monotonic()
    assert answers(before)
    assert time.monotonic() - began >= 0.1
    taken = proxy.add("taken", echoing)
    refused = proxy.ask("POST", "/proxies/moving", {"listen": taken})
    assert refused.status_code == 500
    assert answers(before), "it is where it was"


def test_a_toxic_ends_by_itself_when_its_time_is_over(proxy: ProxyServer, echoing: str) -> None:
    address = proxy.add("mortal", echoing)
    proxy.add_toxic("mortal", "down", name="outage", ttl_ms=2_000)
    assert not answers(address)
    left = proxy.ask("GET", "/proxies/mortal/toxics/outage").json()["ttl_ms"]
    assert 0 < left <= 2_000
    assert proxy.ask("GET", "/proxies/mortal").json()["enabled"] is False
    deadline = time.monotonic() + 10
    while proxy.toxics("mortal") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert proxy.toxics("mortal") == []
    assert answers(address)


def test_what_was_taken_back_for_good_does_not_come_back(proxy: ProxyServer, echoing: str) -> None:
    proxy.add("final", echoing)
    assert proxy.ask("DELETE", "/proxies/final/toxics/run-1-1?final=true").status_code == 404
    late = proxy.ask("POST", "/proxies/final/toxics", {"type": "latency", "name": "run-1-1"})
    assert late.status_code == 410
    assert proxy.toxics("final") == []


def test_proxies_come_from_a_file_and_the_token_is_asked_for(tmp_path: Path, echoing: str) -> None:
    (tmp_path / "token").write_text("open-sesame\n")
    config = [{"name": "shop", "listen": "127.0.0.1:0", "upstream": echoing}]
    with running_proxy("--token-file", str(tmp_path / "token"), config=config, directory=tmp_path) as server:
        assert server.ask("GET", "/proxies").status_code == 401
        assert server.ask("GET", "/proxies", headers={"Authorization": "Bearer wrong"}).status_code == 401
        known = server.ask("GET", "/proxies", headers={"Authorization": "Bearer open-sesame"})
        assert list(known.json()) == ["shop"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--listen", "0.0.0.0:0"], "--token-file"),
        (["--listen", "here"], "--listen must be host:port"),
        (["--listen", "127.0.0.1:0", "--config", "/nonexistent.json"], "No such file"),
    ],
)
def test_it_does_not_start_where_it_should_not(arguments: list[str], words: str) -> None:
    command = [sys.executable, "-m", "chaos.injectors.proxy", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_request_in_pieces_and_one_after_another_on_one_connection(proxy: ProxyServer) -> None:
    with connected(proxy.url.removeprefix("http://")) as sock:
        for _ in range(2):
            for piece in (b"GET /ver", b"sion HTTP/1.1\r\nHo", b"st: localhost\r\n", b"\r\n"):
                sock.sendall(piece)
                time.sleep(0.02)
            head, _, body = sock.recv(4_096).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert json.loads(body)["version"]
