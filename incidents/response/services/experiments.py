"""Experiments as the incidents see them: a fault that stays is one; what began near one is a suspect of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chaos.runs.domain.states import Mode
from chaos.runs.models import Run
from chaos.runs.selectors.outcome import not_undone
from incidents.response.domain.alerts import AlertAction, AlertOutcome, Received
from incidents.response.domain.entries import Kind
from incidents.response.domain.phases import OPEN
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services.alerts import receive
from incidents.response.services.recording import record

ORIGIN_NAME = "Chaos"
# A run that ended so long before an incident opened may still be why.
SUSPECT_FOR = timedelta(hours=2)
_KEY = "undo"
_RUNS_MAX = 10


def undo_failed(*, payload: Mapping[str, Any], now: datetime) -> Received:
    """A fault that could not be taken back pages: one incident for each run, whatever is told again.

    What was seen to be gone meanwhile opens nothing: facts may be handled late.
    """
    run = Run.objects.filter(pk=payload["run_id"]).first()
    if run is None or not not_undone(run=run):
        return Received(None, None, AlertOutcome.DROPPED, "every fault of the run is gone")
    return receive(
        team_id=payload["team_id"],
        origin=_origin(payload),
        origin_name=ORIGIN_NAME,
        key=_KEY,
        action=AlertAction.TRIGGER,
        severity=Severity.SEV2,
        title=payload["title"],
        description=payload["text"],
        service_id=payload["service_id"],
        labels={"run": str(payload["run_id"])},
        links=[{"title": f"Run {payload['run_id']}", "url": f"{settings.PUBLIC_URL}{_path(payload['run_id'])}"}],
        payload={"records": payload.get("records", [])},
        started_at=run.fault_began_at,
        group_key=_origin(payload),
        now=now,
    )


def undone_late(*, payload: Mapping[str, Any], now: datetime) -> Received:
    """All is gone after all: the incident ends."""
    return receive(
        team_id=payload["team_id"],
        origin=_origin(payload),
        origin_name=ORIGIN_NAME,
        key=_KEY,
        action=AlertAction.RESOLVE,
        severity=Severity.SEV2,
        title="",
        now=now,
    )


def run_began(*, payload: Mapping[str, Any], now: datetime) -> int:
    """Say so in the open incidents of its service. Returns how many."""
    run = _run(payload)
    if run is None:
        return 0
    at = run.started_at or now
    text = f"Suspect: the experiment {run.experiment.title} began (run {run.pk})"
    return _tell(incidents=_open_of(run), run=run, key=f"run:{run.pk}:began", text=text, at=at, now=now)


def run_ended(*, payload: Mapping[str, Any], now: datetime) -> int:
    """Say so, with the verdict, in the open incidents of its service. One that never began is no suspect."""
    run = _run(payload)
    if run is None or run.started_at is None:
        return 0
    gone = "its faults were seen to be gone" if run.verdict != "failed_to_undo" else "a fault of it may be left"
    text = f"The experiment {run.experiment.title} ended (run {run.pk}): {run.get_verdict_display()}, {gone}"
    at = run.ended_at or now
    return _tell(incidents=_open_of(run), run=run, key=f"run:{run.pk}:ended", text=text, at=at, now=now)


def name_suspects(*, incident_id: int, service_id: int | None, now: datetime) -> int:
    """Name the experiments on the service that are under way, or ended in the last two hours, in an incident of it.

    Of burn alerts, which tell of their service when they fire. Returns how many; one query where there are none.
    """
    if service_id is None:
        return 0
    runs = Run.objects.filter(service_id=service_id, mode=Mode.REAL, started_at__lte=now)
    recent = runs.filter(Q(ended_at=None) | Q(ended_at__gte=now - SUSPECT_FOR)).select_related("experiment", "team")
    found = list(recent.order_by("-started_at", "-pk")[:_RUNS_MAX])
    incident = Incident.objects.select_related("team").filter(pk=incident_id).first() if found else None
    if incident is None:
        return 0
    told = [one for one in found if _may_know(incident, one)]
    for run in told:
        began = run.started_at or now
        state = "is under way" if run.ended_at is None else f"ended at {run.ended_at:%H:%M} UTC"
        text = f"Suspect: the experiment {run.experiment.title} began at {began:%H:%M} UTC and {state} (run {run.pk})"
        _tell(incidents=[incident], run=run, key=f"run:{run.pk}:before", text=text, at=began, now=now)
    return len(told)


def _run(payload: Mapping[str, Any]) -> Run | None:
    rows = Run.objects.select_related("experiment", "team").filter(pk=payload["run_id"], mode=Mode.REAL)
    return rows.exclude(service=None).first()


def _open_of(run: Run) -> list[Incident]:
    touched = Q(impacted_services__service_id=run.service_id) | Q(impacted_slos__slo__service_id=run.service_id)
    rows = Incident.objects.filter(touched, status__in=[one.value for one in OPEN]).select_related("team").distinct()
    return [one for one in rows.order_by("pk")[:50] if _may_know(one, run)]


def _may_know(incident: Incident, run: Run) -> bool:
    """Whoever reads the incident must be allowed to read of the run."""
    return incident.team_id == run.team_id or not run.team.is_private


@transaction.atomic
def _tell(*, incidents: Iterable[Incident], run: Run, key: str, text: str, at: datetime, now: datetime) -> int:
    told = 0
    for incident in incidents:
        record(
            incident_id=incident.pk,
            at=at,
            kind=Kind.EXPERIMENT,
            key=key,
            text=text,
            author_name=ORIGIN_NAME,
            data={"run_id": run.pk, "verdict": run.verdict, "url": _path(run.pk)},
            now=now,
        )
        told += 1
    return told


def _origin(payload: Mapping[str, Any]) -> str:
    return f"chaos:run:{payload['run_id']}"


def _path(run_id: int) -> str:
    return f"/chaos/runs/{run_id}/"
