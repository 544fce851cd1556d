"""An incident that turns out to be two: chosen alerts go into a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.domain.lifecycle import Action
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, ImpactedSlo, Incident
from incidents.response.services import opening as openings
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.incidents import refuse, word_mistakes
from incidents.response.services.locking import decided, locked
from incidents.response.services.opening import Opening
from reliability.access.domain.caller import Caller
from reliability.web.errors import Invalid


@transaction.atomic
def split(
    *,
    caller: Caller,
    incident_id: int,
    alert_ids: Sequence[int],
    now: datetime,
    title: str = "",
    severity: Severity | None = None,
    reason: str = "",
    via: str = "",
) -> Incident:
    """Open an incident of *alert_ids* of this one and page for it; the answer is the new one.

    Unless said otherwise it is called after its first alert and as bad as its worst. At least one alert stays
    behind. Raises Invalid, Conflict when the incident is over or merged.
    """
    source = locked(caller=caller, incident_id=incident_id)
    decided(action=Action.SPLIT, incident=source)
    alerts = _chosen(source=source, alert_ids=alert_ids)
    name = title.strip() or alerts[0].title
    refuse(word_mistakes(title=name, summary=""))
    wanted = Opening(
        team_id=source.team_id,
        title=name,
        severity=severity or Severity(min(alert.severity for alert in alerts)),
        origin=source.origin,
        summary=alerts[0].description,
        started_at=min(alert.started_at for alert in alerts),
        service_ids=tuple(dict.fromkeys(alert.service_id for alert in alerts if alert.service_id)),
        slo_ids=_slos(source=source, alerts=alerts),
        policy_id=source.escalation.policy_id if source.escalation else None,
        split_from_id=source.pk,
    )
    actor = Actor(caller, via)
    incident = openings.create(opening=wanted, actor=actor, now=now)
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(incident=incident)
    count = f"{len(alerts)} {'alert' if len(alerts) == 1 else 'alerts'}"
    because = f" {reason}" if reason else ""
    text = f"Split from #{source.pk} {source.title} by {actor.words}, with {count}.{because}"
    openings.page(incident=incident, opening=wanted, actor=actor, now=now, text=text)
    went = f"{len(alerts)} {'alert' if len(alerts) == 1 else 'alerts'} went into #{incident.pk} {incident.title}"
    deed = Deed(
        action="incident.split",
        kind=Kind.MERGE,
        text=f"{went}, split off by {actor.words}.{because}",
        changes={"split_into": [None, incident.pk]},
        data={"into_id": incident.pk, "alerts": len(alerts)},
        reason=reason,
    )
    announce(incident=source, actor=actor, deed=deed, now=now)
    return incident


def _chosen(*, source: Incident, alert_ids: Sequence[int]) -> list[Alert]:
    wanted = set(alert_ids)
    alerts = list(Alert.objects.filter(incident=source, pk__in=wanted).order_by("started_at", "pk"))
    if not wanted or len(alerts) != len(wanted):
        raise Invalid(details=[{"field": "alerts", "message": "must be alerts of this incident: choose at least one"}])
    if not Alert.objects.filter(incident=source).exclude(pk__in=wanted).exists():
        raise Invalid(details=[{"field": "alerts", "message": "are all of them: leave at least one behind"}])
    return alerts


def _slos(*, source: Incident, alerts: Sequence[Alert]) -> tuple[int, ...]:
    """The objectives whose own alerts are among those chosen."""
    origins = {alert.origin for alert in alerts}
    touched = ImpactedSlo.objects.filter(incident=source).order_by("pk").values_list("slo_id", flat=True)
    return tuple(pk for pk in touched if f"slo:{pk}" in origins)
