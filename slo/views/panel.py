"""Objectives on the page of their service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from slo.selectors.slos import SloFilters, list_slos
from slo.views.query import ListQuery
from slo.views.rows import rows_of

ROWS_MAX = 20


def objectives_of_service(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """The worst objectives of the service; `more` when there are others on the list."""
    found = list_slos(caller=request.caller, filters=SloFilters(service_name=service.name))[: ROWS_MAX + 1]
    rows = rows_of(found, caller=request.caller, now=now)
    return {
        "rows": rows[:ROWS_MAX],
        "more": len(rows) > ROWS_MAX,
        "query": ListQuery(service=service.name, is_grouped=True),
        "may_create": request.caller.may(service.team_id, Role.EDITOR),
    }
