"""A PostgreSQL server of our own: temporary cluster, unix socket and a free port, any user."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg


class PostgresMissingError(Exception):
    """No PostgreSQL server program on this machine."""


def program(name: str) -> str:
    """Path of a server program; Debian keeps them off the PATH."""
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(candidates[0]) if candidates else shutil.which(name)
    if found is None:
        raise PostgresMissingError("PostgreSQL is missing: sudo apt-get install postgresql")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class PostgresqlServer:
    """A server that can be killed with all of its processes and come back on what it has written."""

    def __init__(self, *, directory: Path, connections: int, is_durable: bool) -> None:
        self.port = free_port()
        self._directory = directory
        # The server refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(directory, pwd.getpwnam(self._user).pw_uid, -1)
        options = ["-p", str(self.port), "-k", str(directory)]
        settings = ["listen_addresses=127.0.0.1", f"max_connections={connections}"]
        if not is_durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        cluster = ["-D", str(directory / "cluster")]
        self._command = [program("postgres"), *cluster, *options, *(part for one in settings for part in ("-c", one))]
        _run(
            [program("initdb"), *cluster, "-U", "reliability", "-A", "trust", "-E", "UTF8", "--no-sync"],
            self._user,
            directory,
        )
        self._process = self._start()

    @property
    def url(self) -> str:
        return f"postgres://reliability@127.0.0.1:{self.port}/postgres"

    def _start(self) -> subprocess.Popen[bytes]:
        """Returns when it answers, after it has repaired what a death has left."""
        with (self._directory / "log").open("ab") as log:
            process = subprocess.Popen(
                self._command, user=self._user, cwd=self._directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{(self._directory / 'log').read_text()}") from None
                time.sleep(0.05)
            else:
                return process

    def come_back(self) -> None:
        self._process = self._start()

    def die(self) -> None:
        """Every process at once, with no chance to write anything more."""
        children = _children_of(self._process.pid)
        self._process.kill()
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(timeout=10)
        deadline = time.monotonic() + 10  # they hold its memory until they are gone
        while any(_is_alive(pid) for pid in children) and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, as nobody needs the data any more."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)


@contextlib.contextmanager
def postgresql_server(*, connections: int = 100, is_durable: bool = False) -> Iterator[PostgresqlServer]:
    """An empty server; everything is removed afterwards.

    is_durable: what it has confirmed outlives its death. Else it confirms first and writes later, which is quicker
    and enough for a cluster that lives as long as the test run.
    """
    directory = Path(tempfile.mkdtemp(prefix="reliability-pg-"))
    try:
        server = PostgresqlServer(directory=directory, connections=connections, is_durable=is_durable)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running_postgresql(*, connections: int = 100) -> Iterator[str]:
    """Yield the address of an empty server as DATABASE_URL."""
    with postgresql_server(connections=connections) as server:
        yield server.url


def _children_of(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _run(command: list[str], user: str | None, directory: Path) -> None:
    ended = subprocess.run(
        command, user=user, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stdout}")
