"""What our chaos proxy costs when it does nothing, and how true its latency is: real sockets, a process of its own."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import statistics
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from timing import Taken, demand, finish, heading, report, runs

from tests.servers.proxy import ProxyServer, connected, echo, running_proxy, tcp_service

TRANSFER_BYTES = 100_000_000
CONNECTIONS = 2_000
LATENCY_MS = 100
ERROR_SECONDS = 0.005
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)
    part = bytes(1 << 18)
    with suppress(OSError):
        for _ in range(TRANSFER_BYTES // len(part)):
            writer.write(part)
            await writer.drain()


async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(ANSWER)


def main() -> None:
    with running_proxy() as proxy:
        _throughput(proxy)
        _requests(proxy)
        _latency(proxy)
        _chunks(proxy)
        _crowd(proxy)
    finish()


def _throughput(proxy: ProxyServer) -> None:
    heading(f"{TRANSFER_BYTES / 1e6:g} MB in one connection, service and client in this process")
    with tcp_service(pour) as upstream:
        through = proxy.add("pour", upstream)
        for name, address in (("without the proxy", upstream), ("through it, no toxic", through)):
            seconds = statistics.median(_taken(address) for _ in range(runs(5)))
            report(name, Taken(seconds), note=f"{TRANSFER_BYTES / seconds / 1e6:,.0f} MB/s")
        proxy.add_toxic("pour", "latency", attributes={"latency": LATENCY_MS})
        seconds = statistics.median(_taken(through) for _ in range(runs(5)))
        report(f"through it, {LATENCY_MS} ms later", Taken(seconds), note=f"{TRANSFER_BYTES / seconds / 1e6:,.0f} MB/s")


def _taken(address: str) -> float:
    buffer = bytearray(1 << 18)
    with connected(address) as sock:
        began = time.perf_counter()
        sock.sendall(b"x")
        size = 0
        while part := sock.recv_into(buffer):
            size += part
        taken = time.perf_counter() - began
    demand(size > TRANSFER_BYTES * 0.99, f"{size:,} bytes came")
    return taken


def _requests(proxy: ProxyServer) -> None:
    heading("2,000 requests on one connection")
    with tcp_service(page) as upstream:
        tcp, web = proxy.add("page", upstream), proxy.add("web", upstream, protocol="http")
        for name, address in (("without the proxy", upstream), ("protocol tcp", tcp), ("protocol http", web)):
            client = http.client.HTTPConnection(address)
            began = time.perf_counter()
            for _ in range(2_000):
                client.request("GET", "/")
                demand(client.getresponse().read() == b"ok", "another answer")
            seconds = time.perf_counter() - began
            client.close()
            report(name, Taken(seconds), note=f"{2_000 / seconds:,.0f} requests/s")


def _latency(proxy: ProxyServer) -> None:
    heading(f"a latency of {LATENCY_MS} ms: error of the median of 50 round trips")
    with tcp_service(echo) as upstream:
        address = proxy.add("echo", upstream)
        with connected(address) as sock:
            without = statistics.median(_round_trip(sock) for _ in range(50))
            proxy.add_toxic("echo", "latency", attributes={"latency": LATENCY_MS})
            times = sorted(_round_trip(sock) - without - LATENCY_MS / 1_000 for _ in range(50))
            slept = sorted(_slept() for _ in range(50))
    report("a sleep of this machine", Taken(slept[25]), note=f"p95 {slept[47] * 1_000:.1f} ms")
    report("latency", Taken(abs(times[25])), goal=ERROR_SECONDS, note=f"p95 {times[47] * 1_000:.1f} ms")


def _slept() -> float:
    began = time.perf_counter()
    time.sleep(LATENCY_MS / 1_000)
    return time.perf_counter() - began - LATENCY_MS / 1_000


def _round_trip(sock: socket.socket) -> float:
    began = time.perf_counter()
    sock.sendall(b"x")
    sock.recv(1)
    return time.perf_counter() - began


def _chunks(proxy: ProxyServer) -> None:
    heading(f"10 chunks, one every 10 ms, {LATENCY_MS} ms later: one latency, not ten")

    async def chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        for _ in range(10):
            writer.write(bytes(1_000))
            await asyncio.sleep(0.01)

    with tcp_service(chunks) as upstream:
        address = proxy.add("chunks", upstream)
        proxy.add_toxic("chunks", "latency", attributes={"latency": LATENCY_MS})
        with connected(address) as sock:
            began = time.perf_counter()
            sock.sendall(b"x")
            size = 0
            while size < 10_000:
                size += len(sock.recv(65_536))
            report("all of them", Taken(time.perf_counter() - began), goal=2.5 * LATENCY_MS / 1_000)


def _crowd(proxy: ProxyServer) -> None:
    heading(f"{CONNECTIONS:,} connections, each with a latency of {LATENCY_MS} ms")
    with tcp_service(echo) as upstream:
        address = proxy.add("crowd", upstream)
        proxy.add_toxic("crowd", "latency", attributes={"latency": LATENCY_MS})
        before = _memory_mb(proxy)
        socks = [connected(address, timeout=60) for _ in range(CONNECTIONS)]
        began = time.perf_counter()
        threading.Thread(target=lambda: [sock.sendall(b"x") for sock in socks]).start()
        answered = sum(sock.recv(1) == b"x" for sock in socks)
        taken = time.perf_counter() - began
        after = _memory_mb(proxy)
        for sock in socks:
            sock.close()
    demand(answered == CONNECTIONS, f"{answered} were answered")
    report("all answered", Taken(taken), note=f"memory {before:.0f} MB → {after:.0f} MB")


def _memory_mb(proxy: ProxyServer) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{proxy.process.pid}/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
