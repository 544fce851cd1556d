"""The last net under the engine: whatever must still happen has a due row, or gets one anew.

Nothing is known to lose such a row. But a silence would be noticed by nobody, so somebody looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from incidents.paging.models import Escalation, Notification
from incidents.paging.services.delivery_preparing import place_of
from incidents.paging.services.due_kinds import SEND, STEP
from reliability.outbox.models import Due
from reliability.outbox.services import due

logger = structlog.get_logger(__name__)

_Row = TypeVar("_Row", bound=Model)

EVERY = timedelta(minutes=1)
# What is on its way has its row within one transaction.
_LATE = timedelta(seconds=30)
_PIECE = 100


def sweep(*, now: datetime) -> int:
    """Ask anew for steps and messages whose time has come and that nothing would bring about. Returns how many."""
    steps = list(_without_row(_late_steps(now=now), kind=STEP)[:_PIECE])
    for escalation in steps:
        due.demand(kind=STEP, key=escalation.pk, now=now)
    sends = list(_without_row(_late_messages(now=now), kind=SEND)[:_PIECE])
    for notification in sends:
        due.demand(kind=SEND, key=notification.pk, now=now, lane=place_of(notification=notification).lane)
    if steps or sends:
        logger.error("due_rows_were_missing", steps=len(steps), messages=len(sends))
    return len(steps) + len(sends)


def _late_steps(*, now: datetime) -> QuerySet[Escalation]:
    goes_on_at = Coalesce(F("ack_lapses_at"), F("next_step_at"))
    running: QuerySet[Escalation] = Escalation.objects.filter(
        Q(state=Escalation.State.ACTIVE, next_step_at__isnull=False)
        | Q(state=Escalation.State.PAUSED, ack_lapses_at__isnull=False)
    )
    return running.annotate(goes_on_at=goes_on_at).filter(goes_on_at__lte=now - _LATE).order_by("goes_on_at", "pk")


def _late_messages(*, now: datetime) -> QuerySet[Notification]:
    return (
        Notification.objects.filter(state=Notification.State.WAITING, due_at__lte=now - _LATE)
        .select_related("channel", "contact_method", "user")
        .order_by("due_at", "pk")
    )


def _without_row(rows: QuerySet[_Row], *, kind: str) -> QuerySet[_Row]:
    waiting = Due.objects.filter(kind=kind, key=Cast(OuterRef("pk"), CharField()))
    return rows.filter(~Exists(waiting))
