"""How long the audit trail is kept, and that it is forgotten in short pieces."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.access.models import AuditEntry
from reliability.access.services import audit
from reliability.supervision import handlers

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=400)


def _write(at: datetime, *, name: str = "checkout") -> None:
    audit.record(caller=SYSTEM, action="slo.create", object_kind="slo", object_name=name, team_id=None, now=at)


def test_entries_older_than_the_retention_are_forgotten(now: datetime) -> None:
    for name, at in (("old", now - KEPT - timedelta(seconds=1)), ("at the edge", now - KEPT), ("new", now)):
        _write(at, name=name)
    handlers.housekeeping(key="all", payload={}, now=now)
    assert set(AuditEntry.objects.values_list("object_name", flat=True)) == {"at the edge", "new"}


def test_nought_keeps_them_for_ever(now: datetime, settings: Any) -> None:
    settings.AUDIT_RETENTION_DAYS = 0
    _write(now - 100 * KEPT)
    handlers.housekeeping(key="all", payload={}, now=now)
    assert AuditEntry.objects.count() == 1


def test_they_are_forgotten_in_pieces_the_oldest_first(
    now: datetime, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(audit, "PIECE", 2)
    settings.AUDIT_RETENTION_DAYS = 1
    for days in (6, 5, 4):
        _write(now - timedelta(days=days), name=f"{days} days old")
    assert handlers.housekeeping(key="all", payload={}, now=now) == now
    assert AuditEntry.objects.get().object_name == "4 days old"
    assert handlers.housekeeping(key="all", payload={}, now=now) == now + timedelta(hours=6)
    assert not AuditEntry.objects.exists()
