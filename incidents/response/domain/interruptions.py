"""What on call costs people: how often they were called, how often at night, and for how much time on call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from incidents.paging.domain.quiet_hours import Quiet, quiet_until
from reliability.kit.periods import Period

# Night for those who set no quiet hours, on the clock of their zone.
NIGHT = Quiet(start=time(22, 0), end=time(8, 0))
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Calls:
    """pages: times somebody was called; several places of one step are one call. on_call: time on call in the period.

    per_week: pages per week of that time; None when the person had none.
    """

    pages: int
    night_pages: int
    on_call: timedelta
    per_week: float | None


def is_night(*, at: datetime, zone_name: str, quiet: Quiet | None) -> bool:
    """Whether *at* lies in the person's quiet hours, or without any between 22 and 8 on their clock."""
    return quiet_until(quiet=quiet or NIGHT, zone_name=zone_name, at=at) is not None


def calls_of(*, pages: Iterable[datetime], zone_name: str, quiet: Quiet | None, shifts: Iterable[Period]) -> Calls:
    """The calls of one person; shifts that overlap are one time on call."""
    instants = list(pages)
    on_call = joint_length(shifts)
    return Calls(
        pages=len(instants),
        night_pages=sum(is_night(at=at, zone_name=zone_name, quiet=quiet) for at in instants),
        on_call=on_call,
        per_week=len(instants) / (on_call / WEEK) if on_call else None,
    )


def joint_length(periods: Iterable[Period]) -> timedelta:
    """How long at least one of *periods* lasted."""
    total, end = timedelta(0), None
    for period in sorted(periods):
        begins = period.start if end is None else max(period.start, end)
        total += max(period.end - begins, timedelta(0))
        end = period.end if end is None else max(end, period.end)
    return total
