"""/api/v1/chaos/game-days/{number}: observations, the wrap-up, findings, follow-ups, the record."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from chaos.gamedays.api.bodies import (
    CorrectionBody,
    FindingBody,
    FollowUpCreate,
    ObservationBody,
    ObservationPut,
    WrapUpBody,
)
from chaos.gamedays.api.follow_ups import draft_of
from chaos.gamedays.api.reading import answer, seen
from chaos.gamedays.api.schemas import FindingOut, FollowUpOut, GameDayOut, ObservationOut
from chaos.gamedays.api.shapes import finding_out, follow_up_out, observation_out
from chaos.gamedays.selectors.follow_ups import findings_of, list_follow_ups
from chaos.gamedays.selectors.game_days import observations
from chaos.gamedays.selectors.records import markdown
from chaos.gamedays.services import findings, follow_ups, wrapping
from chaos.gamedays.services import observations as observing
from chaos.gamedays.services.wrapping import WrapUpDraft
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Game days"])


@router.get(
    "/{int:number}/observations",
    response=Page[ObservationOut],
    operation_id="listObservations",
    summary="Who noticed what when",
)
def list_observations(request: AccessRequest, number: int, query: Query[PageQuery]) -> Any:
    page = page_of(queryset=observations(game_day=seen(request, number)), query=query)
    return {**page, "items": [observation_out(one) for one in page["items"]]}


@router.post(
    "/{int:number}/observations", response={201: ObservationOut}, operation_id="observe", summary="Write one down"
)
def observe(request: AccessRequest, number: int, body: ObservationBody) -> Any:
    """Late ones carry the instant at which they were seen."""
    made = observing.record(
        caller=request.caller,
        number=number,
        kind=body.kind,
        text=body.text,
        scenario_id=body.scenario,
        by_name=body.by,
        at=body.at,
        now=timezone.now(),
    )
    return Status(201, observation_out(made))


@router.put(
    "/{int:number}/observations/{int:observation_number}",
    response=ObservationOut,
    operation_id="editObservation",
    summary="Change one; what it said stays in its history",
)
def edit_observation(request: AccessRequest, number: int, observation_number: int, body: ObservationPut) -> Any:
    found = observing.edit(
        caller=request.caller,
        number=number,
        observation_number=observation_number,
        kind=body.kind,
        text=body.text,
        by_name=body.by,
        at=body.at,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return observation_out(found)


@router.delete(
    "/{int:number}/observations/{int:observation_number}",
    response=ObservationOut,
    operation_id="retractObservation",
    summary="Take one back; it stays readable",
)
def retract_observation(request: AccessRequest, number: int, observation_number: int) -> Any:
    found = observing.retract(
        caller=request.caller, number=number, observation_number=observation_number, now=timezone.now()
    )
    return observation_out(found)


@router.put("/{int:number}/wrap-up", response=GameDayOut, operation_id="wrapUpGameDay", summary="What it showed")
def wrap_up(request: AccessRequest, number: int, body: WrapUpBody) -> Any:
    draft = WrapUpDraft(**{name: getattr(body, name) for name in WrapUpDraft.__dataclass_fields__})
    wrapping.save(
        caller=request.caller, number=number, draft=draft, expected_revision=body.revision, now=timezone.now()
    )
    return answer(request, number)


@router.post("/{int:number}/close", response=GameDayOut, operation_id="closeGameDay", summary="Write the record")
def close(request: AccessRequest, number: int) -> Any:
    """For good: what is otherwise comes as a correction."""
    wrapping.close(caller=request.caller, number=number, now=timezone.now())
    return answer(request, number)


@router.post(
    "/{int:number}/corrections", response={204: None}, operation_id="correctGameDay", summary="Append to the record"
)
def correct(request: AccessRequest, number: int, body: CorrectionBody) -> Any:
    wrapping.correct(caller=request.caller, number=number, text=body.text, now=timezone.now())
    return Status(204, None)


@router.get("/{int:number}/record.md", operation_id="getGameDayRecord", summary="The record as Markdown")
def record(request: AccessRequest, number: int) -> HttpResponse:
    text = markdown(game_day=seen(request, number), now=timezone.now())
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


@router.get(
    "/{int:number}/findings", response=list[FindingOut], operation_id="listFindings", summary="Weaknesses it showed"
)
def list_findings(request: AccessRequest, number: int) -> Any:
    return [finding_out(one, caller=request.caller) for one in findings_of(game_day=seen(request, number))]


@router.post(
    "/{int:number}/findings",
    response={201: FindingOut},
    operation_id="recordFinding",
    summary="Keep a weakness, in the vulnerability backlog, too",
)
def record_finding(request: AccessRequest, number: int, body: FindingBody) -> Any:
    made = findings.record(
        caller=request.caller,
        number=number,
        title=body.title,
        text=body.text,
        layer=body.layer,
        service=body.service,
        scenario_id=body.scenario,
        now=timezone.now(),
    )
    return Status(201, finding_out(made, caller=request.caller))


@router.get(
    "/{int:number}/follow-ups",
    response=list[FollowUpOut],
    operation_id="listFollowUpsOfGameDay",
    summary="What is to be done after it",
)
def list_of_day(request: AccessRequest, number: int) -> Any:
    seen(request, number)
    return [follow_up_out(one) for one in list_follow_ups(caller=request.caller, game_day_number=number)]


@router.post(
    "/{int:number}/follow-ups",
    response={201: FollowUpOut},
    operation_id="createFollowUp",
    summary="Write down what is to be done",
)
def create_follow_up(request: AccessRequest, number: int, body: FollowUpCreate) -> Any:
    day = seen(request, number)
    require(caller=request.caller, team_id=day.team_id, role=Role.RESPONDER)
    made = follow_ups.create(
        caller=request.caller,
        number=number,
        draft=draft_of(body, team_id=day.team_id),
        scenario_id=body.scenario,
        now=timezone.now(),
    )
    return Status(201, follow_up_out(made))
