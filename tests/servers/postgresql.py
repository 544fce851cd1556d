"""A PostgreSQL server of our own: temporary cluster, unix socket and a free port, any user."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


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


@contextlib.contextmanager
def running_postgresql(*, connections: int = 100) -> Iterator[str]:
    """Yield the address of an empty server as DATABASE_URL; everything is removed afterwards.

    Durability is switched off: the cluster lives as long as the test run.
    """
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    directory = Path(tempfile.mkdtemp(prefix="reliability-pg-"))
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        os.chown(directory, pwd.getpwnam(user).pw_uid, -1)
    cluster, port = directory / "cluster", free_port()
    options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c max_connections={connections}"
    fast = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    try:
        _run(
            [initdb, "-D", str(cluster), "-U", "reliability", "-A", "trust", "-E", "UTF8", "--no-sync"], user, directory
        )
        _run(
            [pg_ctl, "-D", str(cluster), "-w", "-l", str(directory / "log"), "-o", options + fast, "start"],
            user,
            directory,
        )
        try:
            yield f"postgres://reliability@127.0.0.1:{port}/postgres"
        finally:
            _run([pg_ctl, "-D", str(cluster), "-m", "immediate", "-w", "stop"], user, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run(command: list[str], user: str | None, directory: Path) -> None:
    ended = subprocess.run(
        command, user=user, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{ended.stdout}")
