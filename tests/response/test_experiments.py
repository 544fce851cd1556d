"""Experiments as incidents see them: a fault that stays pages once; what began near an incident is a suspect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chaos.runs.models import Run, UndoRecord
from incidents.response.models import Incident
from incidents.response.services import burn_alerts, experiments
from reliability.outbox.registry import subscriptions_of
from slo.models import BurnAlert
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, RunFactory, ServiceFactory, SloFactory
from tests.response.burns import payload_of
from tests.response.conftest import Declare

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def run(cast: Cast, now: datetime) -> Run:
    service = ServiceFactory(team=cast.payments, name="orders")
    experiment = ExperimentFactory(team=cast.payments, service=service, title="Slow payments")
    made: Run = RunFactory(
        version=ExperimentVersionFactory(experiment=experiment),
        state="running",
        started_at=now - 5 * MINUTE,
        fault_began_at=now - 4 * MINUTE,
    )
    return made


@pytest.fixture
def left(run: Run, now: datetime) -> UndoRecord:
    return UndoRecord.objects.create(
        run=run, number=1, kind="process", activity="pause", state="failed", recorded_at=now
    )


def fact(run: Run, **fields: Any) -> dict[str, Any]:
    known = {
        "run_id": run.pk,
        "team_id": run.team_id,
        "service_id": run.service_id,
        "title": f"A fault of run {run.pk} could not be taken back",
        "text": "Still to be taken back: pause",
        "records": [{"id": 1}],
    }
    return known | fields


def test_a_fault_that_stays_opens_one_severe_incident_that_ends_when_it_is_gone(
    run: Run, left: UndoRecord, now: datetime
) -> None:
    experiments.undo_failed(payload=fact(run), now=now)
    experiments.undo_failed(payload=fact(run), now=now + MINUTE)
    incident = Incident.objects.get()
    assert (incident.severity, incident.status) == (2, "triggered")
    assert incident.title.startswith(f"A fault of run {run.pk}")
    assert [one.service.name for one in incident.impacted_services.all()] == ["orders"]
    assert incident.timeline.filter(kind="page").exists() or incident.escalation is None
    experiments.undone_late(payload=fact(run), now=now + 2 * MINUTE)
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_a_fact_that_comes_after_the_fault_is_gone_pages_nobody(run: Run, left: UndoRecord, now: datetime) -> None:
    left.state = "verified"
    left.save()
    experiments.undo_failed(payload=fact(run), now=now)
    assert not Incident.objects.exists()


def test_an_open_incident_of_the_service_hears_of_begin_and_end_once(run: Run, declare: Declare, now: datetime) -> None:
    incident = declare(service_ids=[run.service_id])
    declare("Something else")
    for _ in range(2):
        assert experiments.run_began(payload=fact(run), now=now) == 1
    run.state, run.verdict, run.ended_at = "ended", "deviated", now
    run.save()
    experiments.run_ended(payload=fact(run), now=now)
    entries = incident.timeline.filter(kind="experiment").order_by("at")
    assert [one.text for one in entries] == [
        f"Suspect: the experiment Slow payments began (run {run.pk})",
        f"The experiment Slow payments ended (run {run.pk}): deviated, its faults were seen to be gone",
    ]


def test_a_run_that_never_began_is_no_suspect(run: Run, declare: Declare, now: datetime) -> None:
    declare(service_ids=[run.service_id])
    Run.objects.update(started_at=None)
    assert experiments.run_ended(payload=fact(run), now=now) == 0


def test_a_burn_names_the_experiment_that_is_under_way(cast: Cast, run: Run, now: datetime) -> None:
    slo = SloFactory(team=cast.payments, service=run.service, name="orders")
    alert = BurnAlert.objects.create(
        slo=slo,
        condition="page-1h",
        title="burns",
        severity=2,
        urgency="urgent",
        fired_at=now,
        fire_reason="x",
        text="x",
    )
    burn_alerts.fired(payload=payload_of(alert, at=now), now=now)
    (entry,) = Incident.objects.get().timeline.filter(kind="experiment")
    assert entry.text.startswith("Suspect: the experiment Slow payments began at 11:55 UTC and is under way")
    assert entry.data["run_id"] == run.pk


def test_a_private_teams_experiment_is_not_told_to_others(
    cast: Cast, run: Run, declare: Declare, now: datetime
) -> None:
    incident = Incident.objects.get(pk=declare(service_ids=[run.service_id]).pk)
    Incident.objects.update(team=cast.search)
    assert experiments.run_began(payload=fact(run), now=now) == 0
    assert not incident.timeline.filter(kind="experiment").exists()


def test_the_facts_of_runs_reach_the_room() -> None:
    for kind in ("RunStarted", "RunEnded", "RunUndoFailed", "RunUndoneLate"):
        assert any(one.name.startswith("response.run_") for one in subscriptions_of(kind)), kind
