"""The child's end of the lines to its supervisor. Safe for threads: activities in the background tell and ask too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from chaos.runner.masking import Mask
from chaos.runner.protocol import Answer, Ask, End, Event, Job, Line, ProtocolError, Stop, decode, encode


class RefusedError(Exception):
    """The supervisor said no; the message says why."""


class StoppedError(Exception):
    """Nothing more may begin."""


class Conversation:
    """Tells events, asks and waits for answers, and knows whether to stop.

    When the supervisor's end closes, the child is stopped: it may not go on unwatched.
    """

    def __init__(self, *, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        self._mask = Mask(())
        self._writing = threading.Lock()
        self._changed = threading.Condition()
        self._answers: dict[int, Answer] = {}
        self._asked = 0
        self._stop_reason = ""
        self.is_alone = False  # the supervisor is gone: somebody else takes everything back

    def job(self) -> Job:
        """The first line. Raises ProtocolError."""
        line = decode(self._reader.readline())
        if not isinstance(line, Job):
            raise ProtocolError("the first line is no job")
        return line

    def listen(self, mask: Mask) -> None:
        """From here on answers and a stop are heard; *mask* goes over all that is told."""
        self._mask = mask
        threading.Thread(target=self._hear, name="supervisor", daemon=True).start()

    @property
    def stop_reason(self) -> str:
        """Blank while the run may go on."""
        return self._stop_reason

    def stop(self, reason: str) -> None:
        with self._changed:
            self._stop_reason = self._stop_reason or reason
            self._changed.notify_all()

    def stop_noted(self, reason: str) -> None:
        """For signal handlers, which may interrupt a holder of the lock: whoever waits looks each second."""
        self._stop_reason = self._stop_reason or reason

    def pause(self, seconds: float) -> None:
        """Wait, not longer than until a stop."""
        with self._changed:
            remaining = seconds
            while remaining > 0 and not self._stop_reason:
                self._changed.wait(min(remaining, 1.0))
                remaining -= 1.0

    def event(self, kind: str, text: str, data: Mapping[str, Any] | None = None) -> None:
        self._tell(lambda mask: Event(kind=kind, text=mask(text), data=mask(data or {})), Event(kind=kind, text="…"))

    def ask(self, what: str, arguments: Mapping[str, Any] | None = None, *, also_when_stopped: bool = False) -> Any:
        """The answer's value. Arguments are not masked: the supervisor keeps them sealed.

        also_when_stopped: for taking things back, which a stop does not end.
        Raises RefusedError with the supervisor's reason, StoppedError when there will be no answer.
        """
        with self._changed:
            self._asked += 1
            number = self._asked
        self._send(Ask(number=number, what=what, arguments=arguments or {}))
        with self._changed:
            while number not in self._answers:
                if self._stop_reason and (self.is_alone or not also_when_stopped):
                    raise StoppedError(self._stop_reason)
                self._changed.wait(1.0)
            answer = self._answers.pop(number)
        if not answer.is_ok:
            raise RefusedError(answer.reason)
        return answer.value

    def end(self, *, journal: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
        short = End(journal={}, outcome={"error": "what the run told at its end was too long to be kept"})
        self._tell(lambda mask: End(journal=mask(journal), outcome=mask(outcome)), short)

    def _tell(self, line: Callable[[Mask], Line], short: Line) -> None:
        """The line as long as may be; *short* when it cannot be cut to the length of a line."""
        for mask in self._mask.shorter():
            try:
                self._send(line(mask))
            except ProtocolError:
                continue
            return
        self._send(short)

    def _send(self, line: Line) -> None:
        encoded = encode(line)
        with self._writing:
            self._writer.write(encoded)
            self._writer.flush()

    def _hear(self) -> None:
        try:
            while text := self._reader.readline():
                line = decode(text)
                if isinstance(line, Answer):
                    with self._changed:
                        self._answers[line.number] = line
                        self._changed.notify_all()
                elif isinstance(line, Stop):
                    self.stop(line.reason)
        except (ProtocolError, OSError, ValueError) as error:
            self.stop(f"the supervisor is not understood: {error}")
        self.is_alone = True
        self.stop("the supervisor is gone")
