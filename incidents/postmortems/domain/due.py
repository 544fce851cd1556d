"""When a postmortem is due, and when people are reminded: a day before, at due, and each day after for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DUE_AFTER = timedelta(hours=48)
BEFORE = timedelta(hours=24)
DAY = timedelta(days=1)
DAYS_AFTER_MAX = 7  # whoever was told seven times knows


@dataclass(frozen=True, slots=True)
class Stage:
    """slug: before, due, late-1 …; days_late: 0 until it is late."""

    slug: str
    at: datetime
    days_late: int = 0

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


def due_at(*, resolved_at: datetime) -> datetime:
    return resolved_at + DUE_AFTER


def stages(*, due_at: datetime) -> tuple[Stage, ...]:
    """In their order."""
    late = (Stage(f"late-{day}", due_at + day * DAY, day) for day in range(1, DAYS_AFTER_MAX + 1))
    return (Stage("before", due_at - BEFORE), Stage("due", due_at), *late)


def standing(*, due_at: datetime, now: datetime) -> Stage | None:
    """The latest stage that has come: after an outage of ours one reminder is sent, not all that were missed."""
    come = [stage for stage in stages(due_at=due_at) if stage.at <= now]
    return come[-1] if come else None


def next_at(*, due_at: datetime, now: datetime) -> datetime | None:
    """When the next stage comes; None when all have."""
    return next((stage.at for stage in stages(due_at=due_at) if stage.at > now), None)
