"""A Redis server of our own on a free port."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.servers.postgresql import free_port


class RedisMissingError(Exception):
    """No Redis server program on this machine."""


class RedisServer:
    """A server that can die and come back empty at the same address."""

    def __init__(self, *, program: str, directory: Path) -> None:
        self.port = free_port()
        self._program = program
        self._directory = directory
        self._process = self._start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._directory)]
        process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        _await_answer(self.port)
        return process

    def die_and_come_back(self) -> None:
        self.die()
        self.come_back()

    def die(self) -> None:
        self._process.kill()
        self._process.wait(timeout=10)

    def come_back(self) -> None:
        self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """An empty server on a free port, stopped afterwards."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise RedisMissingError("Redis is missing: sudo apt-get install redis-server")
    directory = Path(tempfile.mkdtemp(prefix="reliability-redis-"))
    try:
        server = RedisServer(program=program, directory=directory)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Yield the address of an empty server as REDIS_URL."""
    with redis_server() as server:
        yield server.url


def _await_answer(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
