"""The calendar: what stands in it for whom, by month, week and day, with bounded work."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chaos.runs.calendar import Entry, Kind, forget_entries, register_entries
from chaos.schedules.selectors.calendar import Filters, entries
from reliability.kit.periods import Period
from tests.cast import (
    BlackoutFactory,
    BlackoutFeedFactory,
    Cast,
    ExperimentFactory,
    ExperimentScheduleFactory,
    ExperimentVersionFactory,
    RunFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
JULY = Period(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))
NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


@pytest.fixture
def game_days(cast: Cast) -> Iterator[list[Entry]]:
    """What another room tells, as its registration would."""
    told: list[Entry] = []

    def source(*, team_ids: Collection[int], period: Period) -> list[Entry]:
        return [entry for entry in told if entry.team_id in team_ids]

    register_entries("told in a test", source)
    yield told
    forget_entries("told in a test")


def run_at(cast: Cast, at: datetime, title: str, **fields: Any) -> Any:
    experiment = ExperimentFactory(team=cast.payments, title=title, service=fields.pop("service", None))
    version = ExperimentVersionFactory(experiment=experiment)
    return RunFactory(version=version, not_before=at, started_at=at, ended_at=at + timedelta(minutes=5), **fields)


def test_everything_stands_in_it_in_order(cast: Cast, game_days: list[Entry]) -> None:
    schedule = ExperimentScheduleFactory(experiment=ExperimentFactory(team=cast.payments, title="Slow payments"))
    run_at(cast, NOON, "Killed broker", state="ended", verdict="held")
    BlackoutFactory(team=cast.payments, title="Freeze", start_at=NOON - timedelta(hours=1), end_at=NOON)
    game_days.append(Entry(Kind.GAME_DAY, "Summer game day", NOON, NOON + timedelta(hours=2), team_id=cast.payments.pk))
    period = Period(NOON - timedelta(hours=3), NOON + timedelta(hours=3))
    found = entries(caller=cast.caller("viewer"), period=period)
    assert [(entry.kind.value, entry.title) for entry in found.entries] == [
        ("experiment", "Slow payments"),
        ("blackout", "Freeze"),
        ("run", "Killed broker"),
        ("game_day", "Summer game day"),
    ]
    assert found.entries[0].start == NOON - timedelta(hours=2)
    assert found.entries[0].uid == f"schedule-{schedule.pk}-{int(found.entries[0].start.timestamp())}"
    assert found.entries[2].state == "held"


def test_nobody_sees_what_another_team_plans_but_everybody_what_holds_for_all(cast: Cast) -> None:
    BlackoutFactory(team=cast.payments, title="Ours", start_at=NOON, end_at=NOON + timedelta(hours=1))
    BlackoutFactory(team=None, title="All", start_at=NOON, end_at=NOON + timedelta(hours=1))
    found = entries(caller=cast.caller("outsider"), period=JULY)
    assert [entry.title for entry in found.entries] == ["All"]
    hidden = entries(caller=cast.caller("outsider"), period=JULY, filters=Filters(team_slug=cast.payments.slug))
    assert hidden.entries == ()


def test_it_is_narrowed_by_team_service_and_kind(cast: Cast) -> None:
    orders, search = ServiceFactory(team=cast.payments, name="orders"), ServiceFactory(team=cast.payments)
    run_at(cast, NOON, "Of orders", service=orders, state="ended", verdict="held")
    run_at(cast, NOON, "Of search", service=search, state="ended", verdict="held")
    BlackoutFactory(team=cast.payments, title="Of all", start_at=NOON, end_at=NOON + timedelta(hours=1))
    caller = cast.caller("viewer")
    of_orders = entries(caller=caller, period=JULY, filters=Filters(service_name="orders"))
    assert {entry.title for entry in of_orders.entries} == {"Of orders", "Of all"}
    of_kind = entries(caller=caller, period=JULY, filters=Filters(kinds=frozenset({Kind.BLACKOUT})))
    assert {entry.title for entry in of_kind.entries} == {"Of all"}
    assert entries(caller=caller, period=JULY, filters=Filters(team_slug="search")).entries == ()


def test_a_source_that_fails_is_told_and_the_others_stand(cast: Cast) -> None:
    def fails(*, team_ids: Collection[int], period: Period) -> list[Entry]:
        raise LookupError("broken")

    BlackoutFactory(team=cast.payments, title="Freeze", start_at=NOON, end_at=NOON + timedelta(hours=1))
    register_entries("moon phases", fails)
    try:
        found = entries(caller=cast.caller("viewer"), period=JULY)
    finally:
        forget_entries("moon phases")
    assert [entry.title for entry in found.entries] == ["Freeze"]
    assert found.remarks == ("moon phases could not be read",)


def test_a_calendar_that_cannot_be_read_is_told(cast: Cast) -> None:
    BlackoutFeedFactory(team=cast.payments, title="Releases", error="answers with status 500")
    found = entries(caller=cast.caller("viewer"), period=JULY)
    assert found.remarks == ("the calendar Releases cannot be read, there is no copy yet",)


def test_a_month_with_hundreds_of_entries_is_quick_and_bounded(
    cast: Cast, as_: As, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = as_("viewer")
    path = "/chaos/calendar/?view=month&at=2026-07&zone=Europe/Berlin"
    BlackoutFactory(team=cast.payments, start_at=NOON, end_at=NOON + timedelta(hours=1), repeats="daily")
    run_at(cast, NOON, "First", state="ended", verdict="held")
    viewer.get(path)
    with django_assert_num_queries(18):
        viewer.get(path)
    for number in range(400):
        at = JULY.start + timedelta(hours=number * 31 / 400 * 24)
        run_at(cast, at, f"Run {number}", state="ended", verdict="held")
    with django_assert_num_queries(18):
        began = time.perf_counter()
        page = viewer.get(path)
    assert time.perf_counter() - began < 2
    text = page.content.decode()
    assert "+11 more" in text
    assert "July 2026" in text
    day = viewer.get("/chaos/calendar/?view=day&at=2026-07-14").content.decode()
    assert day.count('class="cal-chip cal-run') >= 12
    assert "more</a>" not in day


def test_views_and_steps_stand_in_the_address(cast: Cast, as_: As) -> None:
    viewer = as_("viewer")
    BlackoutFactory(
        team=cast.payments, title="Long freeze", start_at=NOON, end_at=NOON + timedelta(days=2), is_whole_days=False
    )
    week = viewer.get("/chaos/calendar/?view=week&at=2026-07-15&kind=blackout").content.decode()
    assert "13 Jul to 19 Jul 2026" in week
    assert "?view=week&amp;at=2026-07-06&amp;kind=blackout" in week
    assert week.count("Long freeze") == 3
    assert "is-frozen" in week
    month = viewer.get("/chaos/calendar/?view=month&at=2026-07&zone=Asia/Tokyo").content.decode()
    assert "?view=month&amp;at=2026-08&amp;zone=Asia%2FTokyo" in month
    assert "Times are in Asia/Tokyo" in month
    assert "21:00" in month
    assert viewer.get("/chaos/calendar/?view=x&at=nonsense&zone=x&kind=y&team=z").status_code == 200


def test_over_the_api(cast: Cast, as_: As) -> None:
    BlackoutFactory(team=cast.payments, title="Freeze", start_at=NOON, end_at=NOON + timedelta(hours=1))
    viewer = as_("viewer")
    path = "/api/v1/chaos/calendar?from=2026-07-01T00:00:00Z&to=2026-08-01T00:00:00Z"
    (entry,) = viewer.get(path).json()["entries"]
    assert (entry["kind"], entry["title"], entry["team"]) == ("blackout", "Freeze", cast.payments.slug)
    assert viewer.get(f"{path}&kind=run&kind=game_day").json()["entries"] == []
    assert viewer.get("/api/v1/chaos/calendar?from=2026-07-01T00:00:00Z&to=2028-08-01T00:00:00Z").status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        "/chaos/calendar/?team=%00&service=%00a",
        "/chaos/blackouts/?q=%00&team=%00&service=%00",
        "/chaos/calendar/addresses/?team=%00",
        "/chaos/schedules/?q=%00&team=%00",
        "/chaos/trials/?q=%00&service=%00",
        "/chaos/trials/new/?experiment=%00",
        "/chaos/backlog/new/?service=%00&layer=%00",
        "/chaos/game-days/?q=%00&team=%00",
    ],
)
def test_a_character_that_postgresql_cannot_store_breaks_no_address(cast: Cast, as_: As, address: str) -> None:
    assert as_("editor").get(address).status_code == 200
