"""/api/v1/chaos/blackouts/feeds: calendars of others whose events are blackouts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from chaos.schedules.api import calendar_schemas as schemas
from chaos.schedules.api.blackouts import BlackoutQuery, bounded, owner_id, service_ids
from chaos.schedules.selectors import feeds as selectors
from chaos.schedules.services import feeds
from chaos.schedules.services.feeds import FeedDraft
from chaos.schedules.services.owning import require_owner
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Calendar"])
_RENAMED = ("team", "services", "reason", "revision", "text")


@router.get(
    "/feeds",
    response=Page[schemas.BlackoutFeedOut],
    operation_id="listBlackoutFeeds",
    summary="List calendars of others",
)
def list_all(request: AccessRequest, query: Query[BlackoutQuery]) -> Any:
    found = selectors.list_feeds(caller=request.caller, text=query.q, team=query.team, service=query.service)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [schemas.feed_out(one, caller=request.caller) for one in page["items"]]}


@router.post(
    "/feeds", response={201: schemas.BlackoutFeedOut}, operation_id="addBlackoutFeed", summary="Add a calendar"
)
def create(request: AccessRequest, response: HttpResponse, body: schemas.FeedCreate) -> Any:
    """It is read by a worker at once, and every hour: `fetched_at`, `error` and `remarks` tell how that went."""
    team_id = owner_id(request, body.team)
    draft = FeedDraft(team_id=team_id, service_ids=service_ids(request.caller, body.services or []), **_given(body))
    made = feeds.create(caller=request.caller, draft=draft, now=timezone.now(), reason=body.reason)
    tag(response, made.revision)
    return Status(201, _out(request, made.pk))


@router.get(
    "/feeds/{feed_id}", response=schemas.BlackoutFeedOut, operation_id="getBlackoutFeed", summary="Read a calendar"
)
def get_one(request: AccessRequest, response: HttpResponse, feed_id: int) -> Any:
    found = selectors.feed(caller=request.caller, feed_id=bounded(feed_id))
    tag(response, found.revision)
    return schemas.feed_out(found, caller=request.caller)


@router.patch(
    "/feeds/{feed_id}", response=schemas.BlackoutFeedOut, operation_id="changeBlackoutFeed", summary="Change a calendar"
)
def change(
    request: AccessRequest, response: HttpResponse, feed_id: int, body: schemas.FeedChange, if_match: IfMatch = None
) -> Any:
    """Whose it is stays, and whether it is an address or a file. What is absent stays."""
    found = selectors.feed(caller=request.caller, feed_id=bounded(feed_id))
    require_owner(caller=request.caller, team_id=found.team_id)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    draft = replace(feeds.draft_of(feed=found), **_given(body))
    if body.services is not None:
        draft = replace(draft, service_ids=service_ids(request.caller, body.services))
    changed = feeds.edit(
        caller=request.caller,
        feed=found,
        draft=draft,
        now=timezone.now(),
        expected_revision=expected,
        reason=body.reason,
    )
    tag(response, changed.revision)
    return _out(request, changed.pk)


@router.post(
    "/feeds/{feed_id}/refresh",
    response={202: schemas.BlackoutFeedOut},
    operation_id="refreshBlackoutFeed",
    summary="Read a calendar now",
)
def refresh(request: AccessRequest, feed_id: int) -> Any:
    """A worker reads it; `tried_at` tells when that is done. 409 when it is switched off."""
    found = selectors.feed(caller=request.caller, feed_id=bounded(feed_id))
    feeds.refresh(caller=request.caller, feed=found, now=timezone.now())
    return Status(202, schemas.feed_out(found, caller=request.caller))


@router.delete("/feeds/{feed_id}", response={204: None}, operation_id="removeBlackoutFeed", summary="Remove a calendar")
def delete(
    request: AccessRequest, feed_id: int, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """With all of its blackouts."""
    found = selectors.feed(caller=request.caller, feed_id=bounded(feed_id))
    feeds.delete(caller=request.caller, feed=found, now=timezone.now(), reason=reason)
    return Status(204, None)


def _given(body: schemas.FeedFields) -> dict[str, Any]:
    given = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if name not in _RENAMED and value is not None
    }
    return given | ({"content": body.text.encode()} if body.text is not None else {})


def _out(request: AccessRequest, feed_id: int) -> dict[str, Any]:
    return schemas.feed_out(selectors.feed(caller=request.caller, feed_id=feed_id), caller=request.caller)
