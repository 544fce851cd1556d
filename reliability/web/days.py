"""Days that an address names, both ends included: `?since=2026-10-01&until=2026-10-31`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.http import QueryDict

from reliability.kit.instants import EARLIEST, END
from reliability.kit.periods import Period

_DAY = timedelta(days=1)
_FIRST, _LAST = EARLIEST.date() + _DAY, END.date() - 2 * _DAY  # so that a zone's midnight is an instant


@dataclass(frozen=True, slots=True)
class Days:
    """None: without that end."""

    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, data: QueryDict) -> Days:
        """What is no day is left out, and both where the last is before the first."""
        since, until = _day(data, "since"), _day(data, "until")
        return cls() if since and until and until < since else cls(since, until)

    def period(self, zone: tzinfo) -> Period | None:
        """From midnight to midnight on the clock of the zone; None: any time."""
        if self == Days():
            return None
        return Period(
            _midnight(self.since, zone) if self.since else EARLIEST,
            _midnight(self.until + _DAY, zone) if self.until else END,
        )


def _day(data: QueryDict, name: str) -> date | None:
    try:
        found = date.fromisoformat(data.get(name, "").strip())
    except ValueError:
        return None
    return found if _FIRST <= found <= _LAST else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
