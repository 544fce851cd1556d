"""The wrap-up: what it showed, and the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chaos.gamedays.domain.states import ScenarioState, State, Tri
from chaos.gamedays.models import Correction, GameDay, Scenario
from chaos.gamedays.selectors.records import as_it_stands
from chaos.gamedays.selectors.scoring import scored
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_revision, check_state, move, tell
from chaos.gamedays.services.holding import held as held_row
from chaos.gamedays.services.holding import save as save_row
from chaos.gamedays.services.scenarios import scenario_of
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import changes_between
from reliability.web.errors import Conflict, Invalid

_TEXTS = ("was_right_why", "went_well", "went_badly", "was_lucky")


@dataclass(frozen=True, slots=True)
class WrapUpDraft:
    """was_right: was it the right experiment?"""

    was_right: Tri = Tri.PENDING
    was_right_why: str = ""
    went_well: str = ""
    went_badly: str = ""
    was_lucky: str = ""


def save(
    *, caller: Caller, number: int, draft: WrapUpDraft, expected_revision: int | None = None, now: datetime
) -> GameDay:
    """The answers of the team. Responders, while wrapping up. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        row = held_row(caller=caller, number=number, role=Role.RESPONDER)
        check_state(row=row, allowed={State.WRAPPING_UP}, what="be wrapped up")
        check_revision(stored=row.revision, expected=expected_revision)
        values = {name: getattr(draft, name).strip() for name in _TEXTS}
        check_texts(texts=values, most={})
        values = {"was_right": draft.was_right.value, **values}
        before = {name: getattr(row, name) for name in values}
        changes = changes_between(old=before, new=values)
        if changes:
            for name, value in values.items():
                setattr(row, name, value)
            save_row(caller=caller, row=row, now=now, fields=list(values))
            tell(caller=caller, row=row, action="wrap_up", changes=changes, now=now)
    return row


def judge_scenario(
    *,
    caller: Caller,
    number: int,
    scenario_id: int,
    held: Tri,
    responded: Tri,
    faults_gone: Tri,
    learnt: str = "",
    expected_revision: int | None = None,
    now: datetime,
) -> Scenario:
    """What people say of one; of held and faults_gone a run's own verdict counts before theirs. Responders, live or
    while wrapping up. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        row = _held(caller, number)
        check_state(row=row, allowed={State.LIVE, State.WRAPPING_UP}, what="be judged")
        scenario = scenario_of(row=row, scenario_id=scenario_id)
        if scenario.state not in (ScenarioState.RUNNING, ScenarioState.ENDED):
            raise Conflict(f"the scenario is {scenario.state}: there is nothing to judge", reason="wrong_state")
        check_revision(stored=scenario.revision, expected=expected_revision)
        check_texts(texts={"learnt": learnt.strip()}, most={})
        values = {
            "held": held.value,
            "responded": responded.value,
            "faults_gone": faults_gone.value,
            "learnt": learnt.strip(),
        }
        changes = changes_between(old={name: getattr(scenario, name) for name in values}, new=values)
        if changes:
            for name, value in values.items():
                setattr(scenario, name, value)
            scenario.revision += 1
            scenario.save(update_fields=(*values, "revision"))
            tell(
                caller=caller,
                row=row,
                action="judge_scenario",
                changes={**changes, "of": [None, scenario.title]},
                now=now,
            )
    return scenario


def close(*, caller: Caller, number: int, expected_revision: int | None = None, now: datetime) -> GameDay:
    """Wrapping up → done: scores and the record are written, for good. Responders; twice is once.

    Needs an answer to "was it the right experiment?". Raises NotFound, Forbidden, Invalid, Conflict while a run of it
    is open.
    """
    with transaction.atomic():
        row = _held(caller, number)
        if row.state == State.DONE:
            return row
        check_state(row=row, allowed={State.WRAPPING_UP}, what="be closed")
        check_revision(stored=row.revision, expected=expected_revision)
        if row.was_right == Tri.PENDING:
            raise Invalid(details=[{"field": "was_right", "message": "say whether it was the right experiment"}])
        result = scored(game_day=row, now=now)
        for one in result.scenarios:
            run = one.scenario.run
            if run is not None and run.is_open:
                raise Conflict(
                    f"run {run.pk} of “{one.scenario.title}” is not over yet: wait for it", reason="run_open"
                )
        for one in result.scenarios:
            scenario, detection = one.scenario, one.detection
            scenario.score = one.score
            scenario.alerted_at, scenario.alerted_by = detection.alerted_at, detection.alerted_by[:200]
            scenario.save(update_fields=("score", "alerted_at", "alerted_by"))
        move(row=row, to=State.DONE)
        row.score, row.closed_at, row.closed_by_name = result.score, now, caller.name[:160]
        row.record = as_it_stands(game_day=row, now=now)
        save_row(
            caller=caller,
            row=row,
            now=now,
            fields=["state", "state_reason", "score", "closed_at", "closed_by_name", "record"],
        )
        changes: dict[str, list[Any]] = {
            "state": [State.WRAPPING_UP.value, State.DONE.value],
            "score": [None, row.score],
        }
        tell(caller=caller, row=row, action="close", changes=changes, now=now)
    return row


def correct(*, caller: Caller, number: int, text: str, now: datetime) -> Correction:
    """Append to a closed record. Responders. Raises NotFound, Forbidden, Invalid, Conflict while it is not closed."""
    with transaction.atomic():
        row = _held(caller, number)
        check_state(row=row, allowed={State.DONE}, what="be corrected: change what it says instead")
        check_texts(
            texts={"text": text.strip()}, most={}, needed={"text": "write what is otherwise than the record says"}
        )
        if row.corrections.count() >= settings.GAME_DAY_FOLLOW_UPS_MAX:
            raise Conflict(
                f"it has {settings.GAME_DAY_FOLLOW_UPS_MAX} corrections: that is the most", reason="too_many"
            )
        made = Correction.objects.create(game_day=row, at=now, by_name=caller.name[:160], text=text.strip())
        tell(caller=caller, row=row, action="correct", changes={"correction": [None, made.text[:500]]}, now=now)
    return made


def draft_of(*, game_day: GameDay) -> WrapUpDraft:
    """The stored answers as a draft to change."""
    return WrapUpDraft(Tri(game_day.was_right), **{name: getattr(game_day, name) for name in _TEXTS})


def _held(caller: Caller, number: int) -> GameDay:
    return held_row(caller=caller, number=number, role=Role.RESPONDER)
