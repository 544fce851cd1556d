"""The proxy as a process of its own, on free ports, and services behind it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.architecture.sources import ROOT


@dataclass
class ProxyServer:
    """url: of the API."""

    process: subprocess.Popen[str]
    url: str

    def ask(self, method: str, path: str, value: Any = None, **options: Any) -> httpx2.Response:
        with httpx2.Client(base_url=self.url, timeout=5) as client:
            return client.request(method, path, **({"json": value} if value is not None else {}), **options)

    def add(self, name: str, upstream: str, **more: Any) -> str:
        """A proxy; returns where it listens."""
        body = {"name": name, "listen": "127.0.0.1:0", "upstream": upstream, **more}
        answer = self.ask("POST", "/proxies", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["listen"])

    def add_toxic(self, proxy: str, kind: str, **more: Any) -> None:
        answer = self.ask("POST", f"/proxies/{proxy}/toxics", {"type": kind, **more})
        assert answer.status_code == 200, answer.text

    def toxics(self, proxy: str) -> list[str]:
        return [toxic["name"] for toxic in self.ask("GET", f"/proxies/{proxy}/toxics").json()]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)


@contextmanager
def running_proxy(
    *arguments: str, config: Sequence[dict[str, Any]] = (), directory: Path | None = None, listen: str = "127.0.0.1:0"
) -> Iterator[ProxyServer]:
    """Started and stopped as an operator does. config needs a directory to write it to."""
    command = [sys.executable, "-m", "chaos.injectors.proxy", "--listen", listen, *arguments]
    if config:
        assert directory is not None
        (directory / "proxies.json").write_text(json.dumps(list(config)))
        command += ["--config", str(directory / "proxies.json")]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("API listens on "):
                yield ProxyServer(process=process, url=f"http://{line.split()[-1]}")
                break
        else:
            raise AssertionError(f"the proxy ended with {process.wait(timeout=10)}")
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        process.stdout.close()


Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def tcp_service(serve: Serving) -> Iterator[str]:
    """A service on loopback, in a thread with a loop of its own; yields its address."""
    loop = asyncio.new_event_loop()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await serve(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    server = loop.run_until_complete(asyncio.start_server(guarded, "127.0.0.1", 0))
    host, port = server.sockets[0].getsockname()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"{host}:{port}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        server.close()
        for task in (tasks := asyncio.all_tasks(loop)):
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=5))
        loop.run_until_complete(asyncio.sleep(0.01))  # transports close in a turn of their own
        loop.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


def connected(address: str, *, timeout: float = 10.0) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=timeout)
