"""Schedules, their firings, and what comes next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from chaos.schedules.models import Schedule
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A firing that is planned. schedule: with team, experiment and its service at hand. at: the instant it is due.
    starts_at: later than that when a window has to open first."""

    schedule: Schedule
    at: datetime
    starts_at: datetime


def upcoming(*, teams: Collection[int], period: Period) -> list[Upcoming]:
    """What the schedules of these teams (ids) will fire in the period, in order; not what is paused or archived."""
    return []
