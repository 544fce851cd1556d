"""When a trial is due and when people are reminded: before, when it is due, each week after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.backlog.domain.trials import Unit, due_after, due_at, next_reminder_after, reminder_at

DAY = timedelta(days=1)
DUE = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("succeeded", "every", "unit", "due"),
    [
        pytest.param("2026-01-31T10:20", 1, Unit.MONTH, "2026-02-28T10:20", id="a day the month lacks is its last"),
        pytest.param("2024-02-29T10:20", 12, Unit.MONTH, "2025-02-28T10:20", id="a year after the 29th of February"),
        pytest.param("2026-03-28T01:30", 2, Unit.DAY, "2026-03-30T01:30", id="clocks that change elsewhere"),
        pytest.param("2026-08-15T00:00", 6, Unit.MONTH, "2027-02-15T00:00", id="over the end of a year"),
    ],
)
def test_it_is_due_so_long_after_it_held(succeeded: str, every: int, unit: Unit, due: str) -> None:
    at = datetime.fromisoformat(succeeded).replace(tzinfo=UTC)
    assert due_after(succeeded_at=at, every=every, unit=unit) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_the_first_due_date_counts_until_it_has_held() -> None:
    assert due_at(first_due_at=DUE, succeeded_at=None, every=6, unit=Unit.MONTH) == DUE
    early = due_at(first_due_at=DUE, succeeded_at=DUE - 30 * DAY, every=90, unit=Unit.DAY)
    assert early == DUE + 60 * DAY


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-15, None),
        (-14, "before"),
        (-1, "before"),
        (0, "overdue 0"),
        (6, "overdue 0"),
        (7, "overdue 1"),
        (30, "overdue 4"),
    ],
)
def test_one_reminder_stands_at_a_time(days: int, stage: str | None) -> None:
    found = reminder_at(due_at=DUE, remind_days=14, now=DUE + days * DAY)
    assert (found.stage if found else None) == stage


def test_without_days_before_nobody_is_told_before() -> None:
    assert reminder_at(due_at=DUE, remind_days=0, now=DUE - DAY) is None
    assert next_reminder_after(due_at=DUE, remind_days=0, now=DUE - 100 * DAY) == DUE


@given(days=st.integers(0, 180), minutes=st.integers(-400_000, 400_000))
def test_the_next_reminder_is_the_first_instant_at_which_another_one_stands(days: int, minutes: int) -> None:
    now = DUE + timedelta(minutes=minutes)
    after = next_reminder_after(due_at=DUE, remind_days=days, now=now)
    assert after > now
    just_before = reminder_at(due_at=DUE, remind_days=days, now=after - timedelta(seconds=1))
    assert just_before == reminder_at(due_at=DUE, remind_days=days, now=now)
    then = reminder_at(due_at=DUE, remind_days=days, now=after)
    assert then is not None
    assert then.at == after
