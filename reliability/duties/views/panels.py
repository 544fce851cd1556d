"""Duties and toil on the page of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.duties.selectors.duties import DutyFilters, list_duties
from reliability.duties.selectors.toil import ToilFilters, list_toil
from reliability.duties.views.rows import row_of

SHOWN = 5
_TOIL_DAYS = 28


def duties_of_service(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
    found = list_duties(caller=request.caller, filters=DutyFilters(service_name=service.name), now=now)
    since = now.date() - timedelta(days=_TOIL_DAYS)
    entries = list_toil(caller=request.caller, filters=ToilFilters(service_name=service.name, since=since))
    rows = list(found[: SHOWN + 1])
    return {
        "rows": [row_of(one, caller=request.caller, now=now) for one in rows[:SHOWN]],
        "is_more": len(rows) > SHOWN,
        "toil_hours": entries.order_by().aggregate(total=Sum("hours"))["total"] or Decimal(),
        "toil_days": _TOIL_DAYS,
        "may_edit": request.caller.may(service.team_id, Role.EDITOR),
        "may_write": request.caller.may(service.team_id, Role.RESPONDER),
    }
