"""The process of one run: started with nothing of the platform's, heard without waiting, killed with all it started."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from chaos.runner.protocol import LINE_BYTES_MAX, Answer, Job, Line, ProtocolError, Stop, decode, encode
from chaos.runs.supervision.forkserver import MARK, Forked, ForkServer, passed_on
from chaos.runs.supervision.places import Place

_CHUNK = 1 << 16
_WRITE_SECONDS = 5.0


class ChildProcess:
    """mark: whose it is, in its environment and that of all it starts. Raises OSError when it cannot be started."""

    def __init__(self, *, server: ForkServer, mark: str) -> None:
        self._place = Place()
        try:
            self._process, self._in, self._out = _forked(server, mark, self._place.path)
        except OSError:
            self._place.remove()
            raise
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
        for number in (self._process.pid, -self._process.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        status = self._process.wait()
        with suppress(ProcessLookupError, PermissionError):  # what it started meanwhile
            os.killpg(self._process.pid, signal.SIGKILL)
        with self._saying:
            if not self._is_closed:
                self._process.forget()
                self._place.remove()
                for pipe in (self._in, self._out):
                    os.close(pipe)
            self._is_closed = True
        return _words(status or 0)

    def ended(self) -> str:
        """How it ended by itself, waiting a moment for it; blank while it runs."""
        status = self._process.wait(seconds=1.0)
        return "" if status is None else _words(status)

    def megabytes(self) -> float:
        """Resident memory of the process alone; 0 where that cannot be read."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def end_leftovers(*, run: int, instance: str, session: int | None) -> list[int]:
    """Kill what the process of a lost agent's run has left behind on this machine. Returns the ids.

    Who has a session of its own is not meant: injectors start those, and end them when a fault is taken back.
    """
    if session is None:
        return []
    marks = {f"{MARK}={mark_of(run=run, instance=instance)}".encode(), f"{MARK}=@{instance}".encode()}
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            pid = int(entry.name)
            is_marked = not marks.isdisjoint((entry / "environ").read_bytes().split(b"\0"))
            if is_marked and os.getsid(pid) == session:
                os.kill(pid, signal.SIGKILL)
                found.append(pid)
    return found


def mark_of(*, run: int, instance: str) -> str:
    return f"{run}@{instance}"


def _forked(server: ForkServer, mark: str, directory: str) -> tuple[Forked, int, int]:
    """The process, where it is spoken to, and where it is heard."""
    environment = {**passed_on(), "HOME": directory, "TMPDIR": directory, MARK: mark}
    its_in, our_in = os.pipe()
    our_out, its_out = os.pipe()
    try:
        return server.fork(environment=environment, directory=directory, pipes=(its_in, its_out)), our_in, our_out
    except OSError:
        os.close(our_in)
        os.close(our_out)
        raise
    finally:
        os.close(its_in)
        os.close(its_out)


def _words(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
