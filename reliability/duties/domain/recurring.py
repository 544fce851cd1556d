"""When a duty is due next, and when people are reminded: on the clock of its zone."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reliability.duties.domain.kinds import Every, Outcome
from reliability.kit.cron import CronTimes
from reliability.kit.wall_clock import from_wall_seconds, to_wall_seconds, wall_clock

EVERY_MAX = {Every.DAYS: 1_100, Every.MONTHS: 36}
REMIND_DAYS_MAX = 90
OVERDUE_EVERY_DAYS = 7
# After so many weeks nobody is told again: the list of what is overdue goes on to say it.
OVERDUE_REMINDERS_MAX = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """every_count: of days or months. cron: five fields, normalized, when *every* is CRON."""

    every: Every
    every_count: int
    cron: str
    zone_name: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """stage: "before", "due", "overdue 1" …: with the due instant its identity."""

    stage: str
    at: datetime


def next_due(*, rule: Rule, due_at: datetime, ended_at: datetime, outcome: Outcome) -> datetime:
    """After it was done or skipped at *ended_at*, always later than the occurrence that ended.

    Days and months count from the day it was done, at the hour it was due; skipped, from the day it was due, and on to
    the first day ahead. A cron expression goes on by itself.
    """
    if rule.every is Every.CRON:
        return CronTimes(rule.cron, rule.zone_name).next_after(max(due_at, ended_at))
    if outcome is Outcome.DONE:
        return max(_later(rule, _at_hour_of(due_at, on=ended_at, rule=rule)), due_at + timedelta(minutes=1))
    following = _later(rule, due_at)
    times = 1
    while following <= ended_at:
        times += 1
        following = _later(rule, due_at, times=times)
    return following


def first_cron(*, cron: str, zone_name: str, now: datetime) -> datetime:
    """The first of its times after *now*. Raises ValueError when it never comes."""
    return CronTimes(cron, zone_name).next_after(now)


def words_of(rule: Rule) -> str:
    """`every 90 days`, `every month`, `by 0 9 1 * *`."""
    if rule.every is Every.CRON:
        return f"by {rule.cron}"
    noun = "day" if rule.every is Every.DAYS else "month"
    return f"every {noun}" if rule.every_count == 1 else f"every {rule.every_count} {noun}s"


def reminder_at(*, due_at: datetime, remind_days: int, zone_name: str, now: datetime) -> Reminder | None:
    """The one that stands at *now*; None while it is early. After an outage only the newest is told."""
    standing = [one for one in reminders(due_at=due_at, remind_days=remind_days, zone_name=zone_name) if one.at <= now]
    return standing[-1] if standing else None


def next_reminder_after(*, due_at: datetime, remind_days: int, zone_name: str, now: datetime) -> datetime | None:
    """The next instant, later than *now*, at which a reminder comes to stand; None when all have been told."""
    ahead = [one.at for one in reminders(due_at=due_at, remind_days=remind_days, zone_name=zone_name) if one.at > now]
    return ahead[0] if ahead else None


def reminders(*, due_at: datetime, remind_days: int, zone_name: str) -> list[Reminder]:
    """All of one occurrence, in order: before, when it is due, and each week after, a bounded number of times."""
    before = [Reminder("before", _days_off(due_at, -remind_days, zone_name))] if remind_days else []
    after = [
        Reminder(f"overdue {week}", _days_off(due_at, week * OVERDUE_EVERY_DAYS, zone_name))
        for week in range(1, OVERDUE_REMINDERS_MAX + 1)
    ]
    return [*before, Reminder("due", due_at), *after]


def _later(rule: Rule, start: datetime, *, times: int = 1) -> datetime:
    clock = wall_clock(rule.zone_name)
    wall = from_wall_seconds(clock.wall(int(start.timestamp())))
    count = rule.every_count * times
    moved = wall + timedelta(days=count) if rule.every is Every.DAYS else _months_on(wall, count)
    return datetime.fromtimestamp(clock.instant(to_wall_seconds(moved)), UTC)


def _months_on(wall: datetime, months: int) -> datetime:
    """The same day and time so many months later; a day that the month lacks is its last."""
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))


def _at_hour_of(due_at: datetime, *, on: datetime, rule: Rule) -> datetime:
    clock = wall_clock(rule.zone_name)
    due, day = (from_wall_seconds(clock.wall(int(one.timestamp()))) for one in (due_at, on))
    wall = day.replace(hour=due.hour, minute=due.minute, second=0)
    return datetime.fromtimestamp(clock.instant(to_wall_seconds(wall)), UTC)


def _days_off(instant: datetime, days: int, zone_name: str) -> datetime:
    clock = wall_clock(zone_name)
    wall = from_wall_seconds(clock.wall(int(instant.timestamp()))) + timedelta(days=days)
    return datetime.fromtimestamp(clock.instant(to_wall_seconds(wall)), UTC)
