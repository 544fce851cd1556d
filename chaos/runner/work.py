"""What an activity needs to be done: the conversation, what is allowed, the targets, and the toolkit's values."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.injectors.protocol import Reach
from chaos.runner.allow import Allowed
from chaos.runner.conversation import Conversation


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
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def fault_key(self) -> str:
        return f"{self.prefix}-{next(self.numbers)}"
