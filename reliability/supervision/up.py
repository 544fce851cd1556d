"""`./run up` and `./run demo`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from reliability.supervision.console import say
from reliability.supervision.places import ROOT, data_dir, demo_note
from reliability.supervision.plans import BrokerMissingError, plans
from reliability.supervision.prepared import is_prepared
from reliability.supervision.supervisor import Supervisor

_CONNECT_SECONDS = 1.0
_BACKLOG = 512


class UpError(Exception):
    """Why nothing was started; the message says what to do."""


def up(*, is_demo: bool) -> int:
    """Prepare the data directory, start everything and stay until asked to end. Returns the exit status."""
    started_at = time.monotonic()
    try:
        host, port = _address()
        directory = data_dir(is_demo=is_demo)
        _refuse_demo_data(directory, is_demo=is_demo)
        os.umask(0o077)  # what is kept holds hashes of passwords and sealed credentials: for this user alone
        directory.mkdir(parents=True, exist_ok=True)
        with _only_here(directory), _listener(host, port) as listener:
            port = listener.getsockname()[1]  # PORT=0 takes any free one
            environment = _environment(directory, port=port, is_demo=is_demo)
            shutil.rmtree(directory / "metrics", ignore_errors=True)  # counts of processes that are gone
            _prepare(directory, environment, is_demo=is_demo)
            children = plans(data_dir=directory, environment=environment, listener=listener)
            greeting = _Greeting(host, port, environment, started_at=started_at)
            Supervisor(children, on_answer=greeting.try_once).run()
    except (UpError, BrokerMissingError) as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("ended before anything was started")
        return 130
    return 0


def _refuse_demo_data(directory: Path, *, is_demo: bool) -> None:
    if not is_demo and demo_note(directory).exists():
        raise UpError(
            f"{directory} holds the demo, with an account whose password everyone knows: "
            "name another directory (DATA_DIR=var/mine ./run up), or start the demo (./run demo)"
        )


def _address() -> tuple[str, int]:
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise UpError(f"PORT must be a number from 1 to 65535, or 0 for any free one, got {port!r}")
    return host, int(port)


@contextlib.contextmanager
def _only_here(directory: Path) -> Iterator[None]:
    """One supervisor per data directory. The kernel frees the lock however the holder ends."""
    with (directory / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise UpError(
                f"it is running already on {directory} (process {holder}): stop that one, "
                f"or choose another data directory: DATA_DIR=/path ./run up"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def _listener(host: str, port: int) -> Iterator[socket.socket]:
    """The listening socket. The supervisor keeps it, so connections wait while the web process restarts."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UpError(
                f"port {port} is used by another program: choose another one: PORT={port + 1} ./run up"
            ) from None
        raise UpError(f"cannot listen on {host} port {port}: {error.strerror}") from None
    with listener:
        yield listener


def _environment(directory: Path, *, port: int, is_demo: bool) -> dict[str, str]:
    environment = {
        **os.environ,
        "DATA_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or "reliability.settings",
        "PYTHONPATH": str(ROOT),
        "UP_SINCE": f"{time.time():.0f}",
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or f"http://localhost:{port}",
        # glibc keeps one arena per thread otherwise: tens of megabytes per process that are never used again.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
    }
    # Celery warns of root because of pickle, which this app does not accept.
    environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker")
    if is_demo:
        environment["DEMO"] = "1"
    else:
        environment.pop("DEMO", None)
    return environment


def _prepare(directory: Path, environment: dict[str, str], *, is_demo: bool) -> None:
    commands = [] if is_prepared(directory, environment=environment) else [["prepare", "--verbosity", "0"]]
    if is_demo:
        commands.append(["demo"])
    # No broker is there yet that could be told of work: workers look for it once they are.
    alone = {**environment, "OUTBOX_NUDGE": "0"}
    for command in commands:
        say(f"manage.py {command[0]}")
        ended = subprocess.run(  # noqa: S603  our own command line
            [sys.executable, str(ROOT / "manage.py"), *command], env=alone, check=False
        )
        if ended.returncode:
            raise UpError(f"`manage.py {command[0]}` failed (see above); nothing was started")


class _FirstPage:
    """Asks for the first page once, and looks now and then whether the answer is there: whoever asks must not wait.

    The first page is slow: addresses and templates are read for it. Asking and hanging up again and again would
    leave a cancelled request in the log each time. By hand, as http.client would be a third of the supervisor's memory.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._connection: socket.socket | None = None

    def status(self) -> int | None:
        """Of the answer; None while there is none."""
        try:
            return self._read()
        except OSError:
            self._hang_up()
            return None

    def _read(self) -> int | None:
        if self._connection is None:
            self._connection = socket.create_connection(self._address, timeout=_CONNECT_SECONDS)
            self._connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self._connection.setblocking(False)
        try:
            status_line = self._connection.recv(64).split()
        except BlockingIOError:
            return None
        self._hang_up()
        return int(status_line[1]) if len(status_line) > 1 and status_line[1].isdigit() else None

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class _Greeting:
    """Says where the page is once it answers."""

    def __init__(self, host: str, port: int, environment: dict[str, str], *, started_at: float) -> None:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
        self._first_page = _FirstPage(host, port)
        self._environment = environment
        self._started_at = started_at
        self._try_at = 0.0

    def try_once(self) -> bool:
        if time.monotonic() < self._try_at:
            return False
        self._try_at = time.monotonic() + 0.3
        status = self._first_page.status()
        if status is None or status >= 500:
            return False
        self._greet()
        return True

    def _greet(self) -> None:
        url = self._environment["PUBLIC_URL"]
        say(f"ready after {time.monotonic() - self._started_at:.0f} s")
        say("")
        say(f"    {url}/")
        if self._environment.get("DEMO"):
            for line in _demo_login(Path(self._environment["DATA_DIR"])):
                say(f"    {line}")
        else:
            say("    while nobody is there, the first visit creates the administrator")
        say("")
        say("Ctrl-C ends everything; the data stay.")


def _demo_login(directory: Path) -> list[str]:
    """What `manage.py demo` has left for people to sign in with."""
    note = demo_note(directory)
    return note.read_text().splitlines() if note.is_file() else []
