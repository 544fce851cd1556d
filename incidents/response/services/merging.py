"""Two incidents that turn out to be one: alerts go to the target, the source stays readable and closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.domain.lifecycle import PHASE_AFTER, Action
from incidents.response.domain.phases import CloseReason, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, ImpactedService, ImpactedSlo, Incident, IncidentRole
from incidents.response.services import telling
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.editing import set_severity
from incidents.response.services.locking import decided, locked_together
from incidents.response.services.naming_impacts import name_impacts
from incidents.response.services.responders import join
from incidents.response.services.transitions import Moved, resolve_quietly
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid


@transaction.atomic
def merge(*, caller: Caller, incident_id: int, into_id: int, now: datetime, reason: str = "", via: str = "") -> Moved:
    """Merge the incident into another one of its team; the answer is the target.

    Alerts move; services, objectives and people at work are named at the target, too. The source is closed as a
    duplicate, nobody is paged for it any more, and new alerts of its group go to the target. Its worse severity
    counts. Raises Conflict when either is over or merged, Invalid for itself or another team's.
    """
    if incident_id == into_id:
        raise Invalid(details=[{"field": "into", "message": "is the incident itself: name another one"}])
    both = locked_together(caller=caller, incident_ids=(incident_id, into_id))
    source, target = both[incident_id], both[into_id]
    if source.team_id != target.team_id:
        raise Invalid(details=[{"field": "into", "message": "belongs to another team: merge within one team"}])
    decided(action=Action.MERGE, incident=source)
    decision = decided(action=Action.MERGE, incident=target)
    if decision.verdict.is_refusal:  # pragma: no cover  decided() raised
        raise Conflict(decision.message)
    actor = Actor(caller, via)
    moved = _move(source=source, target=target, now=now)
    _close(source=source, target=target, actor=actor, now=now)
    _tell(source=source, target=target, actor=actor, moved=moved, reason=reason, now=now)
    if source.severity < target.severity:
        because = f"#{source.pk}, merged into this, is worse."
        set_severity(incident=target, actor=actor, severity=Severity(source.severity), now=now, reason=because)
    else:
        telling.retell(incident=target, actor=actor, now=now)
    return Moved(target, True, f"#{source.pk} was merged into #{target.pk}.")


def _move(*, source: Incident, target: Incident, now: datetime) -> int:
    """Alerts, what is touched, who is at work. Returns the number of alerts."""
    moved = Alert.objects.filter(incident=source).update(incident=target)
    services = ImpactedService.objects.filter(incident=source).order_by("pk").values_list("service_id", flat=True)
    objectives = ImpactedSlo.objects.filter(incident=source).order_by("pk").values_list("slo_id", flat=True)
    name_impacts(incident=target, service_ids=tuple(services), slo_ids=tuple(objectives), now=now)
    held = IncidentRole.objects.filter(incident=source, left_at=None).order_by("pk")
    for user_id in dict.fromkeys(held.values_list("user_id", flat=True)):
        join(incident=target, user_id=user_id, now=now)
    held.update(left_at=now)
    # A chain of merges ends at the last target, so that one step leads there.
    Incident.objects.filter(merged_into=source).update(merged_into=target)
    target.started_at = min(target.started_at, source.started_at)
    target.updated_at = now
    target.save(update_fields=("started_at", "updated_at"))
    return moved


def _close(*, source: Incident, target: Incident, actor: Actor, now: datetime) -> None:
    resolve_quietly(incident=source, actor=actor, now=now)
    source.status, source.phase = Status.CLOSED.value, PHASE_AFTER[Status.CLOSED].value
    source.closed_at, source.close_reason = source.resolved_at, CloseReason.DUPLICATE.value
    source.merged_into = target
    source.updated_at = now
    source.save(
        update_fields=("status", "phase", "resolved_at", "closed_at", "close_reason", "merged_into", "updated_at")
    )


def _tell(*, source: Incident, target: Incident, actor: Actor, moved: int, reason: str, now: datetime) -> None:
    because = f" {reason}" if reason else ""
    alerts = f", with {moved} {'alert' if moved == 1 else 'alerts'}" if moved else ""
    at_source = Deed(
        action="incident.merge",
        kind=Kind.MERGE,
        text=f"Merged into #{target.pk} {target.title} by {actor.words}.{because}",
        fact="IncidentMerged",
        changes={"merged_into": [None, target.pk]},
        data={"into_id": target.pk},
        reason=reason,
    )
    at_target = Deed(
        action="incident.merge",
        kind=Kind.MERGE,
        text=f"#{source.pk} {source.title} was merged into this by {actor.words}{alerts}.{because}",
        changes={"merged_from": [None, source.pk]},
        data={"from_id": source.pk, "alerts": moved},
        reason=reason,
    )
    announce(incident=source, actor=actor, deed=at_source, now=now)
    announce(incident=target, actor=actor, deed=at_target, now=now)
