"""/api/v1/chaos/follow-ups: of all game days, changed, closed, opened again."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from chaos.gamedays.api.bodies import FollowUpBody, FollowUpClose, FollowUpPut
from chaos.gamedays.api.reading import member_id
from chaos.gamedays.api.schemas import FollowUpOut
from chaos.gamedays.api.shapes import follow_up_out
from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.selectors.follow_ups import follow_up, list_follow_ups
from chaos.gamedays.services import follow_ups
from chaos.gamedays.services.follow_ups import FollowUpDraft
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Game days"])


class FollowUpQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    state: list[FollowUpState] = Field(default_factory=list, description="any of these; repeat the parameter")
    q: Annotated[str, Field(max_length=200, description="words of title and text")] = ""


def draft_of(body: FollowUpBody, *, team_id: int) -> FollowUpDraft:
    """Raises Invalid for an owner who is nobody of the team."""
    return FollowUpDraft(
        title=body.title,
        kind=body.kind,
        text=body.text,
        owner_id=member_id(team_id=team_id, address=body.owner, field="owner"),
        due_on=body.due_on,
        tracker_url=body.tracker_url,
        experiment=body.experiment,
    )


@router.get("", response=Page[FollowUpOut], operation_id="listFollowUps", summary="List follow-ups of game days")
def list_all(request: AccessRequest, query: Query[FollowUpQuery]) -> Any:
    """The next due first."""
    found = list_follow_ups(caller=request.caller, team_slug=query.team, states=tuple(query.state), text=query.q)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [follow_up_out(one) for one in page["items"]]}


@router.get("/{int:follow_up_id}", response=FollowUpOut, operation_id="getFollowUp", summary="Read a follow-up")
def get(request: AccessRequest, response: HttpResponse, follow_up_id: int) -> Any:
    found = follow_up(caller=request.caller, follow_up_id=follow_up_id)
    tag(response, found.revision)
    return follow_up_out(found)


@router.put("/{int:follow_up_id}", response=FollowUpOut, operation_id="editFollowUp", summary="Change an open one")
def edit(
    request: AccessRequest, response: HttpResponse, follow_up_id: int, body: FollowUpPut, if_match: IfMatch = None
) -> Any:
    stored = follow_up(caller=request.caller, follow_up_id=follow_up_id)
    require(caller=request.caller, team_id=stored.team_id, role=Role.RESPONDER)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=stored.revision)
    follow_ups.edit(
        caller=request.caller,
        follow_up_id=follow_up_id,
        draft=draft_of(body, team_id=stored.team_id),
        expected_revision=expected,
        now=timezone.now(),
    )
    return get(request, response, follow_up_id)


@router.post(
    "/{int:follow_up_id}/close", response=FollowUpOut, operation_id="closeFollowUp", summary="Done, dropped, or open"
)
def close(request: AccessRequest, response: HttpResponse, follow_up_id: int, body: FollowUpClose) -> Any:
    """Verified is only said by a later run of its experiment that held."""
    follow_ups.close(
        caller=request.caller,
        follow_up_id=follow_up_id,
        state=FollowUpState(body.state),
        reason=body.reason,
        now=timezone.now(),
    )
    return get(request, response, follow_up_id)
