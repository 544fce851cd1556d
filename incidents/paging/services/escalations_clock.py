"""A clock that is set neither lets steps fall due at once nor leaves them waiting: a delay is a span of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.paging.models import Escalation
from incidents.paging.services.due_kinds import STEP
from incidents.paging.services.escalations import frozen_of
from reliability.outbox.services import due

# What began within this time before the step was noticed was written by the new clock.
_FRESH = timedelta(seconds=5)


def keep_pace(*, step: timedelta, now: datetime) -> None:
    """Move the instants of running escalations, and of acknowledgements that lapse, that the former clock wrote."""
    running = Escalation.objects.select_for_update(no_key=True).order_by("pk")
    for escalation in running.filter(state=Escalation.State.ACTIVE, next_step_at__isnull=False):
        ends_at, began_at = escalation.next_step_at, escalation.step_began_at
        if ends_at is None or began_at is None or not _is_former(began_at, ends_at, step=step, now=now):
            continue
        escalation.next_step_at, escalation.step_began_at = ends_at + step, began_at + step
        escalation.save(update_fields=("next_step_at", "step_began_at"))
        due.schedule(kind=STEP, key=escalation.pk, due_at=escalation.next_step_at, reschedule=True)
    for escalation in running.filter(state=Escalation.State.PAUSED, ack_lapses_at__isnull=False):
        lapses_at, lasts = escalation.ack_lapses_at, frozen_of(escalation=escalation).ack_timeout
        if lapses_at is None or lasts is None or not _is_former(lapses_at - lasts, lapses_at, step=step, now=now):
            continue
        escalation.ack_lapses_at = lapses_at + step
        escalation.save(update_fields=("ack_lapses_at",))
        due.schedule(kind=STEP, key=escalation.pk, due_at=escalation.ack_lapses_at, reschedule=True)


def _is_former(began_at: datetime, ends_at: datetime, *, step: timedelta, now: datetime) -> bool:
    """Whether a span was written by the former clock, and had not ended by it."""
    if step > timedelta():
        return ends_at > now - step and began_at <= now - step + _FRESH
    return ends_at > now and not now - _FRESH <= began_at <= now
