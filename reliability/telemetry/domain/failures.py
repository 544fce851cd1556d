"""Why a source gave no counts."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Machine-readable reasons: metric labels, API fields and log fields use them as they are."""

    BREAKER_OPEN = "breaker_open"
    ADDRESS_REFUSED = "address_refused"
    UNKNOWN_HOST = "unknown_host"
    CONNECTION_REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    UNAUTHORIZED = "unauthorized"
    WRONG_PATH = "wrong_path"
    REDIRECT = "redirect"
    NOT_PROMETHEUS = "not_prometheus"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    ANSWER_TOO_LARGE = "answer_too_large"
    BROKEN_ANSWER = "broken_answer"
    QUERY_ERROR = "query_error"
    QUERY_TOO_EXPENSIVE = "query_too_expensive"
    NO_SUCH_BUCKET = "no_such_bucket"
    INVALID_SPEC = "invalid_spec"
    INVALID_SETTINGS = "invalid_settings"
    NOTHING_TO_READ = "nothing_to_read"


# Failures of the source as a whole: no query of it can succeed, and the circuit breaker counts them.
SOURCE_DOWN = frozenset(
    {
        Reason.ADDRESS_REFUSED,
        Reason.UNKNOWN_HOST,
        Reason.CONNECTION_REFUSED,
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
        Reason.TLS,
        Reason.UNAUTHORIZED,
        Reason.WRONG_PATH,
        Reason.REDIRECT,
        Reason.NOT_PROMETHEUS,
        Reason.RATE_LIMITED,
        Reason.SERVER_ERROR,
        Reason.BROKEN_ANSWER,
        Reason.INVALID_SETTINGS,
    }
)


class SourceError(Exception):
    """A query or a source without an answer. `reason` is a Reason, the text says what happened and what to change."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    @property
    def is_source_down(self) -> bool:
        """Whether the source as a whole failed, not this one query."""
        return self.reason in SOURCE_DOWN
