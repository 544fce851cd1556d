"""/api/v1/chaos/game-days: listed, planned, decided, begun, ended, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from chaos.gamedays.api.bodies import GameDayCreate, GameDayPut, Override, Postpone, WithReason
from chaos.gamedays.api.reading import answer, seen
from chaos.gamedays.api.schemas import CheckOut, GameDayOut, GameDayRow, GameDayState
from chaos.gamedays.api.shapes import row_out
from chaos.gamedays.domain.states import State
from chaos.gamedays.selectors.calendar import ics_of
from chaos.gamedays.selectors.game_days import GameDayFilters, list_game_days
from chaos.gamedays.services import checks, game_days, live, planning
from chaos.gamedays.services.game_days import GameDayDraft
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as readable_team
from reliability.kit.instants import EARLIEST, END
from reliability.kit.periods import Period
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Game days"])
NO_OVERRIDE = Override()
_TEXTS = ("title", "goal", "hypothesis", "notes", "starts_at", "length_minutes", "zone", "place")


class GameDayQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    state: list[GameDayState] = Field(default_factory=list, description="any of these; repeat the parameter")
    q: Annotated[str, Field(max_length=200, description="words of title, goal and hypothesis")] = ""
    start: Annotated[Instant | None, Field(alias="from", description="starts at or after")] = None
    end: Annotated[Instant | None, Field(alias="to", description="starts before")] = None


@router.get("", response=Page[GameDayRow], operation_id="listGameDays", summary="List game days")
def list_days(request: AccessRequest, query: Query[GameDayQuery]) -> Any:
    """Readable game days, the newest first; drafts without a time come before them."""
    starts = _period(query.start, query.end)
    filters = GameDayFilters(
        team_slug=query.team, states=tuple(State(word) for word in query.state), starts=starts, text=query.q
    )
    page = page_of(queryset=list_game_days(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [row_out(one) for one in page["items"]]}


@router.post("", response={201: GameDayOut}, operation_id="createGameDay", summary="Draft a game day")
def create(request: AccessRequest, body: GameDayCreate) -> Any:
    try:
        team = readable_team(caller=request.caller, slug=body.team)
    except NotFound as error:
        raise Invalid(details=[{"field": "team", "message": error.message}]) from error
    draft = GameDayDraft(team_id=team.pk, **{name: getattr(body, name) for name in _TEXTS})
    row = game_days.create(caller=request.caller, draft=draft, now=timezone.now())
    return Status(201, answer(request, row.pk))


@router.get("/{int:number}", response=GameDayOut, operation_id="getGameDay", summary="Read a game day")
def get(request: AccessRequest, response: HttpResponse, number: int) -> Any:
    found = answer(request, number)
    tag(response, found["revision"])
    return found


@router.put("/{int:number}", response=GameDayOut, operation_id="editGameDay", summary="Change the plan")
def edit(
    request: AccessRequest, response: HttpResponse, number: int, body: GameDayPut, if_match: IfMatch = None
) -> Any:
    """Another time asks the invitees anew. Once it is live only the notes change."""
    day = seen(request, number)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=day.revision)
    draft = GameDayDraft(team_id=day.team_id, **{name: getattr(body, name) for name in _TEXTS})
    game_days.edit(caller=request.caller, number=number, draft=draft, expected_revision=expected, now=timezone.now())
    return get(request, response, number)


@router.get(
    "/{int:number}/checks", response=list[CheckOut], operation_id="checkGameDay", summary="What speaks for a go"
)
def get_checks(request: AccessRequest, number: int) -> Any:
    """What the system itself answers of the checklist, asked now."""
    return checks.ask(caller=request.caller, game_day=seen(request, number), now=timezone.now())


@router.post("/{int:number}/plan", response=GameDayOut, operation_id="planGameDay", summary="Plan it and invite")
def plan(request: AccessRequest, number: int) -> Any:
    planning.plan(caller=request.caller, number=number, now=timezone.now())
    return answer(request, number)


@router.post("/{int:number}/go", response=GameDayOut, operation_id="goGameDay", summary="Say go")
def go(request: AccessRequest, number: int, body: Override = NO_OVERRIDE) -> Any:
    """409 with what is not so yet in details, unless there is an override_reason."""
    planning.go(caller=request.caller, number=number, override_reason=body.override_reason, now=timezone.now())
    return answer(request, number)


@router.post("/{int:number}/no-go", response=GameDayOut, operation_id="noGoGameDay", summary="Say no-go")
def no_go(request: AccessRequest, number: int, body: WithReason) -> Any:
    planning.no_go(caller=request.caller, number=number, reason=body.reason, now=timezone.now())
    return answer(request, number)


@router.post("/{int:number}/postpone", response=GameDayOut, operation_id="postponeGameDay", summary="Move it")
def postpone(request: AccessRequest, number: int, body: Postpone) -> Any:
    """Everybody is asked anew."""
    planning.postpone(
        caller=request.caller, number=number, starts_at=body.starts_at, reason=body.reason, now=timezone.now()
    )
    return answer(request, number)


@router.post("/{int:number}/cancel", response=GameDayOut, operation_id="cancelGameDay", summary="Cancel it")
def cancel(request: AccessRequest, number: int, body: WithReason) -> Any:
    planning.cancel(caller=request.caller, number=number, reason=body.reason, now=timezone.now())
    return answer(request, number)


@router.post("/{int:number}/start", response=GameDayOut, operation_id="startGameDay", summary="Begin it")
def start(request: AccessRequest, number: int, body: Override = NO_OVERRIDE) -> Any:
    """Needs a go, or an override_reason."""
    live.start(caller=request.caller, number=number, override_reason=body.override_reason, now=timezone.now())
    return answer(request, number)


@router.post("/{int:number}/finish", response=GameDayOut, operation_id="finishGameDay", summary="Go on to the wrap-up")
def finish(request: AccessRequest, number: int) -> Any:
    live.finish(caller=request.caller, number=number, now=timezone.now())
    return answer(request, number)


@router.get("/{int:number}/calendar.ics", operation_id="getGameDayCalendar", summary="As an iCalendar file")
def calendar(request: AccessRequest, number: int) -> HttpResponse:
    content = ics_of(game_day=seen(request, number), now=timezone.now())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _period(start: datetime | None, end: datetime | None) -> Period | None:
    if start is None and end is None:
        return None
    first, last = start or EARLIEST, end or END
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    return Period(first, last)
