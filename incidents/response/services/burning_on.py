"""Incidents that were resolved while the rule of an objective fired, and some time later still does.

They are opened again, as Alertmanager repeats what fires on (repeat_interval): nobody else would ever tell of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from incidents.response.domain.phases import OPEN, Status
from incidents.response.models import Incident
from incidents.response.selectors.burning import burning_words, firing_on
from incidents.response.services import transitions
from incidents.response.services.alerts_joining import actor_of
from incidents.response.services.burning_watch import UNREAL
from reliability.kit.durations import humanize_duration

ORIGIN_NAME = "Burn alerts"
# What no longer exceeds its threshold is about to end: nobody is woken for it, and it is looked at again soon.
_CALM_AGAIN = timedelta(minutes=5)
_OPEN = [status.value for status in OPEN]


@transaction.atomic
def look_again(*, incident_id: int, reopened: int, now: datetime) -> datetime | None:
    """Reopen the incident if a burn alert of it fires on; else when to look again, None when that is not needed.

    reopened: how often it had been when it was resolved; if somebody has reopened it since, this look is void.
    Safe to run twice.
    """
    incident = Incident.objects.select_for_update(no_key=True).filter(pk=incident_id).first()
    if incident is None or incident.reopened != reopened or not _is_over(incident):
        return None
    firing = firing_on(incident=incident).values()
    if not firing:
        return None
    if all(alert.calm_since is not None for alert in firing):
        return now + _CALM_AGAIN
    if _is_worked_on_elsewhere(incident):
        return now + timedelta(minutes=max(settings.INCIDENT_REALERT_MINUTES, 1))
    actor = actor_of(origin_name=ORIGIN_NAME)
    transitions.reopen(incident=incident, actor=actor, now=now, reason=_why(incident, now))
    return None


def _is_over(incident: Incident) -> bool:
    """Resolved, or closed as real; what was merged is over elsewhere."""
    is_unreal = incident.close_reason in UNREAL
    return incident.status in (Status.RESOLVED, Status.CLOSED) and incident.merged_into_id is None and not is_unreal


def _is_worked_on_elsewhere(incident: Incident) -> bool:
    """Whether the objective has another open incident: people are told of it already."""
    if not incident.group_key:
        return False
    of_group = Incident.objects.filter(team_id=incident.team_id, group_key=incident.group_key)
    return of_group.filter(status__in=_OPEN).exists()


def _why(incident: Incident, now: datetime) -> str:
    ended_at = incident.resolved_at
    after = f", {humanize_duration(now - ended_at)} after it was resolved" if ended_at else ""
    return f"{burning_words(incident=incident, now=now)}{after}."
