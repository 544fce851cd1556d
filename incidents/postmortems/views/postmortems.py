"""The list of postmortems, and of the incidents that still need one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.postmortems.domain.due import DUE_AFTER
from incidents.postmortems.domain.factors import Category
from incidents.postmortems.domain.states import UNFINISHED, State
from incidents.postmortems.models import Postmortem
from incidents.postmortems.parts import Act
from incidents.postmortems.selectors.postmortems import (
    NEEDED_FOR,
    PostmortemFilters,
    counts_by_state,
    incidents_without,
    list_postmortems,
)
from incidents.postmortems.views.query import OVERDUE, PostmortemQuery
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.tabs import tabs_for
from incidents.response.views.rows import severity_slug
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of

PER_PAGE = 50
_SETTINGS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Tab:
    """As web/_tabs.html has it."""

    title: str
    url: str
    is_here: bool
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """lasted: from the beginning to the resolution, if both are known."""

    postmortem: Postmortem
    state: str
    severity: str
    lasted: timedelta | None
    services: list[Service]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class MissingRow:
    incident: Incident
    severity: str
    due_at: datetime | None
    is_overdue: bool
    may_draft: bool


@require_safe
def postmortem_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; the newest incident first."""
    now = timezone.now()
    query = PostmortemQuery.of(request.GET)
    page = page_of(request, list_postmortems(caller=request.caller, filters=query.filters(now=now)), per_page=PER_PAGE)
    counts = counts_by_state(caller=request.caller)
    context = {
        "place_tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": [_row(request, one, now) for one in page.object_list],
        "tabs": _tabs(request, counts, now, here=query.state),
        "is_empty": not any(counts.values()),
        "missing": incidents_without(caller=request.caller, now=now).count(),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "severities": list(Severity),
        "categories": list(Category),
        "acts": _acts(request),
    }
    return render(request, "postmortems/list.html", context)


def _acts(request: AccessRequest) -> list[Act]:
    """Bringing in old ones, and what the teams chose whose editors ask."""
    teams = readable_teams(caller=request.caller).order_by("name", "pk")
    found = []
    if any(request.caller.may(team.pk, Role.RESPONDER) for team in teams):
        found.append(Act("Import", reverse("postmortem-import"), "plus"))
    chosen = [team for team in teams if request.caller.may(team.pk, Role.EDITOR)][:_SETTINGS_SHOWN]
    for team in chosen:
        title = "Settings" if len(chosen) == 1 else f"Settings of {team.name}"
        found.append(Act(title, reverse("postmortem-settings", args=[team.slug]), "settings"))
    return found


@require_safe
def postmortem_missing(request: AccessRequest) -> HttpResponse:
    """Incidents of Sev1 and Sev2 that are over and have none; what is due longest on top."""
    now = timezone.now()
    page = page_of(request, incidents_without(caller=request.caller, now=now), per_page=PER_PAGE)
    context = {
        "place_tabs": tabs_for(request),
        "page": page,
        "rows": [_missing(request, one, now) for one in page.object_list],
        "tabs": _tabs(request, counts_by_state(caller=request.caller), now, here="missing"),
        "days": NEEDED_FOR.days,
    }
    return render(request, "postmortems/missing.html", context)


def _tabs(request: AccessRequest, counts: dict[State, int], now: datetime, *, here: str) -> list[Tab]:
    url = reverse("postmortem-list")
    overdue = PostmortemFilters(is_overdue_at=now)
    return [
        Tab("All", url, here == "", sum(counts.values())),
        *(
            Tab(state.words.capitalize(), f"{url}?state={state.value}", here == state.value, counts[state])
            for state in State
        ),
        Tab(
            "Overdue",
            f"{url}?state={OVERDUE}",
            here == OVERDUE,
            list_postmortems(caller=request.caller, filters=overdue).count(),
        ),
        Tab(
            "Incidents that need one",
            reverse("postmortem-missing"),
            here == "missing",
            incidents_without(caller=request.caller, now=now).count(),
        ),
    ]


def _row(request: AccessRequest, one: Postmortem, now: datetime) -> Row:
    seen = [visible(caller=request.caller, related=service) for service in one.services.all()]
    ends = one.resolved_at is not None and one.started_at is not None
    return Row(
        postmortem=one,
        state=f"postmortem_{one.state}",
        severity=f"sev{one.severity}" if one.severity else "",
        lasted=one.resolved_at - one.started_at if ends else None,  # type: ignore[operator]  # both are there
        services=[service for service in seen if service is not None],
        is_overdue=State(one.state) in UNFINISHED and one.due_at is not None and one.due_at < now,
    )


def _missing(request: AccessRequest, incident: Incident, now: datetime) -> MissingRow:
    over_at = incident.resolved_at or incident.closed_at
    due_at = None if over_at is None else over_at + DUE_AFTER
    return MissingRow(
        incident=incident,
        severity=severity_slug(incident.severity),
        due_at=due_at,
        is_overdue=due_at is not None and due_at < now,
        may_draft=request.caller.may(incident.team_id, Role.RESPONDER),
    )
