"""Single requests through a proxy that reads HTTP, with real clients and raw bytes."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.proxy import ProxyServer, connected, running_proxy, tcp_service


async def shop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A small HTTP server that tells what it was asked; keeps connections, answers some paths in special ways."""
    is_kept = True
    while is_kept:
        head = await reader.readuntil(b"\r\n\r\n")
        request, *lines = head.decode().split("\r\n")
        method, path, _ = request.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        told = f"{method} {path} {await body_bytes(reader, headers)}".encode()
        if path == "/socket":
            await switch(reader, writer)
            return
        writer.write(special(told).get(path) or usual(told, is_head=method == "HEAD"))
        await writer.drain()
        is_kept = path not in ("/old", "/cut", "/nonsense")


async def body_bytes(reader: asyncio.StreamReader, headers: dict[str, str]) -> int:
    if headers.get("transfer-encoding") != "chunked":
        return len(await reader.readexactly(int(headers.get("content-length", 0))))
    found = 0
    while size := int((await reader.readline()).strip(), 16):
        found += len(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return found


def usual(told: bytes, *, is_head: bool) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(told) + (b"" if is_head else told)


def special(told: bytes) -> dict[str, bytes]:
    pieces = [told[start : start + 3] for start in range(0, len(told), 3)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return {
        "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n",
        "/old": b"HTTP/1.0 200 OK\r\n\r\n" + told,
        "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + told,
        "/nonsense": b"220 mail.example.org ESMTP\r\n",
    }


async def switch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello")
    while data := await reader.read(100):
        writer.write(data)


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyServer]:
    with tcp_service(shop) as upstream, running_proxy() as server:
        server.add("shop", upstream, protocol="http")
        yield server


@pytest.fixture
def address(proxy: ProxyServer) -> Iterator[str]:
    yield str(proxy.ask("GET", "/proxies/shop").json()["listen"])
    proxy.ask("POST", "/reset")


@pytest.fixture
def client(address: str) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(address, timeout=10)
    yield connection
    connection.close()


def asked(client: http.client.HTTPConnection, method: str, path: str, **more: Any) -> tuple[int, bytes]:
    client.request(method, path, **more)
    answer = client.getresponse()
    return answer.status, answer.read()


def seconds_of(client: http.client.HTTPConnection, path: str) -> float:
    began = time.monotonic()
    asked(client, "GET", path)
    return time.monotonic() - began


def fail(proxy: ProxyServer, *, share: float = 1, **attributes: Any) -> None:
    proxy.add_toxic("shop", "http_fault", name=f"f{len(proxy.toxics('shop'))}", toxicity=share, attributes=attributes)


def test_everything_passes_without_faults_on_one_connection(client: http.client.HTTPConnection) -> None:
    assert asked(client, "GET", "/a") == (200, b"GET /a 0")
    first = client.sock
    assert asked(client, "POST", "/b", body=b"x" * 300_000) == (200, b"POST /b 300000")
    pieces = iter([b"x" * 10, b"y" * 20])
    assert asked(client, "PUT", "/c", body=pieces, encode_chunked=True) == (200, b"PUT /c 30")
    assert asked(client, "HEAD", "/d") == (200, b"")
    assert asked(client, "GET", "/chunked") == (200, b"GET /chunked 0")
    assert client.sock is first


def test_only_what_matches_is_answered_with_an_error(proxy: ProxyServer, client: http.client.HTTPConnection) -> None:
    fail(proxy, effect="status", status=429, retry_after=7, method="POST", path="/pay/*")
    client.request("POST", "/pay/1?card=2", body=b"x" * 1_000)
    answer = client.getresponse()
    assert (answer.status, answer.headers["Retry-After"], answer.headers["X-Fault"]) == (429, "7", "f0")
    answer.read()
    kept = client.sock
    assert kept is not None
    assert asked(client, "GET", "/pay/1") == (200, b"GET /pay/1 0")
    assert asked(client, "POST", "/other", body=b"x") == (200, b"POST /other 1")
    assert asked(client, "POST", "/pay/2", body=iter([b"xx"]), encode_chunked=True)[0] == 429
    assert asked(client, "GET", "/") == (200, b"GET / 0")
    assert client.sock is kept


def test_a_head_is_refused_without_a_body(proxy: ProxyServer, client: http.client.HTTPConnection) -> None:
    fail(proxy, effect="status", status=500)
    assert asked(client, "HEAD", "/") == (500, b"")
    assert asked(client, "GET", "/")[0] == 500


def test_the_share_is_of_requests(proxy: ProxyServer, client: http.client.HTTPConnection) -> None:
    fail(proxy, effect="status", status=500, share=0.3)
    statuses = [asked(client, "GET", "/")[0] for _ in range(200)]
    assert 30 <= statuses.count(500) <= 95
    assert statuses.count(500) + statuses.count(200) == 200


def test_a_delay_is_of_the_requests_that_match_and_ends_with_its_toxic(
    proxy: ProxyServer, client: http.client.HTTPConnection
) -> None:
    fail(proxy, effect="delay", delay=300, path="/slow")
    began = time.monotonic()
    assert asked(client, "GET", "/slow") == (200, b"GET /slow 0")
    assert 0.3 <= time.monotonic() - began < 3
    assert min(seconds_of(client, "/fast") for _ in range(5)) < 0.25
    proxy.ask("POST", "/proxies/shop/toxics/f0", {"attributes": {"delay": 60_000}})
    began = time.monotonic()
    client.request("GET", "/slow")
    time.sleep(0.2)
    proxy.ask("DELETE", "/proxies/shop/toxics/f0")
    assert client.getresponse().read() == b"GET /slow 0"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["/plain", "/chunked"])
def test_a_broken_body_has_its_length(proxy: ProxyServer, client: http.client.HTTPConnection, path: str) -> None:
    fail(proxy, effect="corrupt")
    status, body = asked(client, "GET", path)
    assert status == 200
    assert len(body) == len(f"GET {path} 0")
    assert body != f"GET {path} 0".encode()


def test_toxics_on_bytes_work_beside(proxy: ProxyServer, client: http.client.HTTPConnection) -> None:
    proxy.add_toxic("shop", "latency", attributes={"latency": 200})
    began = time.monotonic()
    assert asked(client, "GET", "/") == (200, b"GET / 0")
    assert time.monotonic() - began >= 0.2


def test_requests_sent_ahead_are_answered_in_their_order(proxy: ProxyServer, address: str) -> None:
    fail(proxy, effect="status", status=503, path="/2")
    with connected(address) as sock:
        sock.sendall(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(5)))
        told = b""
        while told.count(b"HTTP/1.1 ") < 5 or b"GET /4 0" not in told:
            told += sock.recv(4_096)
    places = [told.index(text) for text in (b"GET /0 0", b"GET /1 0", b"503 Service", b"GET /3 0", b"GET /4 0")]
    assert places == sorted(places)
    assert b"GET /2 0" not in told


def test_an_answer_without_a_length_ends_with_the_connection(client: http.client.HTTPConnection) -> None:
    assert asked(client, "GET", "/old") == (200, b"GET /old 0")
    assert asked(client, "GET", "/next") == (200, b"GET /next 0"), "on a new connection"


def test_a_client_of_http_1_0_is_understood(address: str) -> None:
    with connected(address) as sock:
        sock.sendall(b"GET /chunked HTTP/1.0\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        told = b""
        while part := sock.recv(4_096):
            told += part
    assert told.endswith(b"\r\n\r\nGET /chunked 0"), "no chunks, which it would not understand"


def test_an_answer_that_is_cut_stays_cut(client: http.client.HTTPConnection) -> None:
    client.request("GET", "/cut")
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        client.getresponse().read()


def test_a_switch_of_protocols_passes_bytes_from_then_on(address: str) -> None:
    with connected(address) as sock:
        sock.sendall(b"GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
        told = b""
        while not told.endswith(b"hello"):
            told += sock.recv(4_096)
        assert told.startswith(b"HTTP/1.1 101 ")
        for data in (b"\x00\xff not http \r\n\r\n", b"again"):
            sock.sendall(data)
            assert sock.recv(100) == data


def test_what_is_no_http_is_refused(address: str) -> None:
    with connected(address) as sock:
        sock.sendall(b"\x16\x03\x01\x02\x00 GET / HTTP/1.1\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_request_in_two_meanings_is_refused(address: str) -> None:
    with connected(address) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")
        assert sock.recv(100).startswith(b"HTTP/1.1 400 ")


def test_an_upstream_that_speaks_something_else_is_cut(client: http.client.HTTPConnection) -> None:
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        asked(client, "GET", "/nonsense")
