"""Availability in words: what tables, files and mails show of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reliability.web.words import NO_DATA, duration_text, number_text
from slo.domain.availability import Availability
from slo.domain.calendar_periods import CalendarPeriod
from slo.domain.nines import nines_text
from slo.selectors.terms import Terms

FILE_COLUMNS = (
    "Period", "From", "To", "Availability", "Nines", "Nines at least", "Downtime, min", "Bad", "Judged", "Unit",
    "Measured", "Coverage", "Objective", "Objective met",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellView:
    """One objective in one period. nines: blank where there is no such number, then `note` says what can be said.

    meets: of the objective; None without data.
    """

    calendar: CalendarPeriod
    found: Availability
    objective: Decimal
    nines: str
    note: str
    downtime: str
    n_words: str
    meets: bool | None

    @property
    def state(self) -> str:
        """A slug of reliability.web.states."""
        if self.meets is None:
            return "no_data"
        return "met" if self.meets else "breached"


def cell_view(*, calendar: CalendarPeriod, terms: Terms, found: Availability) -> CellView:
    return CellView(
        calendar=calendar,
        found=found,
        objective=terms.definition.objective,
        nines=nines_text(found.nines),
        note=note_of(found),
        downtime=downtime_words(found),
        n_words=trials_words(found),
        meets=found.meets(terms.definition.objective),
    )


def nines_words(found: Availability) -> str:
    """`3.3 nines`, `no failure in 1,440 events`, `no data`: never infinity."""
    text = nines_text(found.nines)
    return f"{text} nines" if text else note_of(found)


def note_of(found: Availability) -> str:
    """What is said where there is no number of nines; blank where there is one."""
    if not found.has_data:
        return NO_DATA
    if not found.is_flawless:
        return ""
    at_least = nines_text(found.nines_at_least)
    bound = f", so at least {at_least} nines" if found.nines_at_least else ", too few to say how many nines"
    return f"no failure in {trials_words(found)}{bound}"


def trials_words(found: Availability) -> str:
    """`1,440 events`, `288 slices of 5 min`."""
    if found.unit_minutes is None:
        return f"{number_text(found.n)} event{'' if found.n == 1 else 's'}"
    slices = f"{number_text(found.n)} slice{'' if found.n == 1 else 's'}"
    return f"{slices} of {duration_text(found.unit_minutes * 60)}"


def downtime_words(found: Availability) -> str:
    """`21 min`, `24 s`; blank without data."""
    minutes = found.downtime_minutes
    if minutes is None:
        return ""
    if minutes and minutes * 60 < 1:
        return "under 1 s"
    return duration_text(minutes * 60)


def file_row(view: CellView) -> tuple[object, ...]:
    """As FILE_COLUMNS names them: unrounded, empty where undefined."""
    found = view.found
    return (
        view.calendar.slug, found.period.start, found.period.end, found.ratio, found.nines, found.nines_at_least,
        found.downtime_minutes, float(found.bad) if found.has_data else None,
        float(found.base) if found.has_data else None,
        "events" if found.unit_minutes is None else f"slices of {found.unit_minutes} min", found.covered_minutes,
        found.coverage, view.objective, None if view.meets is None else "yes" if view.meets else "no",
    )  # fmt: skip
