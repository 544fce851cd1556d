"""What losing events and minutes costs a service, for the impact of postmortems."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from incidents.postmortems.models import ServiceRate
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Invalid
from slo.models import Slo

AMOUNT_MAX = Decimal("1000000000")
_CURRENCY = re.compile(r"[A-Z]{3}")


@transaction.atomic
def set_rate(
    *,
    caller: Caller,
    service: Service,
    per_lost_event: Decimal | None,
    per_minute: Decimal | None,
    currency: str,
    slo: Slo | None,
    now: datetime,
    expected_revision: int | None = None,
) -> ServiceRate | None:
    """Both None takes the rate away. slo: whose lost events are counted. Drafts keep what they were reckoned with.

    Raises NotFound, Forbidden (editors of the team), Invalid, Conflict.
    """
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    _check(per_lost_event, per_minute, currency)
    _check_objective(service, slo, per_lost_event)
    row = ServiceRate.objects.select_for_update().filter(service=service).first()
    if expected_revision is not None and (row.revision if row else 0) != expected_revision:
        raise Conflict(
            "somebody changed the rate after you opened it: compare and save again", reason="changed_meanwhile"
        )
    before = _words(row)
    if per_lost_event is None and per_minute is None:
        if row is not None:
            row.delete()
        row = None
    else:
        row, _ = ServiceRate.objects.update_or_create(
            service=service,
            defaults={
                "per_lost_event": per_lost_event,
                "per_minute": per_minute,
                "currency": currency,
                "slo": slo if per_lost_event is not None else None,
                "updated_at": now,
                "updated_by_name": caller.name[:160],
                "revision": (row.revision if row else 0) + 1,
            },
        )
    if _words(row) != before:
        audit.record(
            caller=caller,
            action="service.loss_rate",
            object_kind="service",
            object_name=service.name,
            team_id=service.team_id,
            now=now,
            changes={"loss_rate": [before, _words(row)]},
        )
    return row


def _words(row: ServiceRate | None) -> str:
    if row is None:
        return ""
    lost = f"per lost event of {row.slo.name}" if row.slo else "per lost event"
    parts = [(row.per_lost_event, lost), (row.per_minute, "per minute")]
    return ", ".join(f"{amount.normalize():f} {row.currency} {words}" for amount, words in parts if amount is not None)


def _check_objective(service: Service, slo: Slo | None, per_lost_event: Decimal | None) -> None:
    if slo is not None and slo.service_id != service.pk:
        raise Invalid(details=[{"field": "slo", "message": "belongs to another service: choose one of this"}])
    if slo is None and per_lost_event is not None:
        message = "say whose lost events cost that: an order that fails and one that is late are not both lost"
        raise Invalid(details=[{"field": "slo", "message": message}])


def _check(per_lost_event: Decimal | None, per_minute: Decimal | None, currency: str) -> None:
    details = [
        {"field": name, "message": f"is 0 to {AMOUNT_MAX:,}, with at most four digits behind the point"}
        for name, amount in (("per_lost_event", per_lost_event), ("per_minute", per_minute))
        if amount is not None and not (amount.is_finite() and 0 <= amount <= AMOUNT_MAX and _is_short(amount))
    ]
    if not _CURRENCY.fullmatch(currency):
        details.append({"field": "currency", "message": "is three capital letters, such as EUR or USD"})
    if details:
        raise Invalid(details=details)


def _is_short(amount: Decimal) -> bool:
    return amount == amount.quantize(Decimal("0.0001"))
