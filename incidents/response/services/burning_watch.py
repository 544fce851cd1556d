"""What a resolution says, and asks to be looked at, when the rule of an objective fires on.

A rule tells of a firing once, and of the next only after this one is over: whoever resolves too early would be the
last to hear of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from incidents.response.domain.phases import CloseReason
from incidents.response.models import Alert, Incident
from incidents.response.selectors.burning import burning_words, firing_on
from reliability.outbox.services import due

STILL_BURNING = "response.still_burning"
UNREAL = (CloseReason.DUPLICATE, CloseReason.FALSE_POSITIVE)


def watch(*, incident: Incident, now: datetime, close_reason: CloseReason | None = None) -> str:
    """What whoever ends the incident has to know; blank when nothing of it burns on.

    Unless a person says that nothing was wrong, or that another incident is about it, the incident is looked at again
    INCIDENT_REALERT_MINUTES later. In the transaction of the resolution.
    """
    burning = burning_words(incident=incident, now=now)
    if not burning:
        return ""
    if close_reason in UNREAL:
        due.cancel(kind=STILL_BURNING, key=incident.pk)
        words = close_reason.value.replace("_", " ")
        return f"{burning}: closed as {words}, this firing pages nobody any more."
    warning = f"{burning}: the rule will not page again until it has ended and fired anew."
    minutes = settings.INCIDENT_REALERT_MINUTES
    if minutes <= 0:
        return warning
    at = now + timedelta(minutes=minutes)
    due.schedule(
        kind=STILL_BURNING, key=incident.pk, due_at=at, payload={"reopened": incident.reopened}, reschedule=True
    )
    return f"{warning} If it still fires at {at:%H:%M} UTC, this incident is reopened and pages."


def revive(*, incident: Incident, now: datetime) -> None:
    """The alerts that a resolution ended and that fire on are open again: they are the same firings, and their end
    ends the incident as before.
    """
    Alert.objects.filter(pk__in=firing_on(incident=incident), resolved_at__isnull=False).update(
        status=Alert.Status.FIRING, resolved_at=None, last_seen_at=now
    )
