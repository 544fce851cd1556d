"""An update to all who want it: rows in pieces, due one after the other, as many a minute as the settings allow."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from incidents.status_page.models import Subscriber, Update
from incidents.status_page.services.due_kinds import FAN_OUT
from incidents.status_page.services.queueing import queue_update
from reliability.outbox.services import due

# Rows of one transaction: nobody else waits for the database longer than a moment.
PIECE = 200
# An update that nobody could be told of for so long is history.
_WORTH = timedelta(hours=24)


def begin(*, update_id: int, now: datetime) -> None:
    due.demand(kind=FAN_OUT, key=update_id, now=now)


def go_on(*, update_id: int, now: datetime) -> datetime | None:
    """Rows for the next subscribers that have none. Returns *now* while there may be more, None at the end."""
    update = Update.objects.select_related("incident", "maintenance").filter(pk=update_id).first()
    if update is None or not update.is_told or now - update.created_at > _WORTH:
        return None
    subscribers = list(_without_row(update)[:PIECE])
    made_before = update.deliveries.count()
    minutes = [number / settings.STATUS_MESSAGES_PER_MINUTE_MAX for number in range(made_before, made_before + PIECE)]
    due_at = [
        (one, update.created_at + timedelta(minutes=after)) for one, after in zip(subscribers, minutes, strict=False)
    ]
    queue_update(update_id=update.pk, due_at=due_at, now=now)
    return now if len(subscribers) == PIECE else None


def wanted_by(update: Update) -> QuerySet[Subscriber]:
    """Active subscribers of the page who hear of all components, or of one that the update or its subject touches."""
    subject = update.incident or update.maintenance
    if subject is None:
        return Subscriber.objects.none()
    return (
        Subscriber.objects.filter(page_id=subject.page_id, state=Subscriber.State.ACTIVE)
        .filter(Q(components=None) | Q(components__in=_touched(update)))
        .distinct()
        .order_by("pk")
    )


def _without_row(update: Update) -> QuerySet[Subscriber]:
    return wanted_by(update).exclude(deliveries__update_said=update)


def _touched(update: Update) -> list[int]:
    """Ids of the components of all updates of its incident, or of its maintenance: who heard of the beginning hears of
    the end."""
    if update.maintenance is not None:
        return list(update.maintenance.components.order_by().values_list("pk", flat=True))
    assert update.incident is not None  # noqa: S101  the constraint of the table says so
    said = update.incident.updates.order_by().values_list("components__component_id", flat=True)
    return sorted({one for one in said if one is not None})
