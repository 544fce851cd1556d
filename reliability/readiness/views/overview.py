"""Every service against every item, and the same as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.catalog.tabs import tabs_for
from reliability.kit.instants import format_instant
from reliability.readiness.domain.checklist import EMPTY, items_of
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.items import Item
from reliability.readiness.domain.standing import Standing, State, Verdict
from reliability.readiness.selectors.checklists import known_items
from reliability.readiness.selectors.standings import ServiceReadiness, all_readiness, readiness_of
from reliability.readiness.views.query import REVIEW_DUE, ReadinessQuery
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file

PER_PAGE = 25
_COLUMNS = (
    "service", "title", "team", "tier", "verdict", "review", "review_expires_at", "day", "item", "item_title", "kind",
    "required", "state", "found", "evidence", "evidence_link", "evidence_date", "given_by", "reviewed_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A service: a cell for each column, None where its checklist has the item off. own: what its team added."""

    found: ServiceReadiness
    cells: Sequence[tuple[Item, Standing | None]]
    own: Sequence[Standing]

    @property
    def own_met(self) -> int:
        return sum(not one.state.is_open for one in self.own)


@require_safe
def readiness_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address: `?team=`, `?tier=`, `?state=`, `?day=`, `?item=` (where it is open), `?q=`."""
    now = timezone.now()
    query = ReadinessQuery.of(request.GET)
    services = _services(request, query)
    if query.asks_for_answers:
        fitting = [one for one in all_readiness(caller=request.caller, services=services, now=now) if query.fits(one)]
        page = page_of(request, fitting, per_page=PER_PAGE)
        found = list(page.object_list)
    else:
        page = page_of(request, services, per_page=PER_PAGE)
        found = readiness_of(caller=request.caller, services=list(page.object_list), now=now)
    known = items_of(known=known_items(), definition=EMPTY)
    columns = [item for item in known if query.day in ("", item.day.value)]
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": [_row(one, columns, query) for one in found],
        "columns": columns,
        "days": [(day, sum(item.day is day for item in columns)) for day in Day],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "tiers": ("1", "2", "3", "4"),
        "states": [*((one.value, one.words.capitalize()) for one in Verdict), (REVIEW_DUE, "Review due")],
        "all_days": [(one.value, one.label) for one in Day],
        "items": [(item.slug, item.title) for item in known],
        "legend": list(State),
        "as_of": now,
    }
    return render(request, "readiness/overview.html", context)


@require_safe
def readiness_file(request: AccessRequest) -> HttpResponse:
    """One line for each item of every service that the filters leave, for a spreadsheet."""
    now = timezone.now()
    query = ReadinessQuery.of(request.GET)
    services = _services(request, query)
    rows = (
        _line(found, one)
        for found in all_readiness(caller=request.caller, services=services, now=now)
        if query.fits(found)
        for one in found.items
        if query.day in ("", one.item.day.value)
    )
    return table_file(columns=_COLUMNS, rows=rows, filename="readiness.csv")


def _services(request: AccessRequest, query: ReadinessQuery) -> QuerySet[Service]:
    found = list_services(caller=request.caller, text=query.text, team=query.team, tier=query.tier_number)
    return found.order_by("tier", "name", "pk")


def _row(found: ServiceReadiness, columns: Sequence[Item], query: ReadinessQuery) -> Row:
    by_slug = {one.item.slug: one for one in found.items}
    own = [one for one in found.items if one.item.is_own and query.day in ("", one.item.day.value)]
    return Row(found, [(item, by_slug.get(item.slug)) for item in columns], own)


def _line(found: ServiceReadiness, one: Standing) -> tuple[object, ...]:
    review, given = found.review, one.given
    return (
        found.service.name,
        found.service.title,
        found.service.team.slug,
        found.service.tier,
        found.verdict.value,
        review.verdict if review else None,
        format_instant(review.expires_at) if review and review.expires_at else None,
        one.item.day.value,
        one.item.slug,
        one.item.title,
        one.item.kind.value,
        "yes" if one.is_required else "no",
        one.state.value,
        one.text,
        given.text if given else None,
        given.url if given else None,
        given.happened_on.isoformat() if given else None,
        given.author if given else None,
        given.reviewer if given else None,
    )
