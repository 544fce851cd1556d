"""When a monitor is to be called: a while after its last call, or at the times of a cron expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from reliability.kit.cron import CronTimes
from reliability.kit.durations import humanize_duration


class Rhythm(Protocol):
    """When the next call is expected."""

    def next_after(self, instant: datetime) -> datetime:
        """Where the next call is due for who called at *instant*: always later, in UTC."""

    @property
    def words(self) -> str:
        """Such as `every 1 h`."""

    def missed(self, *, due_at: datetime) -> str:
        """What is wrong when the call that was due did not come."""


@dataclass(frozen=True, slots=True)
class Every:
    """A call within *period* after the last one."""

    period: timedelta

    def next_after(self, instant: datetime) -> datetime:
        return instant + self.period

    @property
    def words(self) -> str:
        return f"every {humanize_duration(self.period)}"

    def missed(self, *, due_at: datetime) -> str:
        return f"no call within {humanize_duration(self.period)}"


class Cron(CronTimes):
    """A call at each time of the expression."""

    __slots__ = ()

    def missed(self, *, due_at: datetime) -> str:
        return f"no call for {due_at.astimezone(ZoneInfo(self.zone_name)):%Y-%m-%d %H:%M} {self.zone_name}"


def upcoming(rhythm: Rhythm, *, after: datetime, count: int) -> Iterator[datetime]:
    """The next instants at which calls are due, when each comes in time."""
    for _ in range(count):
        after = rhythm.next_after(after)
        yield after
