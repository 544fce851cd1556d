"""Changes in production, as other systems tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from reliability.delivery.models import Change

_TITLE_LENGTH_MAX = 255


def record(
    *,
    team_id: int,
    origin: str,
    key: str,
    title: str,
    now: datetime,
    service_id: int | None = None,
    links: Sequence[Mapping[str, str]] = (),
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    repeats_within: timedelta | None = None,
) -> Change:
    """Keep the change once: of one (origin, key) the first stays, whatever is told later. at: None means *now*.

    A change that claims to lie in the future happened now: senders' clocks run ahead. repeats_within: for keys that do
    not name one change, such as the hash of a body: told again within this time it is a repeat, later another change.
    """
    keys = [key]
    if repeats_within is not None:
        number = int(now.timestamp() // repeats_within.total_seconds())
        keys = [f"{key}@{number}", f"{key}@{number - 1}"]
    recent = Change.objects.filter(origin=origin, key__in=keys)
    if repeats_within is not None:
        recent = recent.filter(received_at__gt=now - repeats_within)
    known: Change | None = recent.order_by("-pk").first()
    if known is not None:
        return known
    key = keys[0]
    try:
        with transaction.atomic():
            made: Change = Change.objects.create(
                team_id=team_id,
                service_id=service_id,
                origin=origin,
                key=key,
                title=title[:_TITLE_LENGTH_MAX],
                links=[dict(link) for link in links],
                details=dict(details or {}),
                at=min(at or now, now),
                received_at=now,
            )
    except IntegrityError:  # told twice at the same instant
        made = Change.objects.get(origin=origin, key=key)
    return made
