"""Why an event of somebody else's calendar is no blackout, in words for its page."""

from __future__ import annotations

from enum import StrEnum


class LeftOut(StrEnum):
    """Why an event is no blackout."""

    CANCELLED = "cancelled"
    FREE = "free"
    TOO_OFTEN = "too_often"
    TOO_LONG_TO_READ = "too_long_to_read"
    BROKEN = "broken"
    NO_LENGTH = "no_length"
    OTHER_TITLE = "other_title"

    def words(self, count: int) -> str:
        noun = "1 event" if count == 1 else f"{count:,} events"
        return f"{noun} left out: {_WHY[self]}"


_WHY = {
    LeftOut.CANCELLED: "cancelled",
    LeftOut.FREE: 'marked as free (TRANSP:TRANSPARENT); switch on "Free events count, too" to take them',
    LeftOut.TOO_OFTEN: "repeats more often than once an hour",
    LeftOut.TOO_LONG_TO_READ: "its repeats take too long to work out",
    LeftOut.BROKEN: "it cannot be read (it has no start, or a broken rule)",
    LeftOut.NO_LENGTH: "it has no length, so it forbids nothing",
    LeftOut.OTHER_TITLE: "the title does not hold the words asked for",
}
