"""/api/v1/chaos/game-days/{number}/scenarios: planned, begun, ended, skipped, judged."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Router, Status

from chaos.gamedays.api.bodies import Judgement, Position, ScenarioBody, WithReason
from chaos.gamedays.api.reading import answer, seen
from chaos.gamedays.api.schemas import GameDayOut
from chaos.gamedays.services import live, scenarios, wrapping
from chaos.gamedays.services.scenarios import ScenarioDraft
from reliability.access.requests import AccessRequest

router = Router(tags=["Game days"])
_ONE = "/{int:number}/scenarios/{int:scenario_id}"


def _draft(body: ScenarioBody) -> ScenarioDraft:
    return ScenarioDraft(**{name: getattr(body, name) for name in ScenarioDraft.__dataclass_fields__})


@router.post(
    "/{int:number}/scenarios", response={201: GameDayOut}, operation_id="addScenario", summary="Add a scenario"
)
def add(request: AccessRequest, number: int, body: ScenarioBody) -> Any:
    seen(request, number)
    scenarios.add(caller=request.caller, number=number, draft=_draft(body), now=timezone.now())
    return Status(201, answer(request, number))


@router.put(_ONE, response=GameDayOut, operation_id="editScenario", summary="Change one that has not begun")
def edit(request: AccessRequest, number: int, scenario_id: int, body: ScenarioBody) -> Any:
    scenarios.edit(
        caller=request.caller,
        number=number,
        scenario_id=scenario_id,
        draft=_draft(body),
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return answer(request, number)


@router.post(f"{_ONE}/move", response=GameDayOut, operation_id="moveScenario", summary="To another place in the order")
def move(request: AccessRequest, number: int, scenario_id: int, body: Position) -> Any:
    scenarios.move(
        caller=request.caller, number=number, scenario_id=scenario_id, position=body.position, now=timezone.now()
    )
    return answer(request, number)


@router.delete(_ONE, response={204: None}, operation_id="removeScenario", summary="Take a scenario out of the plan")
def remove(request: AccessRequest, number: int, scenario_id: int) -> Any:
    scenarios.remove(caller=request.caller, number=number, scenario_id=scenario_id, now=timezone.now())
    return Status(204, None)


@router.post(f"{_ONE}/begin", response=GameDayOut, operation_id="beginScenario", summary="Begin a scenario")
def begin(request: AccessRequest, number: int, scenario_id: int) -> Any:
    """Asks for the run of its experiment. One at a time."""
    live.begin_scenario(caller=request.caller, number=number, scenario_id=scenario_id, now=timezone.now())
    return answer(request, number)


@router.post(f"{_ONE}/end", response=GameDayOut, operation_id="endScenario", summary="End a scenario")
def end(request: AccessRequest, number: int, scenario_id: int) -> Any:
    """A run of it that is still under way is stopped."""
    live.end_scenario(caller=request.caller, number=number, scenario_id=scenario_id, now=timezone.now())
    return answer(request, number)


@router.post(f"{_ONE}/skip", response=GameDayOut, operation_id="skipScenario", summary="Skip a scenario")
def skip(request: AccessRequest, number: int, scenario_id: int, body: WithReason) -> Any:
    live.skip_scenario(
        caller=request.caller, number=number, scenario_id=scenario_id, reason=body.reason, now=timezone.now()
    )
    return answer(request, number)


@router.put(f"{_ONE}/judgement", response=GameDayOut, operation_id="judgeScenario", summary="Say how it went")
def judge(request: AccessRequest, number: int, scenario_id: int, body: Judgement) -> Any:
    """Of `held` and `faults_gone` the verdict of a run counts before yours."""
    wrapping.judge_scenario(
        caller=request.caller,
        number=number,
        scenario_id=scenario_id,
        held=body.held,
        responded=body.responded,
        faults_gone=body.faults_gone,
        learnt=body.learnt,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return answer(request, number)
