"""Why a request is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class RejectReason(StrEnum):
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"  # no JSON, bad UTF-8, NaN, nested too deep
    UNSUPPORTED = "unsupported"
    INVALID = "invalid"  # JSON, but not what the protocol says
    TOO_MANY = "too_many"
    DISABLED = "disabled"
    WRONG_ADDRESS = "wrong_address"  # a key of another kind of integration
    LOOP = "loop"  # an automatic answer by mail


class RejectedError(ValueError):
    """A request that cannot be taken. `errors`: one sentence per thing to change."""

    def __init__(self, reason: RejectReason, message: str, *, errors: Sequence[str] = ()) -> None:
        self.reason = reason
        self.message = message
        self.errors = tuple(errors) or (message,)
        super().__init__(message)
