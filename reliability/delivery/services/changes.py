"""Changes in production, as other systems tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
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
) -> Change:
    """Keep the change once: of one (origin, key) the first stays, whatever is told later. at: None means *now*.

    A change that claims to lie in the future happened now: senders' clocks run ahead.
    """
    known: Change | None = Change.objects.filter(origin=origin, key=key).first()
    if known is not None:
        return known
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
