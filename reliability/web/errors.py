"""Refusals that people and programs are told about: pages and the API shape them, services raise them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class ProblemError(Exception):
    """A refusal with an HTTP status, a reason (slug) for machines and a message that says what to change.

    details: [{"field" | "path" | "index": …, "message": …}], one per thing to change.
    """

    status: ClassVar[int] = 400
    reason: str = "bad_request"
    default_message: ClassVar[str] = "the request cannot be served"

    def __init__(
        self, message: str = "", *, reason: str | None = None, details: Sequence[dict[str, Any]] | None = None
    ) -> None:
        self.details: list[dict[str, Any]] = list(details or ())
        first = next((str(detail["message"]) for detail in self.details if detail.get("message")), "")
        self.message = message or first or self.default_message
        if reason is not None:
            self.reason = reason
        super().__init__(self.message)


class Invalid(ProblemError):  # noqa: N818  reads as the contract of every service names it
    status = 422
    reason = "invalid"
    default_message = "the request has mistakes"


class Forbidden(ProblemError):  # noqa: N818  named as HTTP names it
    status = 403
    reason = "forbidden"
    default_message = "your role does not allow this"


class NotFound(ProblemError):  # noqa: N818  named as HTTP names it
    status = 404
    reason = "not_found"
    default_message = "there is no such object, or it is not yours to see"


class Conflict(ProblemError):  # noqa: N818  named as HTTP names it
    status = 409
    reason = "conflict"
    default_message = "somebody else changed this at the same time: load it again"


class TooLarge(ProblemError):  # noqa: N818  named as HTTP names it
    status = 413
    reason = "too_large"
    default_message = "the request is too large"


class TooMany(ProblemError):  # noqa: N818  named as HTTP names it
    status = 429
    reason = "too_many"
    default_message = "too many requests: come again later"


class Unavailable(ProblemError):  # noqa: N818  named as HTTP names it
    status = 503
    reason = "unavailable"
    default_message = "the platform cannot do this now: try again"
