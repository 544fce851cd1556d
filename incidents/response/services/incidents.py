"""Declaring an incident by hand or by the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.paging.models import EscalationPolicy
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services import opening as openings
from incidents.response.services.announcing import Actor
from incidents.response.services.opening import TITLE_MAX, Opening
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Invalid
from slo.models import Slo

Mistake = tuple[str, str]


def open_incident(
    *,
    caller: Caller,
    team_id: int,
    title: str,
    severity: Severity,
    now: datetime,
    summary: str = "",
    service_ids: Sequence[int] = (),
    slo_ids: Sequence[int] = (),
    policy_id: int | None = None,
    origin: str = "person",
    started_at: datetime | None = None,
    via: str = "",
) -> Incident:
    """Open an incident and page by its policy: the one named, else the first service's, else the team's.

    Raises Invalid with field paths, Forbidden below the role responder, NotFound for a team not to be seen.
    """
    require(caller=caller, team_id=team_id, role=Role.RESPONDER)
    mistakes = [
        *word_mistakes(title=title, summary=summary),
        *reference_mistakes(caller=caller, service_ids=service_ids, slo_ids=slo_ids, policy_id=policy_id),
    ]
    if started_at is not None and started_at > now:
        mistakes.append(("started_at", "lies in the future: leave it empty for now"))
    refuse(mistakes)
    wanted = Opening(
        team_id=team_id,
        title=title.strip(),
        severity=Severity(severity),
        origin=origin,
        summary=summary.strip(),
        started_at=started_at,
        service_ids=tuple(service_ids),
        slo_ids=tuple(slo_ids),
        policy_id=policy_id,
    )
    actor = Actor(caller=caller, via=via)
    with transaction.atomic():
        incident = openings.create(opening=wanted, actor=actor, now=now)
        text = f"Declared {wanted.severity.word} by {actor.words}: {incident.title}"
        openings.page(incident=incident, opening=wanted, actor=actor, now=now, text=text)
    return incident


def refuse(mistakes: Sequence[Mistake]) -> None:
    """Raise Invalid with one detail for each (field, message), if there is any."""
    if mistakes:
        raise Invalid(details=[{"field": field, "message": message} for field, message in mistakes])


def word_mistakes(*, title: str, summary: str) -> list[Mistake]:
    mistakes = []
    if not title.strip():
        mistakes.append(("title", "is empty: say in one line what is wrong"))
    if len(title.strip()) > TITLE_MAX:
        mistakes.append(("title", f"has more than {TITLE_MAX} letters: put the rest into the summary"))
    if len(summary) > settings.TIMELINE_TEXT_MAX:
        mistakes.append(("summary", f"has more than {settings.TIMELINE_TEXT_MAX:,} letters: shorten it"))
    return mistakes


def reference_mistakes(
    *,
    caller: Caller,
    service_ids: Sequence[int] = (),
    slo_ids: Sequence[int] = (),
    policy_id: int | None = None,
) -> list[Mistake]:
    """What does not exist or is not the caller's to see, and what is too much."""
    mistakes = []
    named = (
        ("services", Service.objects.readable_by(caller), set(service_ids)),
        ("slos", Slo.objects.readable_by(caller), set(slo_ids)),
        ("policy", EscalationPolicy.objects.readable_by(caller), {policy_id} - {None}),
    )
    for field, readable, ids in named:
        if len(ids) > settings.INCIDENT_IMPACTS_MAX:
            mistakes.append((field, f"are more than {settings.INCIDENT_IMPACTS_MAX}: name those that matter"))
        elif ids and readable.filter(pk__in=ids).count() != len(ids):
            mistakes.append((field, "do not all exist, or are not yours to see: name others"))
    return mistakes
