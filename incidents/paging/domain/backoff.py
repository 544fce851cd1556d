"""When a message that did not get through is tried again, and when that is worth nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_PAUSE = timedelta(seconds=1)
# A receiver that recovers is told within ten seconds: the longest pause while a page is fresh.
FRESH_PAUSE_MAX = timedelta(seconds=8)
FRESH_FOR = timedelta(minutes=10)
PAUSE_MAX = timedelta(minutes=1)
# What a receiver may ask to wait. Whoever asks for more is asked again all the same.
RETRY_AFTER_MAX = timedelta(minutes=15)
# Somebody who is to come does not wait for a place that is slow: the person's next place is told as well.
IMPATIENT_AFTER = timedelta(seconds=5)


class Worth(StrEnum):
    """How long a message is worth trying, by what it is for."""

    PAGE = "page"
    UPDATE = "update"


GIVE_UP_AFTER = {Worth.PAGE: timedelta(hours=1), Worth.UPDATE: timedelta(hours=24)}


@dataclass(frozen=True, slots=True)
class Again:
    """at: the next try; None: give up. is_long: the person's next place should be told meanwhile."""

    at: datetime | None
    is_long: bool
    reason: str


def again(
    *, attempts: int, first_attempt_at: datetime, now: datetime, worth: Worth, retry_after: timedelta | None
) -> Again:
    """What follows a try that did not get through. *attempts* counts them all, from 1."""
    age = now - first_attempt_at
    bound = GIVE_UP_AFTER[worth]
    if age >= bound:
        minutes = int(bound.total_seconds() // 60)
        return Again(at=None, is_long=True, reason=f"tried {attempts} times in {minutes} minutes")
    if retry_after is not None and retry_after > timedelta():
        wait = min(retry_after, RETRY_AFTER_MAX)
        reason = f"the receiver asked to wait {_seconds(retry_after)}"
    else:
        longest = FRESH_PAUSE_MAX if age < FRESH_FOR else PAUSE_MAX
        wait = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 16), longest)
        reason = f"tried again after {_seconds(wait)}"
    return Again(at=now + wait, is_long=wait >= IMPATIENT_AFTER or age >= IMPATIENT_AFTER, reason=reason)


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
