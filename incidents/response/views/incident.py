"""The page of one incident, and its parts, each of which refreshes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.response.forms.comment import CommentForm
from incidents.response.models import Incident
from incidents.response.panels import more_menu_items, rendered_panels
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.views.around import timeline_around
from incidents.response.views.heads import head_of
from incidents.response.views.impacts import impact_of, impacted_services
from incidents.response.views.lines import alerts_of, origin_words, runbooks_of
from incidents.response.views.menu import menu_of
from incidents.response.views.milestones import milestones_of
from incidents.response.views.people import people_of, roles_of
from incidents.response.views.related import similar_of
from incidents.response.views.suspects import suspects_of
from incidents.response.views.timelines import TimelineQuery, timeline_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at which incident, and when."""

    request: AccessRequest
    incident: Incident
    now: datetime


Part = Callable[[Looking], dict[str, Any]]


def _head(looking: Looking) -> dict[str, Any]:
    roles = roles_of(looking.incident)
    head = head_of(looking.incident, roles=roles, caller=looking.request.caller, now=looking.now)
    return {"head": head}


def _timeline(looking: Looking) -> dict[str, Any]:
    return {"timeline": timeline_of(looking.incident, query=TimelineQuery.of(looking.request.GET))}


def _people(looking: Looking) -> dict[str, Any]:
    roles = roles_of(looking.incident)
    return {"people": people_of(looking.incident, roles=roles, caller=looking.request.caller)}


def _impact(looking: Looking) -> dict[str, Any]:
    return {"impact": impact_of(looking.incident, caller=looking.request.caller, now=looking.now)}


def _alerts(looking: Looking) -> dict[str, Any]:
    return alerts_of(looking.incident, caller=looking.request.caller)


def _suspects(looking: Looking) -> dict[str, Any]:
    caller = looking.request.caller
    services = impacted_services(looking.incident, caller=caller)
    return {
        "suspects_url": _addresses(looking)["suspects"],
        "suspects": suspects_of(looking.incident, services=services, caller=caller),
    }


def _milestones(looking: Looking) -> dict[str, Any]:
    return milestones_of(looking.incident)


PARTS: Mapping[str, Part] = {
    "head": _head,
    "timeline": _timeline,
    "people": _people,
    "impact": _impact,
    "alerts": _alerts,
    "suspects": _suspects,
    "milestones": _milestones,
}


@require_safe
def incident_detail(request: AccessRequest, number: int) -> HttpResponse:
    """The whole page, or `?part=timeline` one of its parts."""
    incident = get_incident(caller=request.caller, number=number)
    looking = Looking(request, incident, timezone.now())
    context: dict[str, Any] = {
        "incident": incident,
        # What was merged is a record: work goes on in the other one.
        "may_respond": incident.merged_into_id is None and request.caller.may(incident.team_id, Role.RESPONDER),
    }
    wanted = request.GET.get("part", "")
    if wanted in PARTS:
        return render(request, f"response/_{wanted}.html", context | PARTS[wanted](looking))
    return render(request, "response/detail.html", context | whole_page(looking))


def whole_page(looking: Looking) -> dict[str, Any]:
    """Every part, and what does not refresh."""
    incident, caller = looking.incident, looking.request.caller
    context: dict[str, Any] = {
        "title": f"#{incident.pk}",
        "origin": origin_words(incident, caller=caller),
        "comment_form": CommentForm(),
        "similar": similar_of(incident, caller=caller),
        "runbooks": runbooks_of(incident, caller=caller),
        "parts": _addresses(looking),
    }
    for part in PARTS.values():
        context |= part(looking)
    menu = menu_of(incident, alerts_count=context["alerts_total"])
    return context | {
        "menu": [*menu, *more_menu_items(request=looking.request, incident=incident)],
        "panels": rendered_panels(request=looking.request, incident=incident, now=looking.now),
        "around": timeline_around(request=looking.request, incident=incident, now=looking.now),
    }


def _addresses(looking: Looking) -> dict[str, str]:
    """Where each part is refreshed from, in the zone of the page."""
    here = reverse("incident-detail", args=[looking.incident.pk])
    query = TimelineQuery.of(looking.request.GET)
    zone = looking.request.GET.get("tz", "")
    suffix = f"&tz={zone}" if zone.replace("/", "").replace("_", "").replace("-", "").isalnum() else ""
    return {name: f"{here}{query.address(part=name)}{suffix}" for name in PARTS}
