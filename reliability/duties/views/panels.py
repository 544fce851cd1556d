"""Duties and toil on the page of a service, and duties in the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.duties.selectors.duties import DutyFilters, list_duties
from reliability.duties.selectors.toil import ToilFilters, list_toil
from reliability.duties.views.rows import row_of
from reliability.web.search import Hit

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


def duties_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable duties whose title or instructions hold the words."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    filters = DutyFilters(text=query.replace("\0", ""))
    found = list_duties(caller=caller, filters=filters, now=timezone.now())[:limit]
    return [Hit("Duty", one.title, reverse("duty", args=[one.pk]), one.team.name, icon="refresh") for one in found]
