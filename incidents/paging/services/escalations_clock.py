"""A clock that is set neither lets steps fall due at once nor leaves them waiting: a delay is a span of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from incidents.paging.models import Escalation
from incidents.paging.services.due_kinds import STEP
from reliability.outbox.services import due

# What began within this time before the step was noticed was written by the new clock.
_FRESH = timedelta(seconds=5)


def keep_pace(*, step: timedelta, now: datetime) -> None:
    """Move the instants of running escalations that the former clock wrote."""
    running = Escalation.objects.filter(state=Escalation.State.ACTIVE, next_step_at__isnull=False)
    if step > timedelta():
        former_now = now - step
        moved = running.filter(next_step_at__gt=former_now, step_began_at__lte=former_now + _FRESH)
    else:
        moved = running.filter(next_step_at__gt=now).exclude(step_began_at__range=(now - _FRESH, now))
    keys = list(moved.select_for_update(no_key=True).values_list("pk", flat=True))
    Escalation.objects.filter(pk__in=keys).update(
        next_step_at=F("next_step_at") + step, step_began_at=F("step_began_at") + step
    )
    for pk, at in Escalation.objects.filter(pk__in=keys).values_list("pk", "next_step_at"):
        due.schedule(kind=STEP, key=pk, due_at=at, reschedule=True)
