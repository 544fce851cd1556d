"""Opening an incident, whoever asks: the row, what it touches, whom it pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.policies import policy_for
from incidents.response.domain.entries import Kind
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services import telling
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.naming_impacts import name_impacts

TITLE_MAX = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when an incident opens. started_at: when it began; never later than now."""

    team_id: int
    title: str
    severity: Severity
    origin: str
    summary: str = ""
    started_at: datetime | None = None
    service_ids: tuple[int, ...] = ()
    slo_ids: tuple[int, ...] = ()
    policy_id: int | None = None
    group_key: str = ""
    split_from_id: int | None = None


def create(*, opening: Opening, actor: Actor, now: datetime) -> Incident:
    """The row and what it touches; nobody is paged yet. Raises IntegrityError when the group has an open incident."""
    incident = Incident.objects.create(
        team_id=opening.team_id,
        title=opening.title[:TITLE_MAX],
        summary=opening.summary[: settings.TIMELINE_TEXT_MAX],
        severity=opening.severity.value,
        urgency=opening.severity.urgency.value,
        origin=opening.origin[:80],
        opened_by_name=actor.name,
        group_key=opening.group_key[:200],
        started_at=min(opening.started_at or now, now),
        detected_at=now,
        split_from_id=opening.split_from_id,
        created_at=now,
        updated_at=now,
    )
    name_impacts(incident=incident, service_ids=opening.service_ids, slo_ids=opening.slo_ids, now=now, is_new=True)
    return incident


def page(*, incident: Incident, opening: Opening, actor: Actor, now: datetime, text: str) -> None:
    """Tell of the new incident and begin its escalation. *text* is the first entry of its timeline."""
    announce(
        incident=incident,
        actor=actor,
        deed=Deed(
            action="incident.open",
            kind=Kind.OPENED,
            text=text,
            fact="IncidentOpened",
            data={"origin": incident.origin, "severity": incident.severity},
            changes={"title": ["", incident.title], "severity": [None, incident.severity]},
        ),
        now=now,
    )
    telling.begin(incident=incident, policy=_policy_of(opening), now=now)


def _policy_of(opening: Opening) -> EscalationPolicy | None:
    """The policy that was named, else that of the first service with one, else the team's default."""
    if opening.policy_id is not None:
        named: EscalationPolicy | None = EscalationPolicy.objects.filter(pk=opening.policy_id).first()
        if named is not None:
            return named
    service_id = opening.service_ids[0] if opening.service_ids else None
    return policy_for(team_id=opening.team_id, service_id=service_id)
