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
    OUT_OF_TIME = "out_of_time"
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


# Failures that are mostly the source's, not the query's. Whether they are is settled by what else it answers.
SOURCE_DOWN = frozenset(
    {
        Reason.ADDRESS_REFUSED,
        Reason.UNKNOWN_HOST,
        Reason.CONNECTION_REFUSED,
        Reason.UNREACHABLE,
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


# A shorter stretch of the same query may succeed where these came.
TOO_MUCH = frozenset({Reason.ANSWER_TOO_LARGE, Reason.QUERY_TOO_EXPENSIVE, Reason.TIMEOUT})


class SourceError(Exception):
    """A query or a source without an answer. `reason` is a Reason, the text says what happened and what to change.

    is_source_down: whether the source as a whole failed, not this one query; by the reason unless a reading knows
    better, since a query that is too slow or breaks a proxy looks like a source that does not answer.
    """

    def __init__(self, reason: Reason, message: str, *, is_source_down: bool | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.is_source_down = reason in SOURCE_DOWN if is_source_down is None else is_source_down

    def judged(self, *, is_source_down: bool) -> SourceError:
        """The same failure, told to be the source's or the query's."""
        return SourceError(self.reason, self.message, is_source_down=is_source_down)
