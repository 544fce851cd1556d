"""Freeze windows: when one holds, and for which environments. Their times repeat on the clock of a zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.gate.domain.kinds import ChangeKind
from reliability.kit.periods import Period
from reliability.kit.repeats import Rule, times

EVERY_ENVIRONMENT = "*"
_INSTANT = timedelta(microseconds=1)
_AHEAD = timedelta(days=9 * 366)  # a 29th of February may be eight years away


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """team_id None: of the whole installation. service_ids None: all of the team's. environment: blank for those
    that count as production, "*" for every one, else a name. passes: kinds of change that it lets through."""

    id: int
    title: str
    reason: str
    rule: Rule
    team_id: int | None = None
    service_ids: frozenset[int] | None = None
    environment: str = ""
    passes: frozenset[ChangeKind] = frozenset()
    may_be_overridden: bool = True

    def is_about(self, *, service_id: int, team_id: int, environment: str, is_production: bool) -> bool:
        if self.team_id not in (None, team_id) or (self.service_ids is not None and service_id not in self.service_ids):
            return False
        if self.environment in ("", EVERY_ENVIRONMENT):
            return is_production or self.environment == EVERY_ENVIRONMENT
        return self.environment == environment


@dataclass(frozen=True, slots=True)
class Holding:
    """A window that holds, and when this time of it ends."""

    window: Window
    until: datetime


def holding(*, windows: Iterable[Window], at: datetime) -> list[Holding]:
    """Those that hold at *at*, the one that ends last first."""
    found = [(one, until_of(rule=one.rule, at=at)) for one in windows]
    held = [Holding(window, until) for window, until in found if until is not None]
    return sorted(held, key=lambda one: (one.until, one.window.id), reverse=True)


def until_of(*, rule: Rule, at: datetime) -> datetime | None:
    """When the time that holds at *at* ends; None when none does."""
    held = [one for one in times(rule=rule, period=Period(at, at + _INSTANT)) if one.contains(at)]
    return max((one.end for one in held), default=None)


def next_time(*, rule: Rule, now: datetime) -> Period | None:
    """The time that holds now, else the next within nine years, else None."""
    for piece in Period(now, now + _AHEAD).split(_AHEAD / 64):
        found = times(rule=rule, period=piece)
        if found:
            return found[0]
    return None
