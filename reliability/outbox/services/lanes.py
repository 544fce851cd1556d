"""Which rows of lanes may be taken up now, so that an outside system that hangs holds few slots.

A lane has two slots; lanes whose last run took long have one between them; all lanes leave one slot free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber

from reliability.outbox.models import Due, SlowLane

LANE_SLOTS = 2
FIRST = ("-is_urgent", "due_at", "pk")  # what goes first
SLOW_AFTER = timedelta(seconds=3)
# A lane is tried like any other this long after its last slow run.
SLOW_FOR = timedelta(minutes=2)


def rows_of_lanes(
    *, claimable: QuerySet[Due], free: QuerySet[Due], in_hand: Sequence[Due], slots: int, now: datetime
) -> list[Due]:
    """Rows to take up now, urgent ones first. free: the same rows as *claimable*, locking what it reads."""
    held = Counter(row.lane for row in in_hand if row.lane)
    room = max(slots - 1, 1) - held.total()
    waiting = claimable.exclude(lane="")
    if room <= 0 or not waiting.exists():
        return []
    slow = frozenset(SlowLane.objects.filter(until_at__gt=now).order_by().values_list("name", flat=True))
    full = [lane for lane, count in held.items() if count >= LANE_SLOTS]
    if sum(held[lane] for lane in slow):
        full += slow
    candidates = (
        waiting.exclude(lane__in=full)
        .annotate(place_in_lane=Window(RowNumber(), partition_by="lane", order_by=FIRST))
        .filter(place_in_lane__lte=LANE_SLOTS)
        .order_by(*FIRST)
        .values_list("pk", "lane")
    )
    chosen: list[int] = []
    is_slow_taken = False
    for pk, lane in candidates[: slots * LANE_SLOTS + len(slow) * LANE_SLOTS]:
        if len(chosen) >= room or held[lane] >= LANE_SLOTS or (lane in slow and is_slow_taken):
            continue
        is_slow_taken = is_slow_taken or lane in slow
        held[lane] += 1
        chosen.append(pk)
    return list(free.filter(pk__in=chosen)) if chosen else []


def successor_in(*, lane: str, claimable: QuerySet[Due], now: datetime) -> Due | None:
    """The first row of the lane, locked; None when one of a lane that has nothing in hand goes before it."""
    own = claimable.filter(lane=lane).order_by(*FIRST)
    row: Due | None = own.select_for_update(skip_locked=True).first()
    if row is None:
        return None
    in_hand = Due.objects.filter(lease_until__gt=now).exclude(lane="").order_by().values("lane")
    goes_before = Q(due_at__lt=row.due_at, is_urgent=row.is_urgent)
    if not row.is_urgent:
        goes_before |= Q(is_urgent=True)
    others = claimable.filter(goes_before).exclude(lane__in=("", lane)).exclude(lane__in=in_hand)
    return None if others.exists() else row


def note_duration(*, lane: str, taken: timedelta, now: datetime) -> None:
    """Remember a lane whose run took long, and forget it once one did not."""
    if taken > SLOW_AFTER:
        SlowLane.objects.update_or_create(name=lane, defaults={"until_at": now + SLOW_FOR})
    elif SlowLane.objects.filter(name=lane).exists():
        SlowLane.objects.filter(name=lane).delete()
