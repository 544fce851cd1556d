"""The list of actions, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.actions.domain.states import Kind, Priority, Proof, State
from incidents.actions.selectors.actions import count_overdue, counts_by_state, list_actions
from incidents.actions.views.choices import teams_of_responder
from incidents.actions.views.query import GROUPS, ActionQuery
from incidents.actions.views.rows import Row, row_of, rows_of
from incidents.response.tabs import tabs_for
from reliability.access.models import User
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file

PER_PAGE = 50
FILE_ROWS_MAX = 10_000
_COLUMNS = (
    "number", "title", "team", "state", "reason", "kind", "priority", "owner", "due", "overdue", "service", "incident",
    "proof", "proven by", "done at", "closed at", "tracker", "created at",
)  # fmt: skip


@require_safe
def action_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address."""
    today = timezone.now().astimezone(UTC).date()
    query = ActionQuery.of(request.GET)
    filters = query.filters(today=today)
    page = page_of(request, list_actions(caller=request.caller, filters=filters), per_page=PER_PAGE)
    counts = counts_by_state(caller=request.caller, filters=filters)
    context = {
        **frame_of(request, query),
        "page": page,
        "rows": rows_of(page.object_list, caller=request.caller, today=today),
        "counts": [(state, query.address(state=state.value, due=""), n) for state, n in counts.items()],
        "overdue": count_overdue(caller=request.caller, filters=filters, today=today),
        "overdue_url": query.address(state="", due="overdue"),
        "all_url": query.address(state="", due=""),
    }
    return render(request, "actions/list.html", context)


@require_safe
def action_file(request: AccessRequest) -> HttpResponse:
    """What the list shows with the same address, at most ten thousand rows; safe to open in a spreadsheet."""
    today = timezone.now().astimezone(UTC).date()
    filters = ActionQuery.of(request.GET).filters(today=today)
    found = list_actions(caller=request.caller, filters=filters)[:FILE_ROWS_MAX]
    rows = (_cells(row_of(one, caller=request.caller, today=today)) for one in found)
    return table_file(columns=_COLUMNS, rows=rows, filename=f"actions-{today:%Y-%m-%d}.csv")


def frame_of(request: AccessRequest, query: ActionQuery) -> dict[str, Any]:
    """What list and board share: tabs, and what can be filtered by."""
    teams = readable_teams(caller=request.caller)
    people = User.objects.filter(is_active=True, memberships__team__in=teams).distinct()
    return {
        "place_tabs": tabs_for(request),
        "query": query,
        "may_write": teams_of_responder(caller=request.caller).exists(),
        "teams": teams.order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "people": people.order_by("name", "email", "pk"),
        "states": [*GROUPS.items(), *((one.value, one.heading) for one in State)],
        "kinds": [(one.value, one.value.capitalize()) for one in Kind],
        "priorities": [(one.value, one.value.capitalize()) for one in Priority],
        "proofs": [(one.value, one.words) for one in Proof],
    }


def _cells(row: Row) -> list[object]:
    return list(_each_cell(row))


def _each_cell(row: Row) -> Iterator[object]:
    action = row.action
    yield from (action.pk, action.title, action.team.slug, row.state.heading, action.state_reason, action.kind)
    yield from (action.priority, action.owner_name, action.due_on, "yes" if row.is_overdue else "no")
    yield from (row.service.name if row.service else None, row.incident.pk if row.incident else None)
    yield from (action.proof, action.proof_text)
    for at in (action.done_at, action.closed_at):
        yield at and at.isoformat()
    yield from (action.tracker_url, action.created_at.isoformat())
