"""What a receiver's answer means for the next try."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from reliability.channels.domain.outcome import ANSWER_LENGTH_MAX, Result

# A receiver may ask to wait; it may not ask to be forgotten.
RETRY_AFTER_MAX = timedelta(hours=1)
_SECRET_LENGTH_MIN = 6  # a shorter text occurs by chance
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# 4xx that say "not now": time-out, locked, too early, too many.
_NOT_NOW = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LOCKED, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
_NEVER = frozenset({HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED})


def result_of_status(status: int) -> Result:
    """Of an HTTP status. A redirect is refused: the final address has to be entered."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Result.DELIVERED
    if status in _NOT_NOW or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NEVER):
        return Result.RETRY
    return Result.REFUSED


def retry_after(value: str, *, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds, or a date (RFC 9110 §10.2.3). None when it says neither."""
    text = value.strip()
    if not text:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text):
        seconds = min(float(text), RETRY_AFTER_MAX.total_seconds())
        return timedelta(seconds=seconds)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), RETRY_AFTER_MAX)


def fit_to_keep(text: str, *, secrets: Iterable[str] = ()) -> str:
    """*text* as it may be stored and shown: without what a receiver echoes of our secrets, without control
    characters (PostgreSQL stores no NUL), and at most ANSWER_LENGTH_MAX long.
    """
    for secret in sorted(_echoes(secrets), key=len, reverse=True):
        text = text.replace(secret, "•••")
    text = _CONTROL.sub("", text).strip()
    return text if len(text) <= ANSWER_LENGTH_MAX else f"{text[: ANSWER_LENGTH_MAX - 1]}…"


def _echoes(secrets: Iterable[str]) -> set[str]:
    """Each line of a secret, and of an address the parts that make it one."""
    found = set()
    for line in (line.strip() for secret in secrets for line in secret.splitlines()):
        found.add(line)
        if "://" in line:
            parts = urlsplit(line)
            found |= {parts.path, parts.path.rpartition("/")[2], parts.query, parts.netloc.rpartition("@")[0]}
    return {text for text in found if len(text) >= _SECRET_LENGTH_MIN}
