"""The board: a column for each state, cards that are moved by buttons; a list on a phone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.selectors.follow_ups import list_follow_ups
from incidents.actions.domain.states import CLOSED, LIVE, State
from incidents.actions.selectors.actions import counts_by_state, list_actions
from incidents.actions.views.actions import frame_of
from incidents.actions.views.query import ActionQuery
from incidents.actions.views.rows import Row, rows_of
from reliability.access.requests import AccessRequest

CARDS_MAX = 60  # of a column; the list has the rest
CLOSED_MAX = 12
CLOSED_FOR = timedelta(days=28)
FOLLOW_UPS_MAX = 20


@dataclass(frozen=True, slots=True)
class Column:
    """back, on: where a card goes by its buttons, to the left and to the right. count: of all, also those not shown."""

    slug: str
    title: str
    rows: list[Row]
    count: int
    all_url: str
    empty: str
    back: State | None = None
    on: State | None = None


_EMPTY = {
    State.OPEN: "Nothing waits to be begun.",
    State.IN_PROGRESS: "Nobody is at work.",
    State.DONE: "Nothing waits for its proof.",
}
_MOVES: dict[State, tuple[State | None, State | None]] = {
    State.OPEN: (None, State.IN_PROGRESS),
    State.IN_PROGRESS: (State.OPEN, State.DONE),
    State.DONE: (None, None),  # back needs a reason: on its page
}


@require_safe
def action_board(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; a state narrows nothing here."""
    now = timezone.now()
    today = now.astimezone(UTC).date()
    query = ActionQuery.of(request.GET)
    filters = query.filters(today=today)
    counts = counts_by_state(caller=request.caller, filters=filters)
    columns = [_column(request, query, state, counts, today) for state in LIVE]
    context: dict[str, Any] = {
        **frame_of(request, query),
        "columns": [*columns, _closed(request, query, counts, now)],
        "follow_ups": _follow_ups(request, query),
        "back": query.address(),
    }
    return render(request, "actions/board.html", context)


def _column(request: AccessRequest, query: ActionQuery, state: State, counts: dict[State, int], today: date) -> Column:
    filters = replace(query, state=state.value).filters(today=today)
    found = list_actions(caller=request.caller, filters=filters)[:CARDS_MAX]
    back, on = _MOVES[state]
    return Column(
        slug=state.value,
        title=state.heading,
        rows=rows_of(found, caller=request.caller, today=today),
        count=counts[state],
        all_url=query.address(state=state.value),
        empty=_EMPTY[state],
        back=back,
        on=on,
    )


def _closed(request: AccessRequest, query: ActionQuery, counts: dict[State, int], now: datetime) -> Column:
    today = now.astimezone(UTC).date()
    filters = replace(query, state="closed", due="").filters(today=today)
    found = list_actions(caller=request.caller, filters=filters).filter(closed_at__gte=now - CLOSED_FOR)
    return Column(
        slug="closed",
        title="Closed",
        rows=rows_of(found[:CLOSED_MAX], caller=request.caller, today=today),
        count=sum(counts[state] for state in CLOSED),
        all_url=query.address(state="closed", due=""),
        empty="Nothing was closed in the last 28 days.",
    )


def _follow_ups(request: AccessRequest, query: ActionQuery) -> list[Any]:
    """Open ones of game days: they are moved there. None while something narrows that they do not have."""
    if any((query.service, query.kind, query.priority, query.proof, query.incident)):
        return []
    found = list_follow_ups(caller=request.caller, team_slug=query.team, states=(FollowUpState.OPEN,), text=query.text)
    if query.owner:
        found = found.filter(owner_id=int(query.owner))
    return list(found[:FOLLOW_UPS_MAX])
