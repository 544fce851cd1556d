"""How one try to tell something ended, and what that means for the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ANSWER_LENGTH_MAX = 2000


class Result(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"  # for good: the same again is refused again
    RETRY = "retry"  # not taken now
    UNKNOWN = "unknown"  # it may have arrived


@dataclass(frozen=True, slots=True)
class Outcome:
    """reason: in words, never holds a secret. status: the protocol's number. answer: what the receiver said, bounded.

    retry_after: what the receiver asked to wait. external_id: what the receiver calls it. is_of_recipient: a mail
    server refused this one address, and nothing else.
    """

    result: Result
    reason: str
    status: int | None = None
    answer: str = ""
    retry_after: timedelta | None = None
    external_id: str = ""
    is_of_recipient: bool = False

    @property
    def is_delivered(self) -> bool:
        return self.result is Result.DELIVERED
