"""Copies of reports that are too old to be asked for are let go of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from reliability.reports.models import SentReport

AT_ONCE = 200
TESTS_KEPT = timedelta(days=30)


def forget_old(*, now: datetime) -> bool:
    """With their notices; tests soon, those that were sent after REPORT_RETENTION_DAYS. Whether there may be more."""
    old = SentReport.objects.filter(is_test=True, made_at__lt=now - TESTS_KEPT)
    keys = list(old.order_by("made_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    if settings.REPORT_RETENTION_DAYS:
        before = now - timedelta(days=settings.REPORT_RETENTION_DAYS)
        sent = SentReport.objects.filter(is_test=False, made_at__lt=before).order_by("made_at", "pk")
        keys += sent.values_list("pk", flat=True)[: AT_ONCE - len(keys)]
    SentReport.objects.filter(pk__in=keys).delete()
    return len(keys) == AT_ONCE
