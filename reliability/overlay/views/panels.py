"""The timeline on the pages of services and objectives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.overlay.sections import section_of
from reliability.overlay.selectors.scopes import ids_with_needs
from reliability.overlay.tracks import Scope
from reliability.web.errors import Invalid
from reliability.web.timerange import TimeRange
from slo.models import Slo

RECENT = timedelta(days=7)
WITH_NEEDS = "needs"


def timeline_of_service(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
    """The last seven days; with `?timeline=needs` also of what it needs."""
    with_needs = request.GET.get("timeline") == WITH_NEEDS
    ids = ids_with_needs(caller=request.caller, service_ids=[service.pk]) if with_needs else frozenset({service.pk})
    until = floor_minute(now) + timedelta(minutes=1)
    scope = Scope(period=Period(until - RECENT, until), service_ids=ids)
    section = section_of(caller=request.caller, scope=scope, now=now, service_name=service.name)
    return {"timeline": section, "with_needs": with_needs, "has_choice": True, "words": "in the last 7 days"}


def timeline_of_slo(*, request: AccessRequest, slo: Slo, now: datetime) -> Mapping[str, Any]:
    """Over the range of the page: what touches the objective, and was deployed and changed on its service."""
    try:
        period = TimeRange.from_request(request, now=now).period
    except Invalid:
        return {}
    service = visible(caller=request.caller, related=slo.service)
    section = section_of(
        caller=request.caller,
        scope=Scope(period=period, slo=slo, service_ids=None),
        now=now,
        service_name=service.name if service else "",
    )
    return {"timeline": section, "words": "in the range of this page"}
