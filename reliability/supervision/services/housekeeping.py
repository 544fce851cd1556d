"""Forgetting what libraries keep for ever: sessions that ended, log-ins that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet

PIECE = 1000
# Far beyond any lock-out; the audit trail tells the rest.
FAILED_LOGINS_KEPT = timedelta(days=30)


def forget_old(*, now: datetime) -> bool:
    """Delete up to a thousand rows of each kind; returns whether there may be more."""
    before = now - FAILED_LOGINS_KEPT
    old: list[QuerySet[Model]] = [
        Session.objects.filter(expire_date__lt=now).order_by("expire_date"),
        AccessAttempt.objects.filter(attempt_time__lt=before).order_by("attempt_time"),
        AccessFailureLog.objects.filter(attempt_time__lt=before).order_by("attempt_time"),
    ]
    were_full = [_delete_piece(rows) for rows in old]
    return any(were_full)


def _delete_piece(rows: QuerySet[Model]) -> bool:
    keys = list(rows.values_list("pk", flat=True)[:PIECE])
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys) == PIECE
