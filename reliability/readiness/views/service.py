"""The readiness of one service: what is missing first, and the one next step for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.selectors.standings import readiness_of

STEPS_SHOWN = 5


@require_safe
def service_readiness(request: AccessRequest, name: str) -> HttpResponse:
    """`?part=summary`: how far it is and the first steps that are missing, for the page of the service."""
    now = timezone.now()
    service = get_service(caller=request.caller, name=name)
    found = readiness_of(caller=request.caller, services=[service], now=now)[0]
    if request.GET.get("part") == "summary":
        steps, more = found.missing[:STEPS_SHOWN], max(0, found.tally.missing - STEPS_SHOWN)
        summary = {"service": service, "found": found, "steps": steps, "more": more}
        return render(request, "readiness/_summary.html", summary)
    context = {
        "service": service,
        "found": found,
        "days": found.by_day(),
        "may_answer": request.caller.may(service.team_id, Role.RESPONDER),
        "may_decide": request.caller.may(service.team_id, Role.EDITOR),
        "as_of": now,
    }
    return render(request, "readiness/service.html", context)


def readiness_panel(*, request: AccessRequest, service: Service, now: datetime) -> dict[str, Any]:
    """Nothing: every proof is asked for one service, so its page leaves that to a request of its own."""
    return {}
