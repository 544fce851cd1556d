"""Ninety days as bars: what stands in each, in words for those who hover and those who hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from incidents.status_page.domain import bounds
from incidents.status_page.domain.content import ComponentView
from incidents.status_page.domain.days import DayView, Uptime

BAR_WIDTH = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: x in the picture, its level, its words."""

    x: int
    level: str
    words: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the table of days."""

    day: date
    level: str
    percent: str
    events: str
    down: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Bars:
    """title: the sentence that stands for the whole picture."""

    bars: tuple[Bar, ...]
    width: int
    title: str
    percent: str
    note: str
    first_words: str


def percent_text(ratio: float) -> str:
    """Three digits, rounded down: 99.9996 % is not 100 %."""
    if ratio >= 1:
        return "100 %"
    return f"{int(round(ratio * 100_000, 6)) / 1000:.3f} %".replace(".000 %", " %")


def minutes_text(minutes: int) -> str:
    """`1 h 12 min`."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(part for part in parts if part)


def bars_of(component: ComponentView) -> Bars:
    """The days that are shown, right-aligned in a picture of 90: a component that began later has fewer."""
    days = component.days
    shift = bounds.DAYS_SHOWN - len(days)
    found = component.uptime
    return Bars(
        bars=tuple(Bar((shift + place) * BAR_WIDTH, one.level, words_of(one)) for place, one in enumerate(days)),
        width=bounds.DAYS_SHOWN * BAR_WIDTH,
        title=f"{component.name}: {_sentence(found)}",
        percent="no data" if found.ratio is None else percent_text(found.ratio),
        note=_note(found),
        first_words=f"{len(days)} days ago",
    )


def words_of(one: DayView) -> str:
    day = f"{one.day.day} {one.day:%B %Y}"
    if one.ratio is None:
        return f"{day}: no data"
    down = "no downtime" if not one.down_minutes else f"{minutes_text(one.down_minutes)} down"
    return f"{day}: {percent_text(one.ratio)} of {one.valid:,}, {down}"


def rows_of(component: ComponentView) -> list[DayRow]:
    """Every day shown, newest first."""
    return [
        DayRow(
            day=one.day,
            level=one.level,
            percent="no data" if one.ratio is None else percent_text(one.ratio),
            events="–" if one.ratio is None else f"{one.valid:,}",
            down="–" if one.ratio is None else minutes_text(one.down_minutes),
            coverage="–" if not one.minutes else f"{one.measured_minutes:,} of {one.minutes:,} min",
        )
        for one in reversed(component.days)
    ]


def _sentence(found: Uptime) -> str:
    if found.ratio is None:
        return f"no data in the last {found.days} days"
    return f"{percent_text(found.ratio)} over {_note(found)}"


def _note(found: Uptime) -> str:
    if found.ratio is None:
        return f"nothing was measured in {found.days} days"
    days = f"{found.days} days" if found.measured_days == found.days else f"{found.measured_days} of {found.days} days"
    down = "" if not found.down_minutes else f", {minutes_text(found.down_minutes)} down"
    return f"{days} measured, n = {found.valid:,}{down}"
