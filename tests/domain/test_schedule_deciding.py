"""When schedules are due and what becomes of missed firings, against a reference that looks at every minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaos.schedules.domain.deciding import ROWS_MAX, Instant, Settled, decide
from chaos.schedules.domain.policies import Cause, Misfire, Outcome, Outside
from chaos.schedules.domain.timing import Timing
from chaos.schedules.domain.windows import read_windows, windows_json
from reliability.kit.periods import Period
from reliability.kit.restrictions import Restriction
from reliability.kit.times import TimeError
from tests.domain.schedule_reference import ALL_DAYS, DAY, MINUTE, Fate, Plan, due_minutes, fates

# Noon before a change of the clocks, by zone: an hour, half an hour, at midnight, before and after Ramadan, never.
BEFORE_CHANGES = {
    "Europe/Berlin": (datetime(2026, 3, 28, 11, tzinfo=UTC), datetime(2026, 10, 24, 10, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 7, 17, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 1, tzinfo=UTC), datetime(2026, 10, 3, 1, tzinfo=UTC)),
    "Africa/Casablanca": (datetime(2026, 2, 14, 11, tzinfo=UTC), datetime(2026, 3, 21, 12, tzinfo=UTC)),
    "America/Santiago": (datetime(2026, 4, 4, 16, tzinfo=UTC), datetime(2026, 9, 5, 16, tzinfo=UTC)),
    "Asia/Kathmandu": (datetime(2026, 3, 28, 6, tzinfo=UTC), datetime(2026, 10, 24, 6, tzinfo=UTC)),
}
LENGTH = 2 * 24 * 60  # minutes
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def timing_of(plan: Plan) -> Timing:
    return Timing(
        once_at=plan.once_at,
        cron=plan.cron,
        zone_name=plan.zone_name,
        first_day=plan.first_day,
        last_day=plan.last_day,
        windows=tuple(Restriction(days, start, end) for days, start, end in plan.windows),
        outside=Outside.WAIT if plan.waits else Outside.SKIP,
        misfire=Misfire.RUN_ONCE if plan.runs_once else Misfire.SKIP,
        grace=timedelta(minutes=plan.grace_minutes),
    )


zones = st.sampled_from([(zone, start) for zone, starts in BEFORE_CHANGES.items() for start in starts])
some_minutes = st.frozensets(st.sampled_from((0, 1, 15, 20, 30, 45, 59)), min_size=1, max_size=3)
some_hours = st.frozensets(st.integers(0, 23), min_size=1, max_size=4)
days = st.one_of(st.just(ALL_DAYS), st.frozensets(st.integers(0, 6), min_size=1, max_size=6))
times_of_day = st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15)
windows = st.lists(st.tuples(days, times_of_day, times_of_day), max_size=2).map(tuple)


def plan_of(where: tuple[str, datetime], often: Plan, once_after: int | None, ends: bool) -> tuple[Plan, datetime]:
    """A fifth of them are due once, a fifth end on the second day."""
    zone_name, start = where
    plan = replace(often, zone_name=zone_name, last_day=start.date() + DAY if ends else None)
    if once_after is not None:
        once_at = start + once_after * MINUTE
        plan = replace(plan, once_at=once_at, minutes=None, hours=None, weekdays=ALL_DAYS)
    return plan, start


def plans() -> st.SearchStrategy[tuple[Plan, datetime]]:
    often = st.builds(
        Plan,
        zone_name=st.just("UTC"),
        minutes=some_minutes,
        hours=st.none() | some_hours,
        weekdays=days,
        windows=windows,
        waits=st.booleans(),
        runs_once=st.booleans(),
        grace_minutes=st.sampled_from((1, 10, 45, 200)),
    )
    once_after = st.sampled_from((True, False, False, False, False)).flatmap(
        lambda is_once: st.integers(1, LENGTH - 1) if is_once else st.none()
    )
    return st.builds(plan_of, zones, often, once_after, st.sampled_from((True, False, False, False, False)))


@given(plans())
@settings(deadline=None, max_examples=150)
def test_it_is_due_at_the_minutes_that_a_look_at_every_minute_finds(drawn: tuple[Plan, datetime]) -> None:
    plan, start = drawn
    end = start + LENGTH * MINUTE
    assert list(timing_of(plan).due_in(Period(start, end))) == due_minutes(plan, start=start, end=end)


@given(plans(), st.data())
@settings(deadline=None, max_examples=200)
def test_what_was_missed_ends_as_minute_after_minute_would_have_it(
    drawn: tuple[Plan, datetime], data: st.DataObject
) -> None:
    """The engine looks when it is told to, or when it is back; the reference looks in each minute that it is up."""
    plan, start = drawn
    end = start + LENGTH * MINUTE
    first = data.draw(st.integers(0, LENGTH - 1))
    last = data.draw(st.integers(first, LENGTH - 1))
    is_up = [not first <= number < last for number in range(LENGTH)]
    assert played(plan, start=start, is_up=is_up) == fates(plan, start=start, end=end, is_up=is_up)


def played(plan: Plan, *, start: datetime, is_up: list[bool]) -> dict[datetime, Fate]:
    """The decisions of the product, taken when they are due or as soon as something is up again."""
    timing = timing_of(plan)
    since = timing.next_due(after=start - MINUTE / 60)
    waiting: Instant | None = None
    look_at = since
    found: dict[datetime, Fate] = {}
    for number, up in enumerate(is_up):
        now = start + number * MINUTE
        while up and look_at is not None and look_at <= now:
            decision = decide(timing, since=since, waiting=waiting, now=now)
            found |= {one.due_at: fate(one, now) for one in decision.settled}
            held = [one for one in decision.settled if one.outcome is Outcome.WAITING]
            waiting = Instant(held[0].due_at, held[0].starts_at) if held else None
            assert sum(one.outcome in (Outcome.REQUESTED, Outcome.WAITING) for one in decision.settled) <= 1
            since, look_at = decision.next_at, decision.look_at
    return found


def fate(one: Settled, now: datetime) -> Fate:
    return Fate(one.outcome.value, now if one.outcome is Outcome.REQUESTED else None)


def test_asked_too_early_it_leaves_all_as_it_is() -> None:
    timing = Timing(cron="0 3 * * *")
    due_at = datetime(2026, 3, 3, 3, tzinfo=UTC)
    decision = decide(timing, since=due_at, waiting=None, now=START)
    assert (decision.settled, decision.next_at, decision.look_at) == ((), due_at, due_at)


@pytest.mark.parametrize("misfire", list(Misfire))
def test_a_year_of_every_minute_is_settled_at_once_and_bounded(misfire: Misfire) -> None:
    timing = Timing(cron="* * * * *", misfire=misfire, grace=timedelta(minutes=1))
    now = START + timedelta(days=365, seconds=30)
    settled = decide(timing, since=START, waiting=None, now=now).settled
    assert len(settled) == ROWS_MAX
    assert (settled[0].due_at, settled[0].until) == (START, settled[1].due_at - MINUTE)
    assert all(later.due_at - earlier.due_at == MINUTE for earlier, later in pairwise(settled[1:]))
    assert [one.due_at for one in settled if one.outcome is Outcome.REQUESTED] == [now - timedelta(seconds=30)]


def test_a_late_run_waits_for_the_window_it_missed() -> None:
    """Due at ten, back at eight in the evening: not at night, but tomorrow when the window opens."""
    windows = read_windows([{"weekdays": ["mon", "tue"], "start": "09:00", "end": "17:00"}])
    timing = Timing(cron="0 10 * * mon", windows=windows, outside=Outside.WAIT, misfire=Misfire.RUN_ONCE)
    due_at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    decision = decide(timing, since=due_at, waiting=None, now=datetime(2026, 3, 2, 20, tzinfo=UTC))
    (one,) = decision.settled
    assert (one.outcome, one.starts_at) == (Outcome.WAITING, datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert decision.look_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_late_run_that_may_not_wait_is_left_out() -> None:
    windows = read_windows([{"weekdays": ["mon"], "start": "09:00", "end": "17:00"}])
    timing = Timing(cron="0 10 * * mon", windows=windows, misfire=Misfire.RUN_ONCE)
    decision = decide(
        timing,
        since=datetime(2026, 3, 2, 10, tzinfo=UTC),
        waiting=None,
        now=datetime(2026, 3, 2, 20, tzinfo=UTC),
    )
    (one,) = decision.settled
    assert (one.outcome, one.cause) == (Outcome.SKIPPED, Cause.OUTSIDE)
    assert "window had closed" in one.reason


def test_a_run_may_begin_until_its_window_closes() -> None:
    windows = read_windows([{"weekdays": ["mon"], "start": "09:00", "end": "12:30"}])
    timing = Timing(cron="0 12 * * *", windows=windows)
    assert decide(timing, since=START, waiting=None, now=START).start_by == START + timedelta(minutes=30)


def test_the_last_day_belongs_to_it_and_ends_at_midnight_of_the_zone() -> None:
    timing = Timing(cron="0 * * * *", zone_name="America/New_York", last_day=date(2026, 3, 2))
    due = list(timing.due_in(Period(START, START + timedelta(days=2))))
    assert due[-1] == datetime(2026, 3, 3, 4, tzinfo=UTC)  # 23:00 in New York


def test_windows_are_written_as_they_were_read() -> None:
    written = [{"weekdays": ["mon", "fri"], "start": "22:00", "end": "06:00"}]
    assert windows_json(read_windows(written)) == written
    assert windows_json(read_windows([{"start": "9:00"}])) == [
        {"weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "09:00", "end": "24:00"}
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("mon", "windows are a list"),
        (["mon 9-5"], "window 1: write"),
        ([{"weekdays": ["moonday"]}], "window 1: 'moonday' is no weekday"),
        ([{"start": "09:00"}, {"start": "25:00"}], "window 2: '25:00' is no time of day"),
        ([{"from": "09:00"}], "'from' is not known"),
        ([{"weekdays": "mon"}], "weekdays are a list"),
    ],
)
def test_a_mistake_in_a_window_names_it(value: object, words: str) -> None:
    with pytest.raises(TimeError, match=words):
        read_windows(value)
