"""Figures of a report beside those of the period before: how they read, and whether that is better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from incidents.learning.domain.comparison import ENOUGH, Trend, compared
from reliability.kit.percent import share_text
from reliability.reports.domain.report import Figure
from reliability.web.words import duration_text, number_text

_OF_A_MOMENT = frozenset({"overdue", "toil-share"})  # no counts, though they have no n


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    PER_DAY = "per_day"
    HOURS = "hours"


class Better(StrEnum):
    """Which direction is good news."""

    LESS = "less"
    MORE = "more"
    NEITHER = "neither"


def text_of(value: float | None, unit: Unit) -> str:
    """Blank for no data."""
    if value is None:
        return ""
    match unit:
        case Unit.SECONDS:
            return duration_text(value)
        case Unit.SHARE:
            return share_text(value)
        case Unit.PER_DAY:
            return f"{number_text(value)} a day"
        case Unit.HOURS:
            return f"{number_text(value)} h"
        case Unit.COUNT:
            return number_text(value)


def figure(
    slug: str,
    title: str,
    *,
    now: float | None,
    before: float | None,
    unit: Unit = Unit.COUNT,
    better: Better = Better.LESS,
    n: int | None = None,
    n_before: int | None = None,
    url: str = "",
) -> Figure:
    """n: of how many a median or share stands; changes of fewer than three are not called better or worse."""
    found = compared(
        now=now,
        before=before,
        n_now=ENOUGH if n is None else n,
        n_before=ENOUGH if n_before is None else n_before,
    )
    return Figure(
        slug=slug,
        title=title,
        value=now,
        before=before,
        text=text_of(now, unit),
        before_text=text_of(before, unit),
        change=found.words,
        trend="unknown" if before == 0 else _trend(found.trend, better),
        n=n,
        url=url,
    )


def so_far(rows: Iterable[Figure]) -> tuple[Figure, ...]:
    """Of a period that is not over: a count of a part is not compared with that of a whole."""
    return tuple(
        one if one.n is not None or one.slug in _OF_A_MOMENT else replace(one, change="not over yet", trend="unknown")
        for one in rows
    )


def _trend(trend: Trend, better: Better) -> str:
    if trend is Trend.SAME or better is Better.NEITHER:
        return "same" if trend is Trend.SAME else "unknown"
    if trend is Trend.UNKNOWN:
        return "unknown"
    return "better" if trend.value == better.value else "worse"
