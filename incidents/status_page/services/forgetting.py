"""What is kept of subscribers and messages no longer than it is needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from incidents.status_page.models import Delivery, Subscriber
from incidents.status_page.services import allowance

PIECE = 500


def forget(*, now: datetime) -> bool:
    """Old deliveries, those who never confirmed, and counts of who asked. Returns whether there may be more."""
    allowance.forget(now=now)
    old = Delivery.objects.filter(created_at__lt=now - timedelta(days=settings.STATUS_DELIVERY_RETENTION_DAYS))
    deliveries = list(
        old.exclude(state=Delivery.State.WAITING).order_by("created_at", "pk").values_list("pk", flat=True)[:PIECE]
    )
    Delivery.objects.filter(pk__in=deliveries).delete()
    unconfirmed = Subscriber.objects.filter(
        state=Subscriber.State.PENDING, updated_at__lt=now - timedelta(hours=settings.STATUS_CONFIRM_HOURS + 24)
    ).exclude(asked_at__gte=now - timedelta(hours=settings.STATUS_CONFIRM_HOURS + 24))
    strangers = list(unconfirmed.order_by("pk").values_list("pk", flat=True)[:PIECE])
    Subscriber.objects.filter(pk__in=strangers).delete()
    return PIECE in (len(deliveries), len(strangers))
