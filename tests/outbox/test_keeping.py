"""Kept leases: short, and renewed for as long as the worker lives."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta

import pytest

from reliability.outbox.models import Due
from reliability.outbox.registry import due_work, forget
from reliability.outbox.services import keeping
from reliability.outbox.services.claims import Bounds, claim
from reliability.outbox.services.due import schedule
from reliability.outbox.services.runs import _begin, run

SECOND = timedelta(seconds=1)
BOUNDS = Bounds(waiting=9, batch=9, slots=9)


@pytest.mark.django_db
def test_a_dead_worker_loses_a_kept_row_within_seconds(now: datetime) -> None:
    @due_work("test.kept", lease=timedelta(minutes=5), kept=True)
    def kept(*, key: str, payload: dict[str, object], now: datetime) -> None: ...

    try:
        schedule(kind="test.kept", key=1, due_at=now)
        (held,) = claim(now=now, bounds=BOUNDS)
        assert _begin(due_id=held.due_id, token=held.token, owner="dead", now=now) is not None
        assert claim(now=now + 5 * SECOND, bounds=BOUNDS) == []
        assert len(claim(now=now + keeping.KEPT, bounds=BOUNDS)) == 1
    finally:
        forget(kind="test.kept")


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_work_lasts_and_not_beyond_its_bound(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_RENEW_SECONDS", 0.05)
    monkeypatch.setattr("reliability.outbox.services.runs.keeper", keeping.Keeper())
    seen: list[datetime | None] = []
    instant = [now]

    def lease_until() -> datetime | None:
        return Due.objects.get(kind="test.kept").lease_until

    @due_work("test.kept", lease=timedelta(minutes=5), kept=True)
    def kept(*, key: str, payload: dict[str, object], now: datetime) -> None:
        for minutes, seconds in ((1, 10), (4, 10), (6, 0.4)):
            instant[0] = now + timedelta(minutes=minutes)
            deadline = time.monotonic() + seconds
            while lease_until() != instant[0] + keeping.KEPT and time.monotonic() < deadline:
                time.sleep(0.02)
            seen.append(lease_until())

    try:
        schedule(kind="test.kept", key=1, due_at=now)
        (held,) = claim(now=now, bounds=BOUNDS)
        run(due_id=held.due_id, token=held.token, owner="w", clock=lambda: instant[0])
    finally:
        forget(kind="test.kept")
    minute = timedelta(minutes=1)
    assert seen == [now + minute + keeping.KEPT, now + 4 * minute + keeping.KEPT, now + 4 * minute + keeping.KEPT]


@pytest.mark.django_db(transaction=True)
def test_a_lost_lease_is_not_renewed(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_RENEW_SECONDS", 0.05)
    token, other = uuid.uuid4(), uuid.uuid4()
    Due.objects.create(kind="test.other", key="1", due_at=now, lease_token=other, lease_until=now)
    with keeping.Keeper().keeping(token=token, until=now + SECOND, clock=lambda: now):
        time.sleep(0.3)
    assert Due.objects.get(kind="test.other").lease_until == now
