"""What is told without anybody composing it: where a team's own words for an audience say so.

Off until an editor switches it on for an audience and a kind of event: nothing reaches a customer by accident.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Q

from incidents.response.models import Incident
from incidents.response.selectors.incidents import incident as incident_numbered
from incidents.stakeholders.domain.bounds import TEXT_MAX
from incidents.stakeholders.domain.kinds import EventKind, Mode
from incidents.stakeholders.models import StakeholderMessage
from incidents.stakeholders.selectors.composing import Asked, compose
from incidents.stakeholders.selectors.subjects import Subject, moment_words, subject_of_incident, subject_planned
from incidents.stakeholders.selectors.wordings import wordings_of
from incidents.stakeholders.services.messages import Draft, Sending, write
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.errors import Conflict

log = structlog.get_logger(__name__)
_UTC = ZoneInfo("UTC")


def incident_happened(*, payload: dict[str, Any], kind: EventKind, fact_id: int, now: datetime) -> None:
    """Opened, changed or resolved."""
    number = int(payload["incident_id"])
    if not Incident.objects.filter(pk=number, merged_into=None).exists():
        return
    found = incident_numbered(caller=SYSTEM, number=number)
    subject = subject_of_incident(incident=found, kind=kind, zone=_UTC, now=now)
    tell(subject=subject, cause=f"fact:{fact_id}", now=now)


def game_day_planned(*, payload: dict[str, Any], fact_id: int, now: datetime) -> None:
    team = Team.objects.filter(pk=payload["team_id"]).first()
    if team is None or payload.get("starts_at") is None:
        return
    at = datetime.fromisoformat(str(payload["starts_at"])).astimezone(UTC)
    subject = subject_planned(
        team=team,
        kind=EventKind.EXPERIMENT,
        title=str(payload["title"]),
        summary="",
        when=moment_words(at, zone=_UTC),
        url=f"/chaos/game-days/{int(payload['game_day_id'])}/",
    )
    tell(subject=subject, cause=f"fact:{fact_id}", now=now)


def postmortem_published(*, payload: dict[str, Any], fact_id: int, now: datetime) -> None:
    """For the organisation, once for each publication, also when it is opened later, closed, and opened again.

    What is published to its team alone is told nobody by itself.
    """
    team = Team.objects.filter(pk=payload["team_id"]).first()
    if team is None or not payload["is_for_organisation"]:
        return
    subject = subject_planned(
        team=team,
        kind=EventKind.POSTMORTEM,
        title=str(payload["title"]),
        summary=str(payload["summary"]),
        when="",
        services=_named(payload, team),
        url=f"/postmortems/{int(payload['postmortem_id'])}/",
    )
    cause = f"postmortem:{payload['postmortem_id']}:{payload['published_at']}"
    tell(subject=subject, cause=cause, now=now)


def maintenance_planned(*, payload: dict[str, Any], fact_id: int, now: datetime) -> None:
    team = Team.objects.filter(pk=payload["team_id"]).first()
    if team is None:
        return
    at = datetime.fromisoformat(str(payload["starts_at"])).astimezone(UTC)
    subject = subject_planned(
        team=team,
        kind=EventKind.MAINTENANCE,
        title=str(payload["title"]),
        summary=str(payload["summary"]),
        when=moment_words(at, zone=_UTC),
        services=_named(payload, team),
    )
    tell(subject=subject, cause=f"fact:{fact_id}", now=now)


def _named(payload: dict[str, Any], team: Team) -> list[Service]:
    """Without private ones of other teams: their titles would stand in the words."""
    readable = Q(team=team) | Q(team__is_private=False)
    return list(Service.objects.filter(readable, pk__in=payload["service_ids"]).order_by("title", "pk"))


def tell(*, subject: Subject, cause: str, now: datetime) -> StakeholderMessage | None:
    """At each one's hour, to everybody to whom it matters, in the audiences that are told by themselves; None for
    nobody."""
    in_force = wordings_of(team_id=subject.team.pk)
    audiences = [one.audience for one in in_force if one.kind is subject.happening.kind and one.is_automatic]
    if not audiences:
        return None
    drafts = []
    for preview in compose(subject=subject, asked=Asked(audiences), zone=_UTC, now=now):
        told = [one.stakeholder.pk for one in preview.planned if not one.silent]
        if told and preview.subject and preview.text:
            drafts.append(Draft(preview.audience, preview.subject, _cut(preview.text), told))
    if not drafts:
        return None
    sending = Sending(drafts, mode=Mode.HOURS, cause=cause)
    try:
        return write(caller=SYSTEM, subject=subject, sending=sending, now=now)
    except Conflict as full:  # told as often as anybody is: nobody is there to be shown the refusal
        log.warning("stakeholders_not_told", cause=cause, team_id=subject.team.pk, reason=full.message)
        return None


def _cut(text: str) -> str:
    """As long as a message may be: a summary that the words repeat is longer than anybody would have typed."""
    return text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…"
