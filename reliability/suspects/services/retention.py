"""Cases that are too old to learn from are let go of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from reliability.suspects.models import Case

AT_ONCE = 500


def forget_old(*, now: datetime) -> bool:
    """With suspects and verdicts; whether there may be more."""
    before = now - timedelta(days=settings.SUSPECTS_RETENTION_DAYS)
    old = Case.objects.filter(started_at__lt=before).order_by("started_at", "pk").values_list("pk", flat=True)
    keys = list(old[:AT_ONCE])
    Case.objects.filter(pk__in=keys).delete()
    return len(keys) == AT_ONCE
