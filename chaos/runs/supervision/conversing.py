"""The agent's end of the lines to the process of a run: serves it until it ends, is to be stopped, or goes wrong."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from django.conf import settings

from chaos.runner.protocol import Answer, Ask, End, Event, Job, Line, ProtocolError
from chaos.runs.supervision.desk import Desk
from chaos.runs.supervision.faults import Fault
from chaos.runs.supervision.process import ChildProcess

_LOOK_SECONDS = 0.5
_MEMORY_EVERY_SECONDS = 2.0


class Bell:
    """Wakes a thread that waits in select. Rung after it was closed it is silent: its number may be another file's."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        self._ringing = threading.Lock()
        self._is_closed = False
        os.set_blocking(self.reader, False)
        os.set_blocking(self._writer, False)

    def ring(self) -> None:
        with self._ringing, suppress(OSError):
            if not self._is_closed:
                os.write(self._writer, b"!")

    def hush(self) -> None:
        with suppress(OSError):
            os.read(self.reader, 4096)

    def close(self) -> None:
        with self._ringing:
            ends = () if self._is_closed else (self.reader, self._writer)
            self._is_closed = True
            for end in ends:
                os.close(end)


class Conversation:
    """With one process. meanwhile: called again and again; what it raises ends the conversation."""

    def __init__(self, *, child: ChildProcess, desk: Desk, bell: Bell, meanwhile: Callable[[], None]) -> None:
        self._child = child
        self._desk = desk
        self._bell = bell
        self._meanwhile = meanwhile
        self._lost_words = ""
        self._unheard: Sequence[Line] = ()

    def hold(
        self, *, job: Job, must_stop: Callable[[], bool], seconds: float, undo_all: Callable[[], list[Fault]]
    ) -> End | None:
        """What the process says last. None when it was to be stopped, took too long, went wrong or is gone."""
        try:
            self._child.say(job)
            return self._serve(must_stop, time.monotonic() + seconds, undo_all)
        except ProtocolError as error:
            self._lost_words = str(error)
            return None

    def end(self) -> str:
        """Kill it and all of its group; how it was lost, in words, when it was."""
        how = self._child.ended() if self._child.is_silent else ""
        self._child.kill()
        for line in self._unheard:  # such as that a fault is in place, said just before the stop
            if isinstance(line, Event):
                with suppress(ProtocolError):
                    self._desk.heard(line, is_over=True)
        return self._lost_words or (f"it {how}" if how else "")

    def _serve(self, must_stop: Callable[[], bool], until: float, undo_all: Callable[[], list[Fault]]) -> End | None:
        look_at = 0.0
        while True:
            lines = self._child.hear(seconds=_LOOK_SECONDS, bell=self._bell.reader)
            for number, line in enumerate(lines):
                if isinstance(line, End):
                    return line
                if must_stop():
                    self._unheard = lines[number:]
                    break
                self._one_line(line, undo_all)
            self._bell.hush()
            if not must_stop():  # taking back comes before writing
                self._meanwhile()
            if must_stop() or self._child.is_silent:
                return None
            if time.monotonic() >= until:
                raise ProtocolError("the process of the run took too long")
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + _MEMORY_EVERY_SECONDS
                self._check_memory()

    def _one_line(self, line: Line, undo_all: Callable[[], list[Fault]]) -> None:
        if isinstance(line, Event):
            self._desk.heard(line)
        elif isinstance(line, Ask):
            self._desk.answer(line, reply=self._reply, undo_all=undo_all)
        else:
            raise ProtocolError("the process of the run says what only its agent may")

    def _reply(self, answer: Answer) -> None:
        with suppress(ProtocolError):  # it is gone: whoever reads notices
            self._child.say(answer)

    def _check_memory(self) -> None:
        megabytes, most = self._child.megabytes(), settings.CHAOS_RUN_MEGABYTES_MAX
        if megabytes > most:
            raise ProtocolError(
                f"the process of the run took {megabytes:.0f} MB of memory, CHAOS_RUN_MEGABYTES_MAX allows {most}"
            )
