from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.runs.domain.states import State
from chaos.runs.models import GuardPolicy, Run
from chaos.runs.services import requests, stopping
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.outbox.registry import due_work
from tests.chaos.runs.engine.fake import KIND

SEED = "chaos_probe.seed"
REQUEST = "chaos_probe.request"
STOP = "chaos_probe.stop"


@due_work(SEED)
@transaction.atomic
def seed(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    """A target and an experiment on it for each directory: payload {"directories": {slug: path}, "slow": seconds}."""
    team, _ = Team.objects.get_or_create(slug="probe", defaults={"name": "Probe"})
    service, _ = Service.objects.get_or_create(name="probe", defaults={"team": team, "title": "Probe"})
    if not GuardPolicy.objects.filter(team=team).exists():
        GuardPolicy.objects.create(team=team, needs_on_call=False, created_at=now, updated_at=now)
    for slug, directory in payload["directories"].items():
        config = {"directory": directory, "slow": payload["slow"]}
        Target.objects.get_or_create(
            slug=slug,
            defaults={
                "team": team,
                "service": service,
                "title": slug,
                "kind": KIND,
                "config": config,
                "created_at": now,
                "updated_at": now,
            },
        )
        made, is_new = Experiment.objects.get_or_create(
            slug=slug,
            defaults={"team": team, "service": service, "title": slug, "created_at": now, "updated_at": now},
        )
        if is_new:
            document = document_of(slug, Path(directory))
            ExperimentVersion.objects.create(
                experiment=made, number=1, format="json", text=json.dumps(document), document=document, created_at=now
            )


@due_work(REQUEST)
def request(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    experiment = Experiment.objects.get(slug=payload["slug"])
    requests.request_run(caller=SYSTEM, experiment=experiment, not_before=now, origin_key=key, now=now)


@due_work(STOP)
def stop(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    for run in Run.objects.exclude(state=State.ENDED):
        stopping.stop_run(caller=SYSTEM, run_id=run.pk, reason="trial", now=now)


def document_of(slug: str, directory: Path) -> dict[str, Any]:
    """Steady, two faults with time between them, steady; and a declared rollback."""
    return {
        "title": slug,
        "description": "…",
        "extensions": [{"name": "reliability", "hypothesis_every": 1, "recovery_seconds": 2}],
        "steady-state-hypothesis": {
            "title": "The directory is there",
            "probes": [{**_program("there", "ls", str(directory)), "type": "probe", "tolerance": 0}],
        },
        "method": [_put(slug, "first", 1.5), _put(slug, "second", 1.5), _put(slug, "third", 0.5)],
        "rollbacks": [_program("unmake", "touch", str(directory / "unmade"))],
    }


def _put(slug: str, name: str, pause: float) -> dict[str, Any]:
    provider = {"type": "python", "module": f"chaos.injectors.{KIND}", "func": "put", "arguments": {"target": slug}}
    return {"type": "action", "name": name, "provider": provider, "pauses": {"after": pause}}


def _program(name: str, path: str, argument: str) -> dict[str, Any]:
    provider = {"type": "process", "path": path, "arguments": [argument]}
    return {"type": "action", "name": name, "provider": provider}
