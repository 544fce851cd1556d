"""Taking due rows for a worker: a claim is a lease with a token, and a lost token can change nothing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.models import Due, Heartbeat
from reliability.outbox.registry import known_kinds, slow_kinds
from reliability.outbox.selectors.backlog import TICK
from reliability.outbox.services.lanes import FIRST, rows_of_lanes, successor_in

# A row whose message no worker took up within this time is claimed and sent again: the broker may have lost it.
DISPATCH_LEASE = timedelta(seconds=3)
DEATHS_BEFORE_PAUSE = 3


@dataclass(frozen=True, slots=True)
class Claim:
    due_id: int
    kind: str
    key: str
    token: uuid.UUID
    lane: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many rows may be claimed at once: `waiting` for a worker, and `batch` rows of bulk work in hand.

    slots: of all workers together. Rows of slow kinds, bulk work among them, leave one of them free, and so do lanes.
    As many urgent rows as there are slots may wait although others fill the room.
    """

    waiting: int
    batch: int
    slots: int


def claimable(*, now: datetime, kinds: Collection[str]) -> QuerySet[Due]:
    """Due rows of the kinds that nobody holds."""
    return _free(now=now).filter(kind__in=kinds)


def _free(*, now: datetime) -> QuerySet[Due]:
    return Due.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now), due_at__lte=now)


def _kinds_due(*, now: datetime) -> frozenset[str]:
    """Few at a time, while a hundred are known. Rows of kinds that no handler knows are kept and left alone."""
    return known_kinds() & frozenset(_free(now=now).order_by().values_list("kind", flat=True).distinct())


def claim(*, now: datetime, bounds: Bounds) -> list[Claim]:
    """Lease the rows that are due, urgent ones first, then the oldest, bulk work last; of two callers each gets others.

    PostgreSQL skips rows that another transaction has locked. SQLite transactions are IMMEDIATE here, so one
    claim sees what the other committed.
    """
    kinds = _kinds_due(now=now)
    if not kinds or (_in_hand(now=now).exists() and not _rows_with_room(kinds=kinds, bounds=bounds, now=now)):
        return []  # nothing is due, or in a burst all lanes are full: both take no write lock
    token = uuid.uuid4()
    with transaction.atomic():
        _wait_for_other_claimers()
        rows = _rows_with_room(kinds=kinds, bounds=bounds, now=now, locks=True)
        Due.objects.filter(pk__in=[row.pk for row in rows]).update(
            lease_token=token, lease_until=now + DISPATCH_LEASE, lease_owner="", begun_at=None
        )
    return [_claim_of(row, token) for row in rows]


def _rows_with_room(*, kinds: frozenset[str], bounds: Bounds, now: datetime, locks: bool = False) -> list[Due]:
    """Of the claimable rows those that the bounds allow to take up now. locks: keeps them from others, and skips
    what others keep."""
    in_hand = list(_in_hand(now=now).only("kind", "lane", "begun_at", "is_urgent"))
    waiting = Counter(row.is_urgent for row in in_hand if row.begun_at is None)
    room = max(bounds.waiting - waiting.total(), 0)
    urgent_room = max(room, bounds.slots - waiting[True])
    due = claimable(now=now, kinds=kinds)
    free = (due.select_for_update(skip_locked=True) if locks else due).order_by(*FIRST)
    rows = list(free.filter(lane="", kind__in=kinds - slow_kinds().keys())[:urgent_room])
    rows += _slow_rows(kinds=kinds & slow_kinds().keys(), free=free, in_hand=in_hand, bounds=bounds)
    rows += rows_of_lanes(claimable=due, free=free, in_hand=in_hand, slots=bounds.slots, now=now)
    rows.sort(key=_urgent_first_bulk_last)
    urgent = [row for row in rows if row.is_urgent][:urgent_room]
    return urgent + [row for row in rows if not row.is_urgent][: max(room - len(urgent), 0)]


def _in_hand(*, now: datetime) -> QuerySet[Due]:
    return Due.objects.filter(lease_until__gt=now).order_by()


def claim_successor(*, lane: str, now: datetime) -> Claim | None:
    """The row of the lane that takes over the slot of one that has just ended, in the transaction that ended it.

    One for one: what the bounds count stays the same. None when another lane's turn has come.
    """
    row = successor_in(lane=lane, claimable=claimable(now=now, kinds=known_kinds()), now=now)
    if row is None:
        return None
    token = uuid.uuid4()
    Due.objects.filter(pk=row.pk).update(
        lease_token=token, lease_until=now + DISPATCH_LEASE, lease_owner="", begun_at=None
    )
    return _claim_of(row, token)


def _claim_of(row: Due, token: uuid.UUID) -> Claim:
    return Claim(due_id=row.pk, kind=row.kind, key=row.key, token=token, lane=row.lane, is_urgent=row.is_urgent)


def _wait_for_other_claimers() -> None:
    """Two that count what is in hand at the same time would both use the same room. SQLite lets one write anyway."""
    if connection.features.has_select_for_update:
        Heartbeat.objects.select_for_update().filter(pk=TICK).first()


def _slow_rows(*, kinds: frozenset[str], free: QuerySet[Due], in_hand: Sequence[Due], bounds: Bounds) -> list[Due]:
    """Rows of slow kinds as far as the bounds of each kind, of bulk work and of all of them together allow."""
    slow = slow_kinds()
    held = Counter(row.kind for row in in_hand if row.kind in slow)
    candidates: list[Due] = []
    for kind in sorted(kinds):
        kind_room = slow[kind].rows_at_once(slots=bounds.slots) - held[kind]
        candidates += free.filter(kind=kind)[: max(kind_room, 0)]
    room = max(bounds.slots - 1, 1) - held.total()
    batch_room = bounds.batch - sum(held[kind] for kind, registration in slow.items() if registration.batch)
    rows: list[Due] = []
    for row in sorted(candidates, key=_urgent_first_bulk_last):
        is_batch = slow[row.kind].batch
        if len(rows) < room and (not is_batch or batch_room > 0):
            rows.append(row)
            batch_room -= is_batch
    return rows


def _urgent_first_bulk_last(row: Due) -> tuple[bool, bool, datetime, int]:
    registration = slow_kinds().get(row.kind)
    return (not row.is_urgent, registration is not None and registration.batch, row.due_at, row.pk)


def release(*, claims: list[Claim]) -> None:
    """Give back rows whose message could not be sent."""
    for lost in claims:
        Due.objects.filter(pk=lost.due_id, lease_token=lost.token).update(lease_token=None, lease_until=None)


@transaction.atomic
def release_owned(*, owner: str, now: datetime) -> int:
    """Give back what a worker of this name had begun: it is starting anew, so its former self is dead.

    Returns the number of rows. Takes seconds where waiting for the leases would take minutes. Work that was
    in hand at several deaths may be their cause: it waits.
    """
    rows = list(Due.objects.select_for_update().filter(lease_owner=owner, lease_token__isnull=False))
    for row in rows:
        put_back(row=row, now=now)
    return len(rows)


def put_back(*, row: Due, now: datetime) -> None:
    """Free a row whose run ended without a result; after several such ends only after a pause."""
    if row.attempts >= DEATHS_BEFORE_PAUSE:
        row.due_at = now + pause_after(attempts=row.attempts)
        row.last_error = f"the worker died {row.attempts} times while it did this"
        row.last_error_at = now
    row.lease_token = row.lease_until = row.begun_at = None
    row.lease_owner = ""
    row.save(
        update_fields=(
            "due_at",
            "last_error",
            "last_error_at",
            "lease_token",
            "lease_until",
            "begun_at",
            "lease_owner",
        )
    )
