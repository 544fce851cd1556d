"""/api/v1/status-pages/{slug}/subscribers: who hears of updates; for editors. Mail addresses are masked in lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from incidents.status_page.models import Subscriber
from incidents.status_page.selectors.subscribers import (
    SubscriberFilters,
    counts_of,
    list_subscribers,
    page_of_editor,
)
from incidents.status_page.services import curating
from incidents.status_page.services.subscribing import shown
from reliability.access.requests import AccessRequest

router = Router(tags=["Status pages"])

SubscriberKind = Literal["mail", "webhook", "slack"]
SubscriberState = Literal["pending", "active", "disabled"]


class SubscriberOut(Schema):
    id: int
    kind: SubscriberKind
    address: str = Field(description="A mail address is masked, of a webhook only the host is told.")
    state: SubscriberState
    reason: str = Field(description="Why nothing is sent there, if so.")
    components: list[str] = Field(description="Codes of components; empty: all of them.")
    failures: int = Field(description="Updates in a row that did not arrive.")
    created_at: datetime
    confirmed_at: datetime | None
    last_sent_at: datetime | None


class SubscriberListOut(Schema):
    items: list[SubscriberOut]
    count: int
    active: int
    pending: int
    disabled: int
    waiting: int = Field(description="Messages that are still to be sent.")


class SubscribersBody(Schema):
    addresses: list[str] = Field(min_length=1, max_length=curating.ADDED_MAX, examples=[["sam@example.org"]])
    components: list[str] = Field(default_factory=list, max_length=200, description="Codes; empty: all of them.")


@router.get(
    "/{slug}/subscribers", response=SubscriberListOut, operation_id="listSubscribers", summary="List subscribers"
)
def list_all(
    request: AccessRequest,
    slug: str,
    kind: SubscriberKind | None = None,
    state: SubscriberState | None = None,
    q: Annotated[str, Field(max_length=320, description="A whole mail address, or a part of a webhook's host.")] = "",
    limit: Annotated[int, Field(ge=1, le=1000)] = 100,
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0,
) -> Any:
    """Newest first."""
    page = page_of_editor(caller=request.caller, slug=slug)
    found = list_subscribers(page=page, filters=SubscriberFilters(kind=kind or "", state=state or "", text=q))
    counts = counts_of(page=page)
    rows = found.prefetch_related("components")[offset : offset + limit]
    return {
        "items": [_out(row) for row in rows],
        "count": found.count(),
        "active": counts.active,
        "pending": counts.pending,
        "disabled": counts.disabled,
        "waiting": counts.waiting,
    }


@router.post(
    "/{slug}/subscribers",
    response={201: list[SubscriberOut]},
    operation_id="addSubscribers",
    summary="Ask people whether they want updates",
)
def add(request: AccessRequest, slug: str, body: SubscribersBody) -> Any:
    """Each gets a mail that asks; nobody is subscribed by others. Answers with those who were not known."""
    page = page_of_editor(caller=request.caller, slug=slug)
    new = curating.add(
        caller=request.caller,
        page_id=page.pk,
        addresses=body.addresses,
        component_codes=body.components,
        now=timezone.now(),
    )
    return Status(201, [_out(row) for row in new])


@router.delete(
    "/{slug}/subscribers/{int:subscriber_id}",
    response={204: None},
    operation_id="removeSubscriber",
    summary="Remove a subscriber",
)
def remove(request: AccessRequest, slug: str, subscriber_id: int) -> Any:
    """Nothing more is sent there, and the address is forgotten."""
    page = page_of_editor(caller=request.caller, slug=slug)
    curating.remove(caller=request.caller, page_id=page.pk, subscriber_id=subscriber_id, now=timezone.now())
    return Status(204, None)


def _out(row: Subscriber) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "address": shown(row),
        "state": row.state,
        "reason": row.state_reason if row.state != Subscriber.State.ACTIVE else "",
        "components": [one.code for one in row.components.all()],
        "failures": row.failures,
        "created_at": row.created_at,
        "confirmed_at": row.confirmed_at,
        "last_sent_at": row.last_sent_at,
    }
