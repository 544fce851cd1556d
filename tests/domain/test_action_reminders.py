"""When who is told of an action."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidents.actions.domain.reminders import (
    DAY,
    WEEK,
    Audience,
    Habits,
    next_after,
    stages_until_done,
    stages_until_proven,
    standing,
)
from incidents.actions.domain.states import Proof

DUE = datetime(2026, 11, 20, 8, tzinfo=UTC)


def slugs(at: datetime, habits: Habits) -> set[str]:
    return {stage.slug for stage in standing(stages_until_done(due_at=DUE, habits=habits), now=at)}


def test_the_owner_is_told_before_at_and_weekly_after_and_the_team_when_nothing_happens() -> None:
    habits = Habits()
    assert slugs(DUE - 4 * DAY, habits) == set()
    assert slugs(DUE - 3 * DAY, habits) == {"before"}
    assert slugs(DUE, habits) == {"due"}
    assert slugs(DUE + WEEK, habits) == {"week1", "team1"}
    assert slugs(DUE + 100 * DAY, habits) == {"week4", "team3"}, "bounded: what was missed is told once"


def test_a_team_that_wants_less_is_told_less() -> None:
    quiet = Habits(remind_days=0, weekly_max=0, escalations_max=0)
    found = stages_until_done(due_at=DUE, habits=quiet)
    assert [(stage.slug, stage.at) for stage in found] == [("due", DUE)]
    assert next_after(found, now=DUE) is None


def test_the_checker_is_asked_at_once_and_an_objective_asks_nobody() -> None:
    asked = stages_until_proven(proof=Proof.CHECK, done_at=DUE, habits=Habits())
    assert [(one.slug, one.audience) for one in standing(asked, now=DUE)] == [("check", Audience.CHECKER)]
    assert stages_until_proven(proof=Proof.SLO, done_at=DUE, habits=Habits()) == []
    run = stages_until_proven(proof=Proof.EXPERIMENT, done_at=DUE, habits=Habits())
    assert standing(run, now=DUE) == []
    assert {one.audience for one in standing(run, now=DUE + 15 * DAY)} == {Audience.OWNER, Audience.TEAM}


@given(
    remind_days=st.integers(0, 30),
    weekly_max=st.integers(0, 12),
    escalate_days=st.integers(1, 90),
    escalations_max=st.integers(0, 8),
)
def test_walking_from_one_to_the_next_meets_each_stage_once(
    remind_days: int, weekly_max: int, escalate_days: int, escalations_max: int
) -> None:
    habits = Habits(remind_days, weekly_max, escalate_days, escalations_max)
    stages = stages_until_done(due_at=DUE, habits=habits)
    assert len({stage.slug for stage in stages}) == len(stages)
    met: set[str] = set()
    now: datetime | None = DUE - timedelta(days=60)
    steps = 0
    while now is not None and steps <= len(stages):
        met |= {stage.slug for stage in standing(stages, now=now)}
        now = next_after(stages, now=now)
        steps += 1
    assert met == {stage.slug for stage in stages}
