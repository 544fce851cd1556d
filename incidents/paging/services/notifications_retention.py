"""Forgetting what was told long ago, in short pieces. What incidents tell of it stays in their timelines."""

from __future__ import annotations

from datetime import datetime

from incidents.paging.models import Notification

PIECE = 500


def forget(*, before: datetime) -> bool:
    """Delete up to five hundred notifications made before *before* that wait for nothing, with their tries.

    Returns whether there may be more.
    """
    old = Notification.objects.filter(created_at__lt=before).exclude(state=Notification.State.WAITING)
    keys = list(old.order_by("created_at", "pk").values_list("pk", flat=True)[:PIECE])
    Notification.objects.filter(pk__in=keys).delete()
    return len(keys) == PIECE
