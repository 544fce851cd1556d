"""What the toxics do to bytes, on real sockets through the real process."""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.servers.proxy import ProxyServer, connected, echo, running_proxy, tcp_service


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyServer]:
    with running_proxy() as server:
        yield server


@pytest.fixture(scope="module")
def echoing() -> Iterator[str]:
    with tcp_service(echo) as address:
        yield address


def through(proxy: ProxyServer, name: str, upstream: str) -> str:
    return proxy.add(name, upstream)


def receive(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := sock.recv(min(65_536, size - len(data)))):
        data += part
    return data


def round_trip(sock: socket.socket, data: bytes = b"x") -> float:
    began = time.monotonic()
    sock.sendall(data)
    assert receive(sock, len(data)) == data
    return time.monotonic() - began


async def ten_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)
    for number in range(10):
        writer.write(bytes([number]) * 1_000)
        await writer.drain()
        await asyncio.sleep(0.01)


def test_bytes_pass_unchanged_without_toxics(proxy: ProxyServer, echoing: str) -> None:
    data = bytes(range(256)) * 20_000
    with connected(through(proxy, "plain", echoing)) as sock:
        sock.settimeout(10)
        received = b""
        for start in range(0, len(data), 64_000):
            part = data[start : start + 64_000]
            sock.sendall(part)
            received += receive(sock, len(part))
    assert received == data


def test_ten_chunks_take_one_latency_and_not_ten(proxy: ProxyServer) -> None:
    with tcp_service(ten_chunks) as upstream:
        address = through(proxy, "chunks", upstream)
        proxy.add_toxic("chunks", "latency", attributes={"latency": 300})
        with connected(address) as sock:
            began = time.monotonic()
            sock.sendall(b"x")
            data = receive(sock, 10_000)
            taken = time.monotonic() - began
    assert data == b"".join(bytes([number]) * 1_000 for number in range(10))
    assert 0.38 <= taken < 2, "300 ms once, and the 90 ms that the service takes; ten times would be 3 s"


def test_latency_is_as_long_as_asked(proxy: ProxyServer, echoing: str) -> None:
    """In the quickest of many: on a busy machine a sleep alone errs by more, but never ends early."""
    address = through(proxy, "late", echoing)
    with connected(address) as sock:
        without = min(round_trip(sock) for _ in range(10))
        proxy.add_toxic("late", "latency", attributes={"latency": 50})
        added = min(round_trip(sock) for _ in range(35)) - without
    assert abs(added - 0.050) <= 0.005


def test_jitter_spreads_the_latency_and_keeps_the_order(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "jitter", echoing)
    proxy.add_toxic("jitter", "latency", attributes={"latency": 40, "jitter": 30})
    data = bytes(range(200))
    with connected(address) as sock:
        times = [round_trip(sock) for _ in range(20)]
        for value in data:
            sock.sendall(bytes([value]))
        assert receive(sock, len(data)) == data
    assert min(times) >= 0.009
    assert statistics.pstdev(times) > 0.005


def test_delayed_bytes_keep_their_throughput(proxy: ProxyServer) -> None:
    size = 4_000_000

    async def many(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(b"x" * size)
        await writer.drain()

    with tcp_service(many) as upstream:
        address = through(proxy, "wide", upstream)
        proxy.add_toxic("wide", "latency", attributes={"latency": 200})
        with connected(address) as sock:
            began = time.monotonic()
            sock.sendall(b"x")
            assert len(receive(sock, size)) == size
            taken = time.monotonic() - began
    assert 0.2 <= taken < 5, "61 chunks of 64 KiB at 200 ms each would be 12 s"


def test_bandwidth_is_what_was_asked(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "narrow", echoing)
    proxy.add_toxic("narrow", "bandwidth", attributes={"rate": 100})
    with connected(address) as sock:
        taken = [round_trip(sock, b"x" * 50_000) for _ in range(3)]
    assert 0.4 <= min(taken) <= 0.75, taken


def test_slow_close_tells_the_end_later(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "lingering", echoing)
    proxy.add_toxic("lingering", "slow_close", attributes={"delay": 300})
    with connected(address) as sock:
        assert min(round_trip(sock) for _ in range(5)) < 0.2
        began = time.monotonic()
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""
    assert time.monotonic() - began >= 0.29


def test_half_closing_lets_the_other_direction_go_on(proxy: ProxyServer) -> None:
    async def answer_at_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"got %d" % len(await reader.read(-1)))
        await writer.drain()

    with (
        tcp_service(answer_at_the_end) as upstream,
        connected(through(proxy, "half", upstream)) as sock,
    ):
        sock.sendall(b"x" * 1_000)
        sock.shutdown(socket.SHUT_WR)
        assert receive(sock, 100) == b"got 1000"


def test_timeout_lets_nothing_through_and_closes_in_the_end(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "silent", echoing)
    proxy.add_toxic("silent", "timeout", attributes={"timeout": 300})
    with connected(address) as sock:
        began = time.monotonic()
        sock.sendall(b"x")
        assert sock.recv(1) == b""
    assert 0.25 <= time.monotonic() - began <= 5


def test_a_timeout_without_end_closes_who_lost_bytes_when_it_is_removed(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "hole", echoing)
    with connected(address) as hit, connected(address) as idle:
        assert round_trip(hit) + round_trip(idle) < 1
        proxy.add_toxic("hole", "timeout", name="hole", attributes={"timeout": 0})
        hit.sendall(b"x")
        hit.settimeout(0.3)
        with pytest.raises(TimeoutError):
            hit.recv(1)
        assert proxy.ask("DELETE", "/proxies/hole/toxics/hole").status_code == 204
        hit.settimeout(5)
        assert hit.recv(1) == b"", "bytes are missing: going on would corrupt"
        assert round_trip(idle) < 1


def test_reset_peer_is_a_real_reset(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "reset", echoing)
    proxy.add_toxic("reset", "reset_peer", attributes={"timeout": 50})
    with connected(address) as sock:
        sock.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_a_reset_by_the_service_reaches_the_client(proxy: ProxyServer) -> None:
    async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    with (
        tcp_service(resetting) as upstream,
        connected(through(proxy, "passed-on", upstream)) as sock,
    ):
        sock.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_limit_data_closes_after_so_many_bytes(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "limited", echoing)
    proxy.add_toxic("limited", "limit_data", attributes={"bytes": 100})
    with connected(address) as sock:
        assert round_trip(sock, b"x" * 60) < 1
        sock.sendall(b"y" * 60)
        assert receive(sock, 100) == b"y" * 40


def test_slicer_sends_small_pieces_in_order(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "sliced", echoing)
    attributes = {"average_size": 100, "size_variation": 20, "delay": 2_000}
    proxy.add_toxic("sliced", "slicer", attributes=attributes)
    data = bytes(range(256)) * 4
    received = b""
    with connected(address) as sock:
        began = time.monotonic()
        sock.sendall(data)
        while len(received) < len(data):
            received += sock.recv(4_096)
        taken = time.monotonic() - began
    assert received == data
    assert taken > 0.01, "some ten pieces, 2 ms apart"


def test_toxics_of_the_upstream_stream_act_on_what_the_client_sends(proxy: ProxyServer) -> None:
    async def at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        began = time.monotonic()
        await reader.readexactly(1)
        writer.write(b"%05d" % round((time.monotonic() - began) * 1_000))
        await writer.drain()

    with tcp_service(at_once) as upstream:
        address = through(proxy, "up", upstream)
        proxy.add_toxic("up", "latency", stream="upstream", attributes={"latency": 300})
        with connected(address) as sock:
            assert receive(sock, 5) == b"hello"
            sock.sendall(b"x")
            assert int(receive(sock, 5)) >= 250


def test_toxics_come_and_go_while_bytes_flow_and_none_is_lost(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "busy", echoing)
    data = bytes(range(256)) * 400
    with connected(address) as sock:
        sent = 0
        for number in range(20):
            kind, attributes = [("latency", {"latency": 30}), ("bandwidth", {"rate": 50}), ("slicer", {})][number % 3]
            proxy.add_toxic("busy", kind, name=f"t{number}", attributes=attributes)
            sock.sendall(data[sent : sent + 5_120])
            sent += 5_120
            if number >= 2:
                proxy.ask("DELETE", f"/proxies/busy/toxics/t{number - 2}")
        proxy.ask("POST", "/reset")
        assert receive(sock, sent) == data[:sent]
        assert min(round_trip(sock) for _ in range(10)) < 0.02, "nothing is left of them"


def test_toxicity_is_the_share_of_connections(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "some", echoing)
    proxy.add_toxic("some", "latency", toxicity=0.5, attributes={"latency": 60})
    slow = 0
    for _ in range(40):
        with connected(address) as sock:
            slow += round_trip(sock) > 0.05
    assert 6 <= slow <= 34


def test_a_slow_reader_holds_its_sender_and_nobody_else(proxy: ProxyServer) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readexactly(1)
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    with tcp_service(endless) as upstream:
        address = through(proxy, "greedy", upstream)
        proxy.add_toxic("greedy", "latency", attributes={"latency": 1})
        with connected(address) as sock:
            sock.sendall(b"x")
            held = [-1, -2]
            while (
                sent == 0 or not sent == held[-1] == held[-2]
            ):  # everything is full: no more is taken from the service
                assert sent < 40_000_000
                held.append(sent)
                time.sleep(0.5)


def test_three_hundred_connections_at_once(proxy: ProxyServer, echoing: str) -> None:
    address = through(proxy, "crowd", echoing)
    host, _, port = address.rpartition(":")

    async def one(number: int) -> bool:
        reader, writer = await asyncio.open_connection(host, int(port))
        await together.wait()
        writer.write(b"%06d" % number)
        answer = await reader.readexactly(6)
        writer.close()
        await writer.wait_closed()
        return answer == b"%06d" % number

    async def crowd() -> list[bool]:
        tasks = [asyncio.create_task(one(number)) for number in range(300)]
        await asyncio.sleep(0.5)
        together.set()
        async with asyncio.timeout(20):
            return await asyncio.gather(*tasks)

    together = asyncio.Event()
    assert all(asyncio.run(crowd()))
