"""The agent's end of the fork server: started at the first run, and again when it was lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from itertools import count

import structlog
from django.conf import settings

from chaos.runner.bounded import PARENT
from chaos.runner.forkserver import MESSAGE_BYTES_MAX

logger = structlog.get_logger(__name__)

# Without the directory it stands in on the path: a program of a document could put modules there.
COMMAND: Sequence[str] = (sys.executable, "-P", "-m", "chaos.runner.forkserver")
# In the environment of the processes of runs and of all they start: whose they are.
MARK = "CHAOS_RUN"
# A machine that is busy loads it in some seconds.
_FORK_SECONDS = 30.0
_LIVES = 2


class ForkServerLostError(OSError):
    """It is gone, and all it has made with it."""


class Forked:
    """A process the server made. pid: nobody else's until `forget`. status: once it has ended, as of subprocess."""

    def __init__(self, server: _Life, pid: int) -> None:
        self._server = server
        self._has_ended = threading.Event()
        self.pid = pid
        self.status = 0

    def wait(self, *, seconds: float | None = None) -> int | None:
        """Its status; None when it has not ended by then."""
        return self.status if self._has_ended.wait(seconds) else None

    def end(self, status: int) -> None:
        """For the server: it has ended."""
        self.status = status
        self._has_ended.set()

    def forget(self) -> None:
        """Once, after it has ended: the system may give its number to another one."""
        self._server.forget(self.pid)


class ForkServer:
    """instance: of the agent, for the mark of what the server makes before it knows of which run."""

    def __init__(self, *, instance: str) -> None:
        self._instance = instance
        self._starting = threading.Lock()
        self._life: _Life | None = None

    def fork(self, *, environment: Mapping[str, str], directory: str, pipes: tuple[int, int]) -> Forked:
        """A process with *pipes* as its standard input and output. Raises OSError when none can be made."""
        for _ in range(_LIVES - 1):
            with suppress(ForkServerLostError):  # what it made just now is gone with it, before it was told anything
                return self._living().fork(environment, directory, pipes)
        return self._living().fork(environment, directory, pipes)

    def close(self) -> None:
        """It ends, and all that it has made."""
        with self._starting:
            if self._life is not None:
                self._life.close()

    def _living(self) -> _Life:
        with self._starting:
            if self._life is None or self._life.is_lost:
                self._life = _Life(environment={**passed_on(), MARK: f"@{self._instance}", PARENT: str(os.getpid())})
                self._life.start()
            return self._life


class _Life(threading.Thread):
    """One process of the server. The system ends it when this thread ends."""

    def __init__(self, *, environment: Mapping[str, str]) -> None:
        super().__init__(name="fork server", daemon=True)
        self._environment = environment
        self._channel, self._its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._wishes: dict[int, Future[Forked]] = {}
        self._forked: dict[int, Forked] = {}
        self.is_lost = False

    def run(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        try:
            with self._its_end:
                process = subprocess.Popen(  # noqa: S603  our own command line
                    COMMAND,
                    cwd=settings.BASE_DIR,
                    env=dict(self._environment),
                    stdin=self._its_end.fileno(),
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            while message := self._channel.recv(MESSAGE_BYTES_MAX):
                self._hear(json.loads(message))
        except (OSError, ValueError) as error:
            logger.warning("fork_server_failed", error=str(error))
        finally:
            if process is not None:
                process.kill()
                process.wait()
            self._lose()

    def fork(self, environment: Mapping[str, str], directory: str, pipes: tuple[int, int]) -> Forked:
        wish: Future[Forked] = Future()
        number = next(self._numbers)
        message = {"number": number, "directory": directory, "environment": dict(environment)}
        with self._lock:
            if self.is_lost:
                raise ForkServerLostError("the fork server is gone")
            self._wishes[number] = wish
        self._send(json.dumps(message).encode(), pipes)
        try:
            return wish.result(timeout=_FORK_SECONDS)
        except TookTooLong:
            self.close()  # what it makes late would have nobody
            raise ForkServerLostError(f"the fork server did not answer within {_FORK_SECONDS:.0f} s") from None

    def forget(self, pid: int) -> None:
        with self._lock:
            self._forked.pop(pid, None)
        with suppress(ForkServerLostError):
            self._send(json.dumps({"forget": pid}).encode(), ())

    def close(self) -> None:
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def _send(self, message: bytes, pipes: Sequence[int]) -> None:
        try:
            socket.send_fds(self._channel, [message], pipes)
        except OSError as error:
            raise ForkServerLostError(f"the fork server is gone: {error}") from error

    def _hear(self, said: dict[str, object]) -> None:
        with self._lock:
            if "status" in said:
                forked = self._forked.get(int(str(said["pid"])))
                if forked is not None:
                    forked.end(int(str(said["status"])))
                return
            wish = self._wishes.pop(int(str(said["number"])))
            if "error" in said:
                wish.set_exception(OSError(f"the process of the run cannot be started: {said['error']}"))
                return
            made = Forked(self, int(str(said["pid"])))
            self._forked[made.pid] = made
            wish.set_result(made)

    def _lose(self) -> None:
        """What it has made is killed by the system, as it dies with its parent."""
        with self._lock:
            self.is_lost = True
            wishes, self._wishes = self._wishes, {}
            forked, self._forked = self._forked, {}
            self._channel.close()
        for wish in wishes.values():
            wish.set_exception(ForkServerLostError("the fork server is gone"))
        for one in forked.values():
            one.end(-signal.SIGKILL)


def passed_on() -> dict[str, str]:
    """What processes of runs get of the platform's environment."""
    passed = {name: os.environ[name] for name in settings.CHAOS_ENVIRONMENT if name in os.environ}
    return {
        **passed,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
