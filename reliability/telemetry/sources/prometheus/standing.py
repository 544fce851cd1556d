"""Whether a source still answers, judged while it is read.

One query that is too slow, or that breaks a proxy, looks like a source that is down. So the source is down only
when some requests in a row failed and the cheapest query there is fails, too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from reliability.telemetry.domain.failures import Reason, SourceError

Result = TypeVar("Result")
# So many failures in a row raise the question.
FAILURES_MAX = 2


class Standing:
    """The standing of one source in one reading. Usable from several threads.

    ping: asks the cheapest query; its failure, or None when it was answered.
    """

    def __init__(self, ping: Callable[[], SourceError | None]) -> None:
        self._ping = ping
        self._lock = threading.Lock()  # held while the question is open: nobody asks the source anything else
        self._suspicions: list[SourceError] = []
        self._has_answered = False
        self.down: SourceError | None = None

    def ask(self, fetch: Callable[[], Result]) -> Result | SourceError:
        """What *fetch* gives, or its failure; the source's own failure without a request once it is down."""
        with self._lock:
            if self.down is not None:
                return self.down
        try:
            found = fetch()
        except SourceError as error:
            if error.reason is not Reason.OUT_OF_TIME:
                self._note(error)
            return error
        self._note(None)
        return found

    def settle(self) -> None:
        """A source of which nothing was answered so far is asked for the cheapest thing."""
        with self._lock:
            if self._suspicions and not self._has_answered:
                self._question()

    def judged(self, error: SourceError) -> SourceError:
        """A failure of this reading, told to be the source's or the query's."""
        if error.is_source_down or error.reason is Reason.TIMEOUT:
            return error.judged(is_source_down=self.down is not None)
        return error

    def _note(self, error: SourceError | None) -> None:
        with self._lock:
            if error is None or not (error.is_source_down or error.reason is Reason.TIMEOUT):
                self._suspicions, self._has_answered = [], True
                return
            self._suspicions.append(error)
            if len(self._suspicions) >= FAILURES_MAX:
                self._question()

    def _question(self) -> None:
        if self.down is not None:
            return
        newest = self._suspicions[-1]
        # Who asks for fewer queries is not asked one more.
        failure = newest if newest.reason is Reason.RATE_LIMITED else self._ping()
        if failure is not None:
            self.down = newest.judged(is_source_down=True)
        self._suspicions, self._has_answered = [], self._has_answered or failure is None
