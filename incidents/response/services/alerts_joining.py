"""Where an alert belongs: the open incident of its group, the one that was resolved shortly before, or a new one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from incidents.response.domain.alerts import AlertOutcome, Received
from incidents.response.domain.entries import Kind
from incidents.response.domain.phases import OPEN, Milestone, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident, MilestoneChange
from incidents.response.services import opening as openings
from incidents.response.services import transitions
from incidents.response.services.announcing import Actor
from incidents.response.services.editing import set_severity
from incidents.response.services.naming_impacts import name_impacts
from incidents.response.services.opening import Opening
from incidents.response.services.recording import record
from reliability.access.domain.caller import Caller
from reliability.web.errors import Unavailable
from slo.models import Slo

_OPEN = [status.value for status in OPEN]
_ROUNDS_MAX = 10


def actor_of(*, origin_name: str) -> Actor:
    """The outside system, as the timeline and the audit trail name it."""
    return Actor(Caller(name=origin_name, is_administrator=True), is_human=False)


def place(*, alert: Alert, now: datetime) -> Received:
    """Join or open, in the caller's transaction. The alert's row is the caller's and has no incident yet."""
    for _ in range(_ROUNDS_MAX):
        incident = _open_of_group(alert)
        if incident is not None:
            return _join(alert=alert, incident=incident, now=now)
        recent = _resolved_shortly_before(alert, now)
        if recent is not None:
            actor = actor_of(origin_name=alert.origin_name)
            transitions.reopen(incident=recent, actor=actor, now=now, reason=f"It fires again: {alert.title}")
            _join(alert=alert, incident=recent, now=now)
            return Received(alert.pk, recent.pk, AlertOutcome.REOPENED, f"#{recent.pk} was resolved shortly before")
        if not alert.group_key:  # nobody else opens its incident
            return _open(alert=alert, now=now)
        try:
            with transaction.atomic():
                return _open(alert=alert, now=now)
        except IntegrityError:
            continue  # another alert of the group opened it at the same time: join that
    raise Unavailable("this group of alerts changes faster than it can be stored: send it again")


@transaction.atomic
def worsen(*, alert_id: int, incident_id: int | None, severity: Severity, now: datetime) -> Received | None:
    """The alert repeats and is worse than before; so is its incident. None when it ended or moved meanwhile."""
    incident = _locked(incident_id)
    held = Alert.objects.select_for_update(no_key=True).filter(pk=alert_id, resolved_at=None, incident=incident_id)
    alert = held.first()
    if alert is None:
        return None
    alert.severity = min(alert.severity, severity.value)
    alert.last_seen_at = max(alert.last_seen_at, now)
    alert.times_seen += 1
    alert.save(update_fields=("severity", "last_seen_at", "times_seen"))
    if incident is not None:
        _raise_to(incident=incident, severity=severity, alert=alert, now=now)
    return Received(alert.pk, incident_id, AlertOutcome.REPEATED, f"worse than before: {severity.word}")


def _locked(incident_id: int | None) -> Incident | None:
    return Incident.objects.select_for_update(no_key=True).filter(pk=incident_id).first() if incident_id else None


def _open_of_group(alert: Alert) -> Incident | None:
    """The open incident of the group, locked; also one into which the group's former incident was merged."""
    if not alert.group_key:
        return None
    of_group = Incident.objects.filter(team_id=alert.team_id, group_key=alert.group_key)
    found: Incident | None = of_group.select_for_update(no_key=True).filter(status__in=_OPEN).first()
    if found is not None:
        return found
    merged = of_group.filter(merged_into__status__in=_OPEN).order_by("-pk").values_list("merged_into_id", flat=True)
    target = _locked(merged.first())
    return target if target is not None and target.status in _OPEN else None


def _resolved_shortly_before(alert: Alert, now: datetime) -> Incident | None:
    """Locked. Of the same group, or of the same alert; only when the setting asks for it, and not what was closed."""
    minutes = settings.INCIDENT_REOPEN_MINUTES
    if minutes <= 0:
        return None
    former = Q(alerts__origin=alert.origin, alerts__key=alert.key)
    if alert.group_key:
        former |= Q(group_key=alert.group_key)
    found = (
        Incident.objects.filter(former, team_id=alert.team_id, status=Status.RESOLVED.value)
        .filter(resolved_at__gt=now - timedelta(minutes=minutes), merged_into=None)
        .order_by("-resolved_at", "-pk")
        .values_list("pk", flat=True)
        .first()
    )
    incident = _locked(found)
    return incident if incident is not None and incident.status == Status.RESOLVED.value else None


def _open(*, alert: Alert, now: datetime) -> Received:
    wanted = Opening(
        team_id=alert.team_id,
        title=alert.title,
        severity=Severity(alert.severity),
        origin=alert.origin,
        summary=alert.description,
        started_at=alert.started_at,
        service_ids=(alert.service_id,) if alert.service_id else (),
        slo_ids=_slos_of(alert),
        policy_id=alert.policy_id,
        group_key=alert.group_key,
    )
    actor = actor_of(origin_name=alert.origin_name)
    incident = openings.create(opening=wanted, actor=actor, now=now)
    _assign(alert, incident)
    text = f"Opened {wanted.severity.word} by an alert of {actor.name}: {alert.title}"
    openings.page(incident=incident, opening=wanted, actor=actor, now=now, text=text)
    return Received(alert.pk, incident.pk, AlertOutcome.OPENED, f"opened #{incident.pk}")


def _join(*, alert: Alert, incident: Incident, now: datetime) -> Received:
    _assign(alert, incident)
    name_impacts(
        incident=incident,
        service_ids=(alert.service_id,) if alert.service_id else (),
        slo_ids=_slos_of(alert),
        now=now,
    )
    record(
        incident_id=incident.pk,
        at=now,
        kind=Kind.ALERT,
        key=f"alert:{alert.pk}:joined",
        text=f"Another alert of {alert.origin_name}: {alert.title}",
        author_name=alert.origin_name,
        data={"alert_id": alert.pk, "severity": alert.severity},
        now=now,
    )
    if alert.started_at < incident.started_at and not _start_was_set(incident):
        incident.started_at = alert.started_at
    incident.updated_at = now
    incident.save(update_fields=("started_at", "updated_at"))
    _raise_to(incident=incident, severity=Severity(alert.severity), alert=alert, now=now)
    return Received(alert.pk, incident.pk, AlertOutcome.JOINED, f"joined #{incident.pk}")


def _slos_of(alert: Alert) -> tuple[int, ...]:
    """The objective whose own alert it is; of a composite's the parts that it says lost something."""
    noun, _, number = alert.origin.partition(":")
    ids = [int(number)] if noun == "slo" and number.isascii() and number.isdigit() else []
    if noun == "composite":
        ids = alert.payload.get("slo_ids", [])
    return tuple(Slo.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)) if ids else ()


def _assign(alert: Alert, incident: Incident) -> None:
    alert.incident = incident
    alert.silenced_by, alert.silenced_until_at = "", None
    alert.save(update_fields=("incident", "silenced_by", "silenced_until_at"))


def _start_was_set(incident: Incident) -> bool:
    return MilestoneChange.objects.filter(incident=incident, milestone=Milestone.STARTED.value).exists()


def _raise_to(*, incident: Incident, severity: Severity, alert: Alert, now: datetime) -> None:
    """An incident is as bad as its worst alert, unless people have said how bad it is."""
    if severity >= incident.severity or _severity_was_set(incident):
        return
    actor = actor_of(origin_name=alert.origin_name)
    set_severity(incident=incident, actor=actor, severity=severity, now=now, reason=f"Alert: {alert.title}")


def _severity_was_set(incident: Incident) -> bool:
    return incident.timeline.filter(kind=Kind.SEVERITY.value, is_human=True).exists()
