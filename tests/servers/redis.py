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


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Yield the address of an empty server as REDIS_URL."""
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if server is None:
        raise RedisMissingError("Redis is missing: sudo apt-get install redis-server")
    port = free_port()
    directory = Path(tempfile.mkdtemp(prefix="reliability-redis-"))
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)],
        stdout=subprocess.DEVNULL,
    )
    try:
        _await_answer(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(directory, ignore_errors=True)


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
