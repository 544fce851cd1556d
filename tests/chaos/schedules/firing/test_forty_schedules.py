"""Forty schedules over a change of the clocks and an outage of all workers, through the engine of due work: each
instant comes out as a reference says that shares no code with the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.models import Firing
from chaos.schedules.services import schedules
from chaos.schedules.services.drafts import ScheduleDraft
from reliability.kit.restrictions import WEEKDAYS
from tests.cast import Cast
from tests.chaos.schedules.firing.engine import Engine
from tests.domain.schedule_reference import ALL_DAYS, MINUTE, Fate, Plan, fates

BEFORE = timedelta(hours=12)
LENGTH = 30 * 60  # minutes: each hour of the day, and the evening on both days
# A change of the clocks, and the outage in minutes since twelve hours before it: over it, before it, after it.
CHANGES = {
    "Europe/Berlin on": ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC), (640, 930)),
    "Australia/Lord_Howe back": ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC), (690, 770)),
}
# (minutes, hours): in the hours that are skipped and repeated, all day, by the hour and by the quarter.
TIMES: tuple[tuple[set[int], set[int] | None], ...] = (
    ({30}, {2}),
    ({0, 15}, {1, 3}),
    ({0}, None),
    ({30}, None),
    ({45}, {0, 6, 12, 18}),
    ({5}, {2, 9, 14}),
    ({20, 40}, {3, 17}),
    ({59}, {1, 23}),
)
NIGHT, OFFICE, WORK = (ALL_DAYS, 22 * 60, 2 * 60 + 30), (ALL_DAYS, 9 * 60, 17 * 60), frozenset(range(5))
WINDOWS = ((), (OFFICE,), (NIGHT,), ((WORK, 8 * 60, 12 * 60), (frozenset({5, 6}), 2 * 60, 4 * 60)))


def plans_for(zone_name: str, start: datetime) -> list[Plan]:
    """Every fifth in a zone whose clocks stay, every eighth once."""
    found = []
    for number in range(40):
        minutes, hours = TIMES[number % len(TIMES)]
        is_once = number % 8 == 7
        found.append(
            Plan(
                zone_name="Asia/Kathmandu" if number % 5 == 4 else zone_name,
                minutes=None if is_once else frozenset(minutes),
                hours=None if is_once or hours is None else frozenset(hours),
                once_at=start + (540 + 31 * number) * MINUTE if is_once else None,
                windows=WINDOWS[number % len(WINDOWS)] if not is_once else (),
                waits=number % 3 == 0,
                runs_once=number // 8 % 2 == 0,
                grace_minutes=(1, 10, 100)[number // 3 % 3],
            )
        )
    return found


def draft_of(plan: Plan) -> ScheduleDraft:
    return ScheduleDraft(
        once_at=plan.once_at,
        cron=plan.cron,
        time_zone=plan.zone_name,
        windows=[
            {"weekdays": [WEEKDAYS[day] for day in sorted(days)], "start": clock(start), "end": clock(end)}
            for days, start, end in plan.windows
        ],
        outside=Outside.WAIT if plan.waits else Outside.SKIP,
        misfire=Misfire.RUN_ONCE if plan.runs_once else Misfire.SKIP,
        grace_minutes=plan.grace_minutes,
    )


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@pytest.mark.same_everywhere
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_firing_comes_out_as_its_policy_says(
    cast: Cast, experiment: Experiment, change: tuple[str, datetime, tuple[int, int]]
) -> None:
    zone_name, changes_at, (down, up) = change
    zone = ZoneInfo(zone_name)
    assert changes_at.astimezone(zone).utcoffset() != (changes_at - MINUTE).astimezone(zone).utcoffset()
    start = changes_at - BEFORE
    end = start + LENGTH * MINUTE
    made = {}
    for plan in plans_for(zone_name, start):
        draft, created_at = draft_of(plan), start - timedelta(seconds=1)
        schedule = schedules.create(caller=cast.caller("editor"), experiment=experiment, draft=draft, now=created_at)
        made[schedule.pk] = plan
    engine = Engine(start)
    engine.play(until=start + (down - 1) * MINUTE)
    engine.die_after()  # in the last minute before the outage
    engine.now = start + down * MINUTE
    engine.die_before()
    engine.now = start + up * MINUTE
    engine.play(until=end)

    is_up = [not down <= number < up for number in range(LENGTH)]
    outcomes = {pk: seen(pk) for pk in made}
    expected = {pk: fates(plan, start=start, end=end, is_up=is_up) for pk, plan in made.items()}
    for pk, plan in made.items():
        assert outcomes[pk] == expected[pk], plan
    asked_for = [one.at for fate in expected.values() for one in fate.values() if one.outcome == "requested"]
    assert Run.objects.count() == len(asked_for) > 60
    assert {one.outcome for fate in expected.values() for one in fate.values()} >= {"requested", "skipped"}


def seen(pk: int) -> dict[datetime, Fate]:
    """What the product wrote down."""
    rows = Firing.objects.filter(schedule=pk).select_related("run")
    return {row.due_at: Fate(row.outcome, row.run.requested_at if row.run else None) for row in rows}
