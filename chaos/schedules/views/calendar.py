"""/chaos/calendar/: experiments, runs, blackouts, game days and on-call shifts by month, week and day."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import is_editor_somewhere
from chaos.runs.calendar import Kind
from chaos.schedules.domain.month import Shown, cells, shown_of
from chaos.schedules.selectors.calendar import Filters, entries
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.kit.days import day_of
from reliability.web.errors import Invalid
from reliability.web.fields import page_zone
from reliability.web.zones import zone_named

# Entries of one day that are shown before "+n more".
MOST = {"month": 4, "week": 20, "day": 1_000}
VIEWS = (("month", "Month"), ("week", "Week"), ("day", "Day"))


@require_safe
def calendar(request: AccessRequest) -> HttpResponse:
    """`?view=month&at=2026-11&zone=Europe/Berlin`, narrowed by team, service and kinds."""
    with timezone.override(_zone(request)):
        return render(request, "schedules/calendar.html", _context(request))


def _zone(request: AccessRequest) -> Any:
    name = request.GET.get("zone", "").strip()
    try:
        return zone_named(name) if name else page_zone()
    except Invalid:
        return page_zone()


def _context(request: AccessRequest) -> dict[str, Any]:
    now = timezone.now()
    zone_name = page_zone().key
    today = day_of(now, zone_name=zone_name)
    get = request.GET
    shown = shown_of(view=get.get("view", ""), at=get.get("at", "").strip(), today=today, zone_name=zone_name)
    kinds = frozenset(kind for kind in Kind if kind.value in get.getlist("kind"))
    filters = Filters(team_slug=_name(get, "team"), service_name=_name(get, "service"), kinds=kinds)
    found = entries(caller=request.caller, period=shown.period, filters=filters)
    kept = [(name, value) for name in ("team", "service", "kind", "zone", "tz") for value in get.getlist(name) if value]
    return {
        "tabs": tabs_for(request),
        "shown": shown,
        "cells": cells(
            entries=found.entries,
            shown=shown,
            today=today,
            most=MOST[shown.view],
            folds_shifts=shown.view == "month" and kinds != {Kind.ON_CALL},
        ),
        "count": len(found.entries),
        "remarks": found.remarks,
        "filters": filters,
        "is_narrowed": filters != Filters(),
        "kinds": [(kind, not kinds or kind in kinds) for kind in Kind],
        "views": [(name, words, _address(kept, name, shown.day)) for name, words in VIEWS],
        "before_url": _address(kept, shown.view, shown.before, shown),
        "after_url": _address(kept, shown.view, shown.after, shown),
        "today_url": _address(kept, shown.view, today, shown),
        "holds_today": shown.first <= today < shown.after,
        "day_query": urlencode([("view", "day"), *kept]),
        "zone_name": zone_name,
        "zone_asked": get.get("zone", ""),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "may_edit": is_editor_somewhere(request) or request.caller.is_administrator,
        "now": now,
    }


def _name(data: QueryDict, field: str) -> str:
    return data.get(field, "").replace("\0", "")[:63]


def _address(kept: list[tuple[str, str]], view: str, day: Any, shown: Shown | None = None) -> str:
    at = f"{day:%Y-%m}" if view == "month" and shown is not None else day.isoformat()
    return "?" + urlencode([("view", view), ("at", at), *kept])
