"""The demo's action items, lived through by the services people use, with the clock of the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from chaos.experiments.models import Experiment
from incidents.actions.domain.drafts import ActionDraft, Source
from incidents.actions.domain.states import State
from incidents.actions.models import Action
from incidents.actions.services import actions, moving, proving
from incidents.response.models import Incident
from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.demo.domain.amends import ACTIONS, DemoAction, DemoStep
from slo.models import Slo


@transaction.atomic
def load_amends(*, now: datetime) -> None:
    """Once: what people make of it afterwards stays."""
    if Action.objects.filter(title=ACTIONS[0].title).exists():
        return
    people = {user.email: user for user in User.objects.all()}
    for entry in ACTIONS:
        row = _write(entry, people, now)
        for step in entry.steps:
            _take(row, step, people, now + timedelta(hours=step.hours))
        proving.by_objective(number=row.pk, now=now)


def _write(entry: DemoAction, people: dict[str, User], now: datetime) -> Action:
    at = now + timedelta(hours=entry.written_hours)
    incident = Incident.objects.filter(title=entry.incident).first() if entry.incident else None
    draft = ActionDraft(
        title=entry.title,
        kind=entry.kind,
        owner_id=people[entry.owner].pk,
        due_on=(now + timedelta(days=entry.due_days)).date(),
        priority=entry.priority,
        text=entry.text,
        tracker_url=entry.tracker_url,
        service_id=Service.objects.get(name=entry.service).pk if entry.service else None,
        incident_id=incident.pk if incident else None,
        **_proof(entry.proof, people),
    )
    source = Source("incident", str(incident.pk)) if incident else None
    team = Team.objects.get(slug=entry.team)
    caller = caller_of_user(user=people[entry.owner])
    return actions.create(caller=caller, team_id=team.pk, draft=draft, source=source, now=at)


def _proof(proof: str, people: dict[str, User]) -> dict[str, Any]:
    kind, _, rest = proof.partition(":")
    if kind == "slo":
        name, _, days = rest.partition(":")
        return {"proof": kind, "slo_id": Slo.objects.get(name=name).pk, "slo_days": int(days)}
    if kind == "experiment":
        return {"proof": kind, "experiment_id": Experiment.objects.get(slug=rest).pk}
    if kind == "check":
        email, _, what = rest.partition(":")
        return {"proof": kind, "checker_id": people[email].pk, "check_text": what}
    return {}


def _take(row: Action, step: DemoStep, people: dict[str, User], at: datetime) -> None:
    caller = caller_of_user(user=people[step.who])
    if step.to == "note":
        actions.add_note(caller=caller, number=row.pk, text=step.text, now=at)
    elif step.to == "confirm":
        moving.confirm(caller=caller, number=row.pk, is_so=True, words=step.text, now=at)
    else:
        moving.move(caller=caller, number=row.pk, to=State(step.to), reason=step.text, now=at)
