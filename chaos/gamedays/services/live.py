"""The day itself: begun, scenario by scenario, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import INVITING, ScenarioState, State
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_state, held, move, save, tell
from chaos.gamedays.services.planning import payload_of
from chaos.gamedays.services.scenarios import scenario_of, waiting_scenario
from chaos.runs.domain.states import State as RunState
from chaos.runs.services.requests import request_run
from chaos.runs.services.stopping import stop_run
from reliability.access.domain.caller import Caller, Role
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict

GAME_DAY_STARTED = "GameDayStarted"
GAME_DAY_ENDED = "GameDayEnded"


def start(*, caller: Caller, number: int, override_reason: str = "", now: datetime) -> GameDay:
    """Go → live; planned → live only with *override_reason*. Responders. Twice is once.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    reason = override_reason.strip()
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        if row.state == State.LIVE:
            return row
        check_state(row=row, allowed=INVITING, what="begin")
        check_texts(texts={"override_reason": reason}, most={"override_reason": bounds.REASON_MAX})
        before = State(row.state)
        if before is not State.GO and not reason:
            raise Conflict("nobody said go: decide it first, or say why it begins without", reason="not_go")
        move(row=row, to=State.LIVE)
        row.override_reason = reason if before is not State.GO else ""
        row.started_at, row.started_by_name = now, caller.name[:160]
        save(
            caller=caller,
            row=row,
            now=now,
            fields=["state", "state_reason", "override_reason", "started_at", "started_by_name"],
        )
        changes: dict[str, list[Any]] = {"state": [before.value, State.LIVE.value]}
        tell(caller=caller, row=row, action="start", changes=changes, reason=row.override_reason, now=now)
        emit(kind=GAME_DAY_STARTED, payload=payload_of(row=row), team_id=row.team_id, now=now)
    return row


def begin_scenario(*, caller: Caller, number: int, scenario_id: int, now: datetime) -> Scenario:
    """Begin it: its experiment is asked for as a run (origin "game_day:N"), or people do it by hand. Responders.

    Twice is once. Raises NotFound, Forbidden, Conflict (another one is under way; it has ended), and what request_run
    raises.
    """
    with transaction.atomic():
        row = _live(caller, number)
        scenario = scenario_of(row=row, scenario_id=scenario_id)
        if scenario.state == ScenarioState.RUNNING:
            return scenario
        scenario = waiting_scenario(row=row, scenario_id=scenario_id, what="begin")
        other = row.scenarios.filter(state=ScenarioState.RUNNING).first()
        if other is not None:
            raise Conflict(f"“{other.title}” is under way: end it first", reason="another_runs")
        if scenario.experiment is not None:
            scenario.run = request_run(
                caller=caller,
                experiment=scenario.experiment,
                reason=f"game day {row.pk}, {scenario.title}",
                not_before=now,
                origin=f"game_day:{row.pk}",
                origin_key=f"game_day:{row.pk}:scenario:{scenario.pk}",
                now=now,
            )
        scenario.state, scenario.began_at, scenario.began_by_name = ScenarioState.RUNNING.value, now, caller.name[:160]
        scenario.save(update_fields=("state", "began_at", "began_by_name", "run"))
        changes: dict[str, list[Any]] = {"scenario": [None, scenario.title], "run": [None, scenario.run_id]}
        tell(caller=caller, row=row, action="begin_scenario", changes=changes, now=now)
    return scenario


def end_scenario(*, caller: Caller, number: int, scenario_id: int, now: datetime) -> Scenario:
    """A run of it that is still open is stopped. Twice is once. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = _live(caller, number)
        scenario = scenario_of(row=row, scenario_id=scenario_id)
        if scenario.state == ScenarioState.ENDED:
            return scenario
        if scenario.state != ScenarioState.RUNNING:
            raise Conflict(f"the scenario is {scenario.state}: it cannot end", reason="wrong_state")
        run = scenario.run
        if run is not None and run.state != RunState.ENDED:
            stop_run(caller=caller, run_id=run.pk, reason="its scenario of the game day was ended", now=now)
        scenario.state, scenario.ended_at, scenario.ended_by_name = ScenarioState.ENDED.value, now, caller.name[:160]
        scenario.save(update_fields=("state", "ended_at", "ended_by_name"))
        tell(caller=caller, row=row, action="end_scenario", changes={"scenario": [scenario.title, None]}, now=now)
    return scenario


def skip_scenario(*, caller: Caller, number: int, scenario_id: int, reason: str, now: datetime) -> Scenario:
    """One that has not begun. Raises NotFound, Forbidden, Invalid without a reason, Conflict."""
    with transaction.atomic():
        row = _live(caller, number)
        scenario = waiting_scenario(row=row, scenario_id=scenario_id, what="be skipped")
        needed = {"reason": "say why, such as “there was no time left”"}
        check_texts(texts={"reason": reason.strip()}, most={"reason": bounds.REASON_MAX}, needed=needed)
        _skip(scenario, reason.strip())
        changes: dict[str, list[Any]] = {
            f"state of {scenario.title}": [ScenarioState.WAITING.value, ScenarioState.SKIPPED.value],
        }
        tell(caller=caller, row=row, action="skip_scenario", changes=changes, reason=reason, now=now)
    return scenario


def finish(*, caller: Caller, number: int, now: datetime) -> GameDay:
    """Live → wrapping up. Scenarios that wait are skipped. Responders; twice is once.

    Raises NotFound, Forbidden, Conflict while one is running.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        if row.state == State.WRAPPING_UP:
            return row
        check_state(row=row, allowed={State.LIVE}, what="end")
        running = row.scenarios.filter(state=ScenarioState.RUNNING).first()
        if running is not None:
            raise Conflict(f"“{running.title}” is under way: end it first", reason="scenario_runs")
        for scenario in row.scenarios.select_for_update(of=("self",)).filter(state=ScenarioState.WAITING):
            _skip(scenario, "the game day ended before its turn")
        move(row=row, to=State.WRAPPING_UP)
        row.ended_at = now
        save(caller=caller, row=row, now=now, fields=["state", "state_reason", "ended_at"])
        changes: dict[str, list[Any]] = {"state": [State.LIVE.value, State.WRAPPING_UP.value]}
        tell(caller=caller, row=row, action="finish", changes=changes, now=now)
        emit(kind=GAME_DAY_ENDED, payload=payload_of(row=row), team_id=row.team_id, now=now)
    return row


def _live(caller: Caller, number: int) -> GameDay:
    row = held(caller=caller, number=number, role=Role.RESPONDER)
    check_state(row=row, allowed={State.LIVE}, what="step through its scenarios")
    return row


def _skip(scenario: Scenario, reason: str) -> None:
    scenario.state, scenario.skip_reason = ScenarioState.SKIPPED.value, reason
    scenario.save(update_fields=("state", "skip_reason"))
