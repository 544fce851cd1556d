"""What a draft names, looked up: members, services, incidents, experiments and objectives that the writer may see."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet

from chaos.experiments.models import Experiment
from incidents.actions.domain.drafts import SOURCE_KEY_MAX, SOURCE_KIND_MAX, ActionDraft, Source, mistakes_of
from incidents.actions.domain.states import Proof
from incidents.actions.models import Action
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller
from reliability.access.models import Membership
from reliability.catalog.models import Service
from reliability.web.errors import Invalid
from slo.models import Slo

_URL = URLValidator(schemes=["https", "http"])


def check(*, caller: Caller, team_id: int, draft: ActionDraft, stored: Action | None = None) -> None:
    """Raises Invalid with a detail for each field. What *stored* has already may stay, though it is gone or archived:
    who edits a title need not repair the rest."""
    mistakes = mistakes_of(draft)
    url = draft.tracker_url.strip()
    if url:
        try:
            _URL(url)
        except ValidationError:
            mistakes.append(("tracker_url", "is an address such as https://tracker.example.org/OPS-7"))
    mistakes += _mistakes_of_people(team_id, draft, stored)
    mistakes += _mistakes_of_objects(caller, team_id, draft, stored)
    if mistakes:
        raise Invalid(details=[{"field": name, "message": message} for name, message in mistakes])


def check_source(source: Source) -> None:
    """Raises Invalid."""
    if len(source.kind) > SOURCE_KIND_MAX or len(source.key) > SOURCE_KEY_MAX or bool(source.kind) != bool(source.key):
        message = (
            f"has a kind of at most {SOURCE_KIND_MAX} characters and a key of at most {SOURCE_KEY_MAX}, or neither"
        )
        raise Invalid(details=[{"field": "source", "message": message}])


def _mistakes_of_people(team_id: int, draft: ActionDraft, stored: Action | None) -> list[tuple[str, str]]:
    asked = {"owner": draft.owner_id}
    if draft.proof == Proof.CHECK:
        asked["checker"] = draft.checker_id
    wanted = {
        field: user_id
        for field, user_id in asked.items()
        if user_id is not None and (stored is None or getattr(stored, f"{field}_id") != user_id)
    }
    members = Membership.objects.filter(team_id=team_id, user_id__in=wanted.values(), user__is_active=True)
    known = set(members.values_list("user_id", flat=True)) if wanted else set()
    return [
        (field, "is nobody of the team: choose one of its members")
        for field, user_id in wanted.items()
        if user_id not in known
    ]


def _mistakes_of_objects(
    caller: Caller, team_id: int, draft: ActionDraft, stored: Action | None
) -> list[tuple[str, str]]:
    experiments = Experiment.objects.filter(team_id=team_id, is_archived=False)
    mine = "there is no such {0}, or it is not yours to see"
    named: list[tuple[str, QuerySet[Any], str]] = [
        ("service", Service.objects.readable_by(caller), mine.format("service")),
        ("incident", Incident.objects.readable_by(caller), mine.format("incident")),
    ]
    if draft.proof == Proof.EXPERIMENT:
        ours = "is none of the team's experiments: choose one that is not archived"
        named.append(("experiment", experiments, ours))
    if draft.proof == Proof.SLO:
        named.append(("slo", Slo.objects.readable_by(caller), mine.format("objective")))
    return [
        (field, message)
        for field, allowed, message in named
        if (asked := getattr(draft, f"{field}_id")) is not None
        and (stored is None or getattr(stored, f"{field}_id") != asked)
        and not allowed.filter(pk=asked).exists()
    ]
