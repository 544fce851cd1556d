"""When who is told of an action: before it is due, when it is, weekly after, and those above when nothing happens.

Every series is bounded. What was missed while the platform stood still is told once, not once for each reminder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.actions.domain.states import Proof

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# Bounds of what a team may choose.
REMIND_DAYS = (0, 30)
WEEKLY = (0, 12)
ESCALATE_DAYS = (1, 90)
ESCALATIONS = (0, 8)


class Audience(StrEnum):
    OWNER = "owner"
    CHECKER = "checker"
    TEAM = "team"  # its channel, else its administrators


@dataclass(frozen=True, slots=True)
class Habits:
    """What a team chose. remind_days: before the due date, 0 for not. weekly_max: reminders after it.

    escalate_days: how long overdue before the team is told, then weekly, escalations_max times in all; 0: never.
    """

    remind_days: int = 3
    weekly_max: int = 4
    escalate_days: int = 7
    escalations_max: int = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """slug: unique among the stages of one due date."""

    slug: str
    at: datetime
    audience: Audience


def stages_until_done(*, due_at: datetime, habits: Habits) -> list[Stage]:
    """Of what is still to be done."""
    found = [Stage("before", due_at - habits.remind_days * DAY, Audience.OWNER)] if habits.remind_days else []
    found.append(Stage("due", due_at, Audience.OWNER))
    found += [Stage(f"week{n}", due_at + n * WEEK, Audience.OWNER) for n in range(1, habits.weekly_max + 1)]
    first = due_at + habits.escalate_days * DAY
    found += [Stage(f"team{n}", first + (n - 1) * WEEK, Audience.TEAM) for n in range(1, habits.escalations_max + 1)]
    return found


def stages_until_proven(*, proof: Proof, done_at: datetime, habits: Habits) -> list[Stage]:
    """Of what is done: the checker is asked at once; an objective needs nobody; else the owner after a week."""
    if proof is Proof.SLO:
        return []
    weeks = range(1, habits.weekly_max + 1)
    if proof is Proof.CHECK:
        asked = [Stage("check", done_at, Audience.CHECKER)]
        asked += [Stage(f"check{n}", done_at + n * WEEK, Audience.CHECKER) for n in weeks]
    else:
        asked = [Stage(f"proof{n}", done_at + n * WEEK, Audience.OWNER) for n in weeks]
    if habits.escalations_max:
        asked.append(Stage("unproven", done_at + habits.escalate_days * DAY + WEEK, Audience.TEAM))
    return asked


def standing(stages: Iterable[Stage], *, now: datetime) -> list[Stage]:
    """The newest that has come of each audience."""
    newest: dict[Audience, Stage] = {}
    for stage in sorted(stages, key=lambda one: one.at):
        if stage.at <= now:
            newest[stage.audience] = stage
    return list(newest.values())


def next_after(stages: Iterable[Stage], *, now: datetime) -> datetime | None:
    """When the next one comes; None when all have."""
    return min((stage.at for stage in stages if stage.at > now), default=None)
