"""/api/v1/schedules/{slug}/swaps: offers of shifts, and deciding them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from incidents.oncall.api.bodies import Email, Moment
from incidents.oncall.api.reader import BodyReader
from incidents.oncall.models import Swap
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.selectors.swaps import swaps_of
from incidents.oncall.services import swaps
from incidents.oncall.services.swaps import SwapDraft
from reliability.access.domain.caller import Role
from reliability.access.models import User
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.errors import Invalid

router = Router(tags=["On call"])


# Spelt out: two schemas of one name in the document would be answered by the first one's.
SwapState = Literal["offered", "accepted", "declined", "withdrawn", "expired"]


class SwapQuery(PageQuery):
    state: Annotated[SwapState | None, Field(description="only offers in this state")] = None


class SwapBody(Schema):
    """A shift of one's own; with counter_start and counter_end that person gives theirs in return."""

    model_config = ConfigDict(extra="forbid")

    start: Moment
    end: Moment
    offered_to: Annotated[Email | None, Field(description="nobody named: whoever of the team comes first")] = None
    counter_start: Moment | None = None
    counter_end: Moment | None = None
    note: Annotated[str, Field(max_length=2000)] = ""
    offered_by: Annotated[Email | None, Field(description="whose shift: needed of a token, people mean themselves")] = (
        None
    )


class DecisionBody(Schema):
    model_config = ConfigDict(extra="forbid")

    by: Annotated[Email | None, Field(description="who decides: needed of a token, people mean themselves")] = None


class SwapOut(Schema):
    id: int
    schedule: str
    state: str
    start: datetime
    end: datetime
    counter_start: datetime | None
    counter_end: datetime | None
    offered_by: str
    offered_to: str | None
    accepted_by: str | None
    note: str
    created_at: datetime
    decided_at: datetime | None


@router.get("/{slug}/swaps", response=Page[SwapOut], operation_id="listSwaps", summary="Offers of shifts")
def list_swaps(request: AccessRequest, slug: str, query: Query[SwapQuery]) -> Any:
    """Newest first: all of the schedule for responders of its team, for others those that they are part of."""
    found = get_schedule(caller=request.caller, slug=slug)
    rows = swaps_of(caller=request.caller, schedule=found, state=query.state or "")
    page = page_of(queryset=rows, query=query)
    return {**page, "items": [_out(swap, slug) for swap in page["items"]]}


@router.post("/{slug}/swaps", response={201: SwapOut}, operation_id="offerSwap", summary="Offer a shift")
def offer_swap(request: AccessRequest, slug: str, body: SwapBody) -> Any:
    """Nothing changes until somebody accepts; the offer expires when its shift begins."""
    found = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    reader = BodyReader(request.caller, found, people=[body.offered_to, body.offered_by])
    period = reader.period(body.start, body.end)
    counter = None
    if body.counter_start is not None and body.counter_end is not None:
        counter = reader.period(body.counter_start, body.counter_end, prefix="counter_")
    elif body.counter_start is not None or body.counter_end is not None:
        raise Invalid(details=[{"field": "counter_start", "message": "give counter_start and counter_end together"}])
    to_id, person_id = reader.person(body.offered_to, "offered_to"), reader.person(body.offered_by, "offered_by")
    reader.refuse()
    if period is None:
        raise AssertionError  # pragma: no cover  refuse raised
    draft = SwapDraft(period=period, to_id=to_id, counter=counter, note=body.note)
    swap = swaps.offer(caller=request.caller, schedule=found, draft=draft, now=timezone.now(), person_id=person_id)
    return Status(201, _out(swap, slug))


@router.post("/{slug}/swaps/{swap_id}/accept", response=SwapOut, operation_id="acceptSwap", summary="Accept an offer")
def accept_swap(request: AccessRequest, slug: str, swap_id: int, body: DecisionBody | None = None) -> Any:
    """409 when it was decided before, has expired, or the rota changed since."""
    return _decide(request, slug, swap_id, body, swaps.accept)


@router.post(
    "/{slug}/swaps/{swap_id}/decline", response=SwapOut, operation_id="declineSwap", summary="Decline an offer"
)
def decline_swap(request: AccessRequest, slug: str, swap_id: int, body: DecisionBody | None = None) -> Any:
    """For the person to whom it was offered."""
    return _decide(request, slug, swap_id, body, swaps.decline)


@router.post(
    "/{slug}/swaps/{swap_id}/withdraw", response=SwapOut, operation_id="withdrawSwap", summary="Withdraw an offer"
)
def withdraw_swap(request: AccessRequest, slug: str, swap_id: int, body: DecisionBody | None = None) -> Any:
    """For the person who offered."""
    return _decide(request, slug, swap_id, body, swaps.withdraw)


def _decide(
    request: AccessRequest, slug: str, swap_id: int, body: DecisionBody | None, act: Callable[..., Swap]
) -> dict[str, Any]:
    found = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    email = body.by if body else None
    reader = BodyReader(request.caller, found, people=[email])
    person_id = reader.person(email, "by")
    reader.refuse()
    swap = act(caller=request.caller, schedule=found, swap_id=swap_id, now=timezone.now(), person_id=person_id)
    return _out(swap, slug)


def _out(swap: Swap, slug: str) -> dict[str, Any]:
    return {
        "id": swap.pk,
        "schedule": slug,
        "state": swap.state,
        "start": swap.start_at,
        "end": swap.end_at,
        "counter_start": swap.counter_start_at,
        "counter_end": swap.counter_end_at,
        "offered_by": swap.offered_by.email,
        "offered_to": _email(swap.offered_to),
        "accepted_by": _email(swap.accepted_by),
        "note": swap.note,
        "created_at": swap.created_at,
        "decided_at": swap.decided_at,
    }


def _email(user: User | None) -> str | None:
    return user.email if user else None
