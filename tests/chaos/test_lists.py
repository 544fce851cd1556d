"""What lists and pages around schedules, the backlog and game days cost: the same for one and for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from chaos.backlog.models import Evidence, Vulnerability, VulnerabilityNote
from chaos.gamedays.models import Finding, FollowUp, GameDay, Observation, ObservationEdit, Scenario
from chaos.runs.models import Run
from chaos.schedules.models import Firing, Schedule
from reliability.catalog.models import Service
from tests.cast import (
    BlackoutFactory,
    BlackoutFeedFactory,
    Cast,
    ExperimentFactory,
    ExperimentScheduleFactory,
    ExperimentVersionFactory,
    GameDayFactory,
    RunFactory,
    ServiceFactory,
    VulnerabilityFactory,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
API = "/api/v1/chaos"


def test_blackouts_and_calendars_they_come_from(cast: Cast, as_: As) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            start = {"start_at": NOON, "end_at": NOON + timedelta(hours=1), "repeats": "weekly"}
            for made in (BlackoutFactory(team=cast.payments, **start), BlackoutFeedFactory(team=cast.payments)):
                made.services.set([ServiceFactory(team=cast.payments) for _ in range(2)])

    _costs_the_same(as_("viewer"), add, ("/chaos/blackouts/", f"{API}/blackouts", f"{API}/blackouts/feeds"))


def test_firings_of_a_schedule(cast: Cast, as_: As) -> None:
    schedule: Schedule = ExperimentScheduleFactory(experiment=_run(cast).experiment)

    def add(count: int) -> None:
        for _ in range(count):
            at = NOON + timedelta(hours=schedule.firings.count())
            Firing.objects.create(
                schedule=schedule, due_at=at, decided_at=at, outcome="requested", cause="in_time", run=_run(cast)
            )

    _costs_the_same(as_("viewer"), add, (f"/chaos/schedules/{schedule.pk}/", f"{API}/schedules/{schedule.pk}/firings"))


def test_a_vulnerability_with_its_experiments_runs_and_history(cast: Cast, as_: As) -> None:
    feared: Vulnerability = VulnerabilityFactory(team=cast.payments, state_at=NOON, scored_at=NOON)

    def add(count: int) -> None:
        for _ in range(count):
            run = _run(cast)
            RunFactory(version=run.version, state="running", started_at=NOON)
            feared.experiments.add(run.experiment)
            Evidence.objects.create(vulnerability=feared, run=run, has_deviated=False, at=NOON)
            VulnerabilityNote.objects.create(vulnerability=feared, at=NOON, text="it held", run=run, author=cast.editor)

    notes = f"{API}/vulnerabilities/{feared.pk}/notes"
    _costs_the_same(as_("viewer"), add, (f"/chaos/backlog/{feared.pk}/", f"{API}/vulnerabilities", notes))


def test_a_game_day_that_is_wrapped_up_and_its_follow_ups(cast: Cast, as_: As) -> None:
    day: GameDay = GameDayFactory(team=cast.payments, state="wrapping_up", started_at=NOON)

    def add(count: int) -> None:
        for number in range(day.observations.count() + 1, day.observations.count() + 1 + count):
            _tried(day, cast, number)

    page, api = f"/chaos/game-days/{day.pk}", f"{API}/game-days/{day.pk}"
    paths = (f"{page}/wrap-up/", f"{page}/record/", "/chaos/follow-ups/", api, f"{api}/observations", f"{api}/findings")
    _costs_the_same(as_("viewer"), add, (*paths, f"{api}/follow-ups", f"{api}/record.md", f"{API}/follow-ups"))


def _costs_the_same(client: Client, add: Callable[[int], None], paths: tuple[str, ...]) -> None:
    add(2)
    few = {path: (client.get(path), queries_of(client, path))[1] for path in paths}
    add(6)
    assert {path: queries_of(client, path) for path in paths} == few


def _run(cast: Cast) -> Run:
    service: Service = ServiceFactory(team=cast.payments)
    version = ExperimentVersionFactory(experiment=ExperimentFactory(team=cast.payments, service=service))
    run: Run = RunFactory(version=version, state="ended", verdict="held", started_at=NOON, ended_at=NOON)
    return run


def _tried(day: GameDay, cast: Cast, number: int) -> None:
    run = _run(cast)
    scenario = Scenario.objects.create(
        game_day=day,
        position=number,
        title="Slow",
        service=run.service,
        experiment=run.experiment,
        run=run,
        state="ended",
        began_at=NOON,
        ended_at=NOON,
    )
    seen = Observation.objects.create(
        game_day=day, scenario=scenario, number=number, text="slow", by_name="Ada", at=NOON, recorded_at=NOON
    )
    ObservationEdit.objects.create(observation=seen, revision=1, kind="note", text="odd", at=NOON, edited_at=NOON)
    Finding.objects.create(game_day=day, scenario=scenario, service=run.service, title="No time-out", at=NOON)
    FollowUp.objects.create(
        team=cast.payments,
        game_day=day,
        scenario=scenario,
        title="Give it one",
        kind="prevent",
        owner=cast.editor,
        experiment=run.experiment,
        verified_by=run,
        created_at=NOON,
        updated_at=NOON,
    )
