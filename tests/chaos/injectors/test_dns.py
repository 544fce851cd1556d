"""Names through our DNS server: messages written by hand, a name server behind it on a real socket."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.injectors.dns.message import DnsError, parse_query
from tests.chaos.injectors.faults import wait
from tests.servers.proxy import ProxyServer, connected, running_proxy

A, AAAA, HTTPS = 1, 28, 65
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5
TRUE_ADDRESS = "198.51.100.7"


def query(name: str, kind: int = A, *, number: int = 7) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def read(answer: bytes) -> tuple[int, str | None]:
    """Its code and the address in it."""
    _, flags, questions, answers, *_ = struct.unpack_from("!6H", answer)
    assert flags & 0x8000
    assert questions == 1
    code = flags & 0xF
    if not answers:
        return code, None
    size = struct.unpack_from("!H", answer, len(answer) - (4 if answer[-6:-4] == b"\0\4" else 16) - 2)[0]
    family = socket.AF_INET if size == 4 else socket.AF_INET6
    return code, socket.inet_ntop(family, answer[-size:])


@contextmanager
def name_server() -> Iterator[str]:
    """Answers every question for an address by the same one, by UDP and TCP."""
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    streams = socket.create_server(datagrams.getsockname())

    def answer(data: bytes) -> bytes:
        record = b"\xc0\x0c" + struct.pack("!HHIH", A, 1, 60, 4) + socket.inet_aton(TRUE_ADDRESS)
        return data[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + data[12:] + record

    def serve_datagrams() -> None:
        while True:
            data, sender = datagrams.recvfrom(4_096)
            if data == b"end":
                return
            datagrams.sendto(answer(data), sender)

    def serve_streams() -> None:
        while True:
            connection, _ = streams.accept()
            with connection:
                head = connection.recv(2)
                if not head:
                    return
                answered = answer(connection.recv(struct.unpack("!H", head)[0]))
                connection.sendall(struct.pack("!H", len(answered)) + answered)

    threads = [threading.Thread(target=serve) for serve in (serve_datagrams, serve_streams)]
    for thread in threads:
        thread.start()
    host, port = datagrams.getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", (host, port))
        socket.create_connection((host, port)).close()
        for thread in threads:
            thread.join(timeout=5)
        datagrams.close()
        streams.close()


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyServer]:
    with name_server() as upstream, running_proxy() as server:
        server.add("names", upstream, protocol="dns")
        yield server


@pytest.fixture
def address(proxy: ProxyServer) -> Iterator[str]:
    yield str(proxy.ask("GET", "/proxies/names").json()["listen"])
    proxy.ask("POST", "/reset")


def ask(address: str, message: bytes, *, seconds: float = 5) -> bytes:
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(seconds)
        sock.sendto(message, (host, int(port)))
        return sock.recv(4_096)


def ask_by_tcp(address: str, message: bytes) -> bytes:
    with connected(address) as sock:
        sock.sendall(struct.pack("!H", len(message)) + message)
        length = struct.unpack("!H", sock.recv(2))[0]
        return sock.recv(length)


def break_names(proxy: ProxyServer, *, share: float = 1, **attributes: Any) -> None:
    proxy.add_toxic("names", "dns_fault", name="broken", toxicity=share, attributes=attributes)


def test_names_are_forwarded_by_both_ways(address: str) -> None:
    for asking in (ask, ask_by_tcp):
        answer = asking(address, query("Shop.Example.org", number=4_711))
        assert answer[:2] == struct.pack("!H", 4_711)
        assert read(answer) == (NOERROR, TRUE_ADDRESS)


@pytest.mark.parametrize(("effect", "code"), [("nxdomain", NXDOMAIN), ("servfail", SERVFAIL), ("refused", REFUSED)])
def test_a_chosen_name_fails_and_the_others_do_not(proxy: ProxyServer, address: str, effect: str, code: int) -> None:
    break_names(proxy, effect=effect, domain="pay.example.org.")
    for asking in (ask, ask_by_tcp):
        assert read(asking(address, query("PAY.example.org"))) == (code, None)
        assert read(asking(address, query("a.pay.example.org"))) == (NOERROR, TRUE_ADDRESS)


def test_every_name_below_one_is_meant_by_a_star(proxy: ProxyServer, address: str) -> None:
    break_names(proxy, effect="nxdomain", domain="*.example.org")
    assert read(ask(address, query("a.b.example.org")))[0] == NXDOMAIN
    assert read(ask(address, query("example.org")))[0] == NOERROR
    assert read(ask(address, query("notexample.org")))[0] == NOERROR


@pytest.mark.parametrize(("wrong", "kind", "other"), [("192.0.2.1", A, AAAA), ("2001:db8::1", AAAA, A)])
def test_a_wrong_address_is_the_only_one(proxy: ProxyServer, address: str, wrong: str, kind: int, other: int) -> None:
    break_names(proxy, effect="address", address=wrong)
    assert read(ask(address, query("pay.example.org", kind))) == (NOERROR, wrong)
    assert read(ask(address, query("pay.example.org", other))) == (NOERROR, None)
    assert read(ask(address, query("pay.example.org", HTTPS))) == (NOERROR, None)


def test_a_wrong_address_must_be_one(proxy: ProxyServer, address: str) -> None:
    body = {"type": "dns_fault", "attributes": {"effect": "address", "address": "here"}}
    assert proxy.ask("POST", "/proxies/names/toxics", body).status_code == 400


def test_a_query_that_times_out_is_not_answered_at_all(proxy: ProxyServer, address: str) -> None:
    break_names(proxy, effect="timeout", domain="pay.example.org")
    with pytest.raises(TimeoutError):
        ask(address, query("pay.example.org"), seconds=0.4)
    assert read(ask(address, query("shop.example.org")))[0] == NOERROR


def test_a_delay_holds_nobody_else(proxy: ProxyServer, address: str) -> None:
    break_names(proxy, effect="delay", delay=1_500, domain="slow.example.org")
    slow = threading.Thread(target=lambda: times.append(timed(address, "slow.example.org")))
    times: list[float] = []
    slow.start()
    assert all(timed(address, "fast.example.org") < 1.2 for _ in range(20))
    assert slow.is_alive()
    slow.join()
    assert 1.5 <= times[0] < 5


def timed(address: str, name: str) -> float:
    began = time.monotonic()
    assert read(ask(address, query(name)))[1] == TRUE_ADDRESS
    return time.monotonic() - began


def is_there(address: str) -> bool:
    try:
        connected(address).close()
    except ConnectionError:
        return False
    return True


def test_a_name_server_that_is_down_refuses_and_comes_back_by_itself(proxy: ProxyServer, address: str) -> None:
    proxy.add_toxic("names", "down", ttl_ms=2_000)
    with pytest.raises(ConnectionError):
        connected(address)
    with pytest.raises(TimeoutError):
        ask(address, query("a.example.org"), seconds=0.2)
    wait(lambda: is_there(address), seconds=10)
    assert read(ask(address, query("a.example.org")))[0] == NOERROR


def test_an_unreachable_name_server_fails_and_says_so(proxy: ProxyServer) -> None:
    address = proxy.add("nowhere", "127.0.0.1:1", protocol="dns")
    assert read(ask(address, query("a.example.org")))[0] == SERVFAIL


@pytest.mark.parametrize(
    "message",
    [
        query("a.example.org")[:20],
        query("a.example.org")[:12] + b"\xc0\x0c\0\1\0\1",
        query("a.example.org")[:12] + b"\x3f" * 300,
        struct.pack("!6H", 7, 0x0100, 2, 0, 0, 0) + query("a")[12:] * 2,
    ],
    ids=["cut off", "a name that points to itself", "a name without end", "two questions"],
)
def test_a_broken_query_is_told_so(address: str, message: bytes) -> None:
    answer = ask(address, message)
    assert struct.unpack_from("!2H", answer) == (7, 0x8180 | FORMERR)


@given(st.binary(max_size=600))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    answer, parsed = None, None
    try:
        parsed = parse_query(data)
    except DnsError as error:
        answer = error.answer
    assert answer is None or len(answer) == 12, "no longer than what was asked"
    assert parsed is None or parsed.question == data[12 : 12 + len(parsed.question)]
    assert parsed is None or len(parsed.name) <= 255


@given(st.lists(st.text("abc-", min_size=1, max_size=63), min_size=1, max_size=4))
def test_a_name_is_read_as_it_was_written(labels: list[str]) -> None:
    name = ".".join(labels)
    assert parse_query(query(name)).name == name
