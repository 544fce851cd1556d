"""What an activity needs to be done: the conversation, what is allowed, the targets, and the toolkit's values."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.injectors.protocol import Reach
from chaos.runner.allow import Allowed
from chaos.runner.conversation import Conversation

_LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Work:
    """One run in this process.

    configuration, secrets: as chaoslib substitutes them. kinds: target → kind of injector. prefix: of fault keys.
    """

    conversation: Conversation
    allowed: Allowed
    document: Mapping[str, Any]
    configuration: dict[str, Any]
    secrets: Mapping[str, Mapping[str, str]]
    reaches: Mapping[str, Reach]
    kinds: Mapping[str, str]
    prefix: str
    is_taking_back: bool = False  # a stop ends the method, not what takes it back
    method_is_over: str = ""  # why nothing of the method begins any more
    of_thread: threading.local = field(default_factory=threading.local)  # is_method: it does a step of the method
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def is_method(self) -> bool:
        """Whether this thread does a step of the method."""
        return bool(getattr(self.of_thread, "is_method", False))

    def why_not_begun(self) -> str:
        """Blank, or why the activity that this thread is about to do does not begin any more."""
        over = self.method_is_over if self.is_method else ""
        return over or (self.conversation.stop_reason if self.is_method or not self.is_taking_back else "")

    def sleep(self, seconds: float) -> None:
        """A pause of an activity, not longer than something may begin after it."""
        until = time.monotonic() + float(seconds)
        while (left := until - time.monotonic()) > 0 and not self.why_not_begun():
            time.sleep(min(left, _LOOK_SECONDS))

    def fault_key(self) -> str:
        return f"{self.prefix}-{next(self.numbers)}"
