"""The process of one run: started with nothing of the platform's, heard without waiting, killed with all it started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from chaos.runner.bounded import PARENT
from chaos.runner.protocol import LINE_BYTES_MAX, Answer, Job, Line, ProtocolError, Stop, decode, encode
from chaos.runs.supervision.places import Place

# In the environment of the run's process and of all it starts: whose they are.
MARK = "CHAOS_RUN"
# Without the directory it stands in on the path: a program of a document could put modules there.
COMMAND: Sequence[str] = (sys.executable, "-P", "-m", "chaos.runner")
_CHUNK = 1 << 16
_WRITE_SECONDS = 5.0


class ChildProcess:
    """Start it in the thread that watches it and lives as long: the system kills the child when that thread ends."""

    def __init__(self, *, mark: str) -> None:
        self._place = Place()
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own command line
                COMMAND,
                cwd=self._place.path,
                env=_environment(mark, self._place.path),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            self._place.remove()
            raise
        assert self._process.stdin is not None  # noqa: S101  asked for above
        assert self._process.stdout is not None  # noqa: S101  asked for above
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._heard = b""
        self._saying = threading.Lock()  # answers to probes come from other threads
        self._is_closed = False
        self.is_silent = False  # it closed its end, or was killed

    @property
    def pid(self) -> int:
        return self._process.pid

    def say(self, line: Job | Answer | Stop) -> None:
        """Raises ProtocolError when it does not listen."""
        with self._saying:
            if self._is_closed:
                raise ProtocolError("the process of the run is gone")
            self._write(memoryview(encode(line)))

    def _write(self, rest: memoryview) -> None:
        deadline = time.monotonic() + _WRITE_SECONDS
        while rest:
            try:
                rest = rest[os.write(self._in, rest) :]
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ProtocolError("the process of the run does not listen") from None
                select.select([], [self._in], [], 0.2)
            except OSError as error:
                raise ProtocolError("the process of the run is gone") from error

    def hear(self, *, seconds: float, bell: int) -> list[Line]:
        """Whole lines that have come, waiting up to *seconds* for some or for *bell*. Raises ProtocolError."""
        watched = [bell] if self.is_silent else [self._out, bell]
        ready, _, _ = select.select(watched, [], [], seconds)
        if self._out in ready:
            self._read()
        *whole, self._heard = self._heard.split(b"\n")
        if len(self._heard) > LINE_BYTES_MAX:
            raise ProtocolError("the process of the run says more in one line than is allowed")
        return [decode(text + b"\n") for text in whole]

    def _read(self) -> None:
        try:
            chunk = os.read(self._out, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self._heard += chunk
        self.is_silent = not chunk

    def kill(self) -> str:
        """End it and all of its group, wait until it is gone, and say how it ended."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        status = self._process.wait()
        with suppress(ProcessLookupError, PermissionError):  # what it started meanwhile
            os.killpg(self._process.pid, signal.SIGKILL)
        with self._saying:
            if not self._is_closed:
                self._place.remove()
            self._is_closed = True
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        return _words(status)

    def ended(self) -> str:
        """How it ended by itself, waiting a moment for it; blank while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return _words(self._process.wait(timeout=1.0))
        return ""

    def megabytes(self) -> float:
        """Resident memory of the process alone; 0 where that cannot be read."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def end_leftovers(*, mark: str, session: int | None) -> list[int]:
    """Kill what a run's process has left behind on this machine: of its session, and marked as its. Returns the ids.

    Who has a session of its own is not meant: injectors start those, and end them when a fault is taken back.
    """
    if session is None:
        return []
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            pid = int(entry.name)
            is_marked = f"{MARK}={mark}".encode() in (entry / "environ").read_bytes().split(b"\0")
            if is_marked and os.getsid(pid) == session:
                os.kill(pid, signal.SIGKILL)
                found.append(pid)
    return found


def _environment(mark: str, directory: str) -> dict[str, str]:
    passed = {name: os.environ[name] for name in settings.CHAOS_ENVIRONMENT if name in os.environ}
    return {
        **passed,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "HOME": directory,
        "TMPDIR": directory,
        "PYTHONPATH": str(settings.BASE_DIR),
        PARENT: str(os.getpid()),
        MARK: mark,
    }


def _words(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
