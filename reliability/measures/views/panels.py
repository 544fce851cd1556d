"""Ratios on the page of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from reliability.measures.selectors.ratios import kinds_of, measured
from reliability.measures.views.rows import row_of
from reliability.web.errors import Invalid

RECENT = timedelta(days=28)


def ratios_of_service(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
    """Over the last four weeks; those of teams are left out. Too many figures are a sentence here."""
    until = floor_minute(now)
    period = Period(until - RECENT, until)
    try:
        found = measured(
            caller=request.caller,
            scope=Scope(service_id=service.pk),
            period=period,
            buckets=[period],
            kinds=kinds_of(caller=request.caller, team_slug=service.team.slug),
        )
    except Invalid as refusal:
        return {"problem": refusal.message}
    return {"rows": [row_of(one) for one in found if one.whole.above.n or one.whole.below.n]}
