"""The list of game days: live, next, past."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.selectors.game_days import list_game_days
from chaos.gamedays.views.choices import teams_of_editor
from chaos.gamedays.views.query import WHEN, ListQuery
from chaos.gamedays.views.rows import rows_of
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.web.pagination import page_of

PER_PAGE = 50
LIVE_MAX = 20
NEXT_MAX = 50


@require_safe
def game_day_list(request: AccessRequest) -> HttpResponse:
    """All three, or `?when=` one of them; past ones by the page."""
    query = ListQuery.of(request.GET)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "query": query,
        "whens": [(slug, title) for slug, (title, _) in WHEN.items()],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "may_plan": teams_of_editor(caller=request.caller).exists(),
        **(_one(request, query) if query.when else _all(request, query)),
    }
    return render(request, "gamedays/list.html", context)


def _all(request: AccessRequest, query: ListQuery) -> dict[str, Any]:
    """On further pages the past alone."""
    past = page_of(request, list_game_days(caller=request.caller, filters=query.filters("past")), per_page=PER_PAGE)
    sections: list[dict[str, Any]] = []
    if past.number == 1:
        live = list_game_days(caller=request.caller, filters=query.filters("live"))[:LIVE_MAX]
        coming = _soonest_first(request, query)[: NEXT_MAX + 1]
        rows = rows_of(coming)
        sections = [
            {"slug": "live", "title": "Live", "rows": rows_of(live)},
            {"slug": "next", "title": "Next", "rows": rows[:NEXT_MAX], "more": len(rows) > NEXT_MAX},
        ]
    sections.append({"slug": "past", "title": "Past", "rows": rows_of(past.object_list)})
    shown = [one for one in sections if one["rows"]]
    return {"sections": shown, "page": past, "is_empty": not shown, "past_url": reverse("game-day-list")}


def _one(request: AccessRequest, query: ListQuery) -> dict[str, Any]:
    found = list_game_days(caller=request.caller, filters=query.filters(query.when))
    if query.when == "next":
        found = _soonest_first(request, query)
    page = page_of(request, found, per_page=PER_PAGE)
    section = {"slug": query.when, "title": WHEN[query.when][0], "rows": rows_of(page.object_list)}
    return {"sections": [section] if section["rows"] else [], "page": page, "is_empty": not section["rows"]}


def _soonest_first(request: AccessRequest, query: ListQuery) -> Any:
    found = list_game_days(caller=request.caller, filters=query.filters("next"))
    return found.order_by(F("starts_at").asc(nulls_last=True), "pk")
