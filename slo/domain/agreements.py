"""Agreements with customers (SLA): what was promised for a month or a quarter, whether it was kept, and what is owed.

The period is one of the calendar in a zone, cut where the agreement begins, ends or changes: each part is judged by the
terms of its time. Credits are read from a table, the lowest row that the availability is below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from reliability.kit.days import first_instant_of
from reliability.kit.percent import share_text
from reliability.kit.periods import Period
from slo.domain.availability import Availability
from slo.domain.calendar_periods import CalendarPeriod, PeriodKind, periods_touching
from slo.domain.status import LOW_COVERAGE

_MINUTE = timedelta(minutes=1)


class Counting(StrEnum):
    """Which minutes count."""

    AS_OBJECTIVE = "as_objective"
    MAINTENANCE = "maintenance"
    EVERYTHING = "everything"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Counting.AS_OBJECTIVE: "what is excluded from the objective is left out",
    Counting.MAINTENANCE: "what is excluded, and maintenance announced on a status page, is left out",
    Counting.EVERYTHING: "every minute counts, whatever was announced",
}
PERIODS = (PeriodKind.MONTH, PeriodKind.QUARTER)


@dataclass(frozen=True, slots=True)
class Credit:
    """Below this ratio so many percent of the fee are given back."""

    below: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed from the day *first* (in the zone) on, until the next terms. credits: the highest ratio first."""

    first: date
    target: Decimal
    period: PeriodKind
    zone_name: str
    counting: Counting
    credits: tuple[Credit, ...]

    @property
    def start(self) -> datetime:
        return first_instant_of(self.first, zone_name=self.zone_name)


@dataclass(frozen=True, slots=True)
class Part:
    """A period of the agreement: of the calendar, cut by the bounds of its terms. place: of these in their list."""

    calendar: CalendarPeriod
    period: Period
    terms: Terms
    place: int

    @property
    def is_cut(self) -> bool:
        return self.period != self.calendar.period

    @property
    def title(self) -> str:
        return f"{self.calendar.title}, in part" if self.is_cut else self.calendar.title


class Kept(StrEnum):
    MET = "met"
    MISSED = "missed"
    RUNNING = "running"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Compliance:
    """allowed_minutes: of full outage in the whole period. left_minutes: what of it is left, minutes that were not
    measured taken to be as those that were: below 0 exactly where the target is missed, if nothing more fails.

    credit: percent of the fee owed; 0 for a period that was missed but costs nothing; None while it runs, and where
    nothing was measured. reason: in words.
    """

    part: Part
    found: Availability
    state: Kept
    reason: str
    allowed_minutes: float
    left_minutes: float | None
    credit: Decimal | None


def parts_of(*, versions: Sequence[Terms], last: date | None, until: datetime) -> list[Part]:
    """Every period that has begun by *until*, the oldest first. versions: by their first day. last: the last day.

    They follow each other without a gap from the first day on, and each lies within one version.
    """
    found: list[Part] = []
    for place, terms in enumerate(versions):
        following = versions[place + 1].start if place + 1 < len(versions) else None
        ends = [following] if following is not None else []
        if last is not None:
            ends.append(first_instant_of(last + timedelta(days=1), zone_name=terms.zone_name))
        end = min(ends, default=None)
        if terms.start > until or (end is not None and end <= terms.start):
            continue
        # Until the end of the period that runs: what is still to come of it is part of the promise.
        running = CalendarPeriod.holding(until, kind=terms.period, zone_name=terms.zone_name).period.end
        whole = Period(terms.start, min(end or running, running))
        for calendar in periods_touching(kind=terms.period, zone_name=terms.zone_name, whole=whole):
            period = calendar.period.intersection(whole)
            if period is not None and period.start <= until:
                found.append(Part(calendar, period, terms, place))
    return found


def judge(*, part: Part, found: Availability, at: datetime) -> Compliance:
    """Whether the promise was kept. found: the availability of the part, as far as it is over *at* that instant."""
    target = part.terms.target
    to_come = max(timedelta(0), part.period.end - max(at, part.period.start))
    allowed = float(1 - target) * (found.minutes + to_come / _MINUTE)
    left = None
    if found.downtime_minutes is not None:
        left = float(1 - target) * (found.judged_minutes + to_come / _MINUTE) - found.downtime_minutes
    if found.is_running:
        return Compliance(part, found, Kept.RUNNING, _running_words(left), allowed, left, None)
    is_met = found.meets(target)
    if is_met is None:
        return Compliance(part, found, Kept.NO_DATA, "nothing was measured: nobody knows", allowed, None, None)
    if is_met:
        return Compliance(part, found, Kept.MET, f"the promise was kept{_thin(found)}", allowed, left, Decimal(0))
    credit = credit_of(table=part.terms.credits, found=found)
    owed = f": a credit of {_plain(credit)} % is owed" if credit else "; the table has no credit for it"
    return Compliance(part, found, Kept.MISSED, f"the promise was not kept{_thin(found)}{owed}", allowed, left, credit)


def credit_of(*, table: Iterable[Credit], found: Availability) -> Decimal:
    """The largest credit of the rows that the availability is below, compared exactly; 0 when it is below none."""
    owed = [one.percent for one in table if found.meets(one.below) is False]
    return max(owed, default=Decimal(0))


def mistakes_of_credits(*, table: Sequence[Credit], target: Decimal) -> list[str]:
    """What to change; the table goes down in availability and up in credit, from the target on."""
    found = []
    for one in table:
        if not 0 < one.below < 1:
            found.append(f"{_percent(one.below)} is no availability: write a percentage between 0 and 100")
        elif one.below > target:
            found.append(f"{_percent(one.below)} is above the target of {_percent(target)}: no credit is owed there")
        if not 0 < one.percent <= 100:
            found.append(f"a credit of {_plain(one.percent)} % is not between 0 and 100 %")
    for above, below in pairwise(table):
        if below.below >= above.below:
            found.append(f"{_percent(below.below)} must be below {_percent(above.below)}: the highest row comes first")
        elif below.percent <= above.percent:
            found.append(
                f"below {_percent(below.below)} the credit ({_plain(below.percent)} %) must be more than above it "
                f"({_plain(above.percent)} %)"
            )
    return found


def tension_words(*, objective: Decimal, target: Decimal) -> tuple[bool, str]:
    """Whether the objective leaves room, and the words: it ought to be stricter than what customers were promised."""
    ours, theirs = f"SLO {_percent(objective)}", f"SLA {_percent(target)}"
    if objective > target:
        return True, f"{ours} is stricter than {theirs}: the objective is missed before the promise is"
    if objective == target:
        return False, f"{ours} is the same as {theirs}: when the alert comes the promise is broken already"
    return False, f"{ours} is laxer than {theirs}: customers were promised more than the team aims for"


def _thin(found: Availability) -> str:
    """What a verdict on little of the period has to say."""
    share = found.coverage
    return f", by the {share_text(share)} that were measured" if share is not None and share < LOW_COVERAGE else ""


def _running_words(left: float | None) -> str:
    if left is None:
        return "runs, and nothing was measured yet"
    if left < 0:
        return f"runs, and has lost {_minutes(-left)} more than the whole period allows"
    return f"runs, and can still lose {_minutes(left)}"


def _minutes(value: float) -> str:
    return f"{value:.1f} min" if value < 10 else f"{value:,.0f} min"


def _percent(ratio: Decimal) -> str:
    return f"{_plain(ratio * 100)} %"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
