"""Reading kept payloads again: the rejects after a setting was mended, everything after a parser was."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.delivery.models import DeliveryIntegration, RawDelivery
from reliability.delivery.services.keys import keys
from reliability.delivery.services.receiving import read
from reliability.outbox.services.due import demand

KIND = "delivery.replay"
_AT_ONCE = 500
_FORGOTTEN_AT_ONCE = 2_000


def replay(*, caller: Caller, integration: DeliveryIntegration, is_everything: bool, now: datetime) -> int:
    """Have the rejects, or everything that is kept, read again soon. Returns how many. Raises Forbidden."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    found = RawDelivery.objects.filter(integration=integration)
    if not is_everything:
        found = found.filter(state=RawDelivery.State.REJECTED)
    with transaction.atomic():
        count = found.count()
        if count:
            last = found.order_by("-pk").values_list("pk", flat=True).first()
            word = uuid.uuid4().hex[:12] if is_everything else ""
            payload = {"after": 0, "to": last, "replay": word}
            demand(kind=KIND, key=integration.pk, payload=payload, now=now)
            what = "everything" if is_everything else "rejects"
            keys.record(caller, "replay", integration, now, {what: [None, count]}, "")
    return count


def go_on(*, integration_id: int, payload: dict[str, Any], now: datetime) -> datetime | None:
    """Some hundreds of payloads in their order of arrival. Returns *now* while more are left, else None."""
    integration = DeliveryIntegration.objects.select_related("service").filter(pk=integration_id).first()
    if integration is None:
        return None
    after = int(payload.get("after", 0))
    with transaction.atomic():
        found = RawDelivery.objects.select_for_update(of=("self",)).filter(
            integration=integration, pk__gt=after, pk__lte=int(payload.get("to", 0))
        )
        if not payload.get("replay"):
            found = found.filter(state=RawDelivery.State.REJECTED)
        rows = list(found.order_by("pk")[:_AT_ONCE])
        if rows:
            read(integration=integration, rows=rows, now=now, replay=str(payload.get("replay", "")))
            # Written with what was read: a worker that dies here is followed by one that goes on there.
            demand(kind=KIND, key=integration.pk, payload={**payload, "after": rows[-1].pk}, now=now)
    return None


def forget_old(*, now: datetime) -> int:
    """Payloads beyond DELIVERY_RAW_DAYS, some thousands at a time. Returns how many."""
    old = RawDelivery.objects.filter(received_at__lt=now - timedelta(days=settings.DELIVERY_RAW_DAYS))
    ids = list(old.order_by("received_at").values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    for start in range(0, len(ids), 500):
        RawDelivery.objects.filter(pk__in=ids[start : start + 500]).delete()
    return len(ids)
