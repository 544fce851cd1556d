"""Scenarios of a plan: added, edited, moved, taken out. While it is planned, and added while it is live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chaos.experiments.models import Experiment
from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import PLANNING, ScenarioState, State
from chaos.gamedays.models import GameDay, Scenario
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_revision, check_state, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.audit import changes_between
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, NotFound

_MOST = {"title": bounds.TITLE_MAX, "expected_alert": bounds.ALERT_MAX}
_NEEDED = {"title": "say what is tried, such as “The cache is gone”"}
_OPEN = PLANNING | {State.LIVE}


@dataclass(frozen=True, slots=True)
class ScenarioDraft:
    """experiment: slug of one of the team's, or blank for a scenario by hand. service: name, blank: the experiment's.

    expected_minutes: within how many somebody should notice; None: nobody is expected to.
    """

    title: str
    happens: str = ""
    experiment: str = ""
    service: str = ""
    expected_alert: str = ""
    expected_minutes: int | None = None
    expected_response: str = ""


def add(*, caller: Caller, number: int, draft: ScenarioDraft, now: datetime) -> Scenario:
    """The last of the game day. Editors of the team, responders while it is live.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transaction.atomic():
        row = _held(caller, number)
        positions = list(row.scenarios.order_by().values_list("position", flat=True))
        if len(positions) >= settings.GAME_DAY_SCENARIOS_MAX:
            raise Conflict(
                f"it has {settings.GAME_DAY_SCENARIOS_MAX} scenarios: plan another game day", reason="too_many"
            )
        values = _checked(caller, row, draft)
        made = Scenario.objects.create(game_day=row, position=max(positions, default=0) + 1, **values)
        changes = {name: [None, value] for name, value in _audited(made).items() if value not in ("", None)}
        tell(caller=caller, row=row, action="add_scenario", changes=changes, now=now)
    return made


def edit(
    *,
    caller: Caller,
    number: int,
    scenario_id: int,
    draft: ScenarioDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Scenario:
    """Of a scenario that has not begun. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        row = _held(caller, number)
        scenario = waiting_scenario(row=row, scenario_id=scenario_id, what="be edited")
        check_revision(stored=scenario.revision, expected=expected_revision)
        values = _checked(caller, row, draft)
        before = _audited(scenario)
        for name, value in values.items():
            setattr(scenario, name, value)
        changes = changes_between(old=before, new=_audited(scenario))
        if changes:
            scenario.revision += 1
            scenario.save(update_fields=(*values, "revision"))
            tell(caller=caller, row=row, action="edit_scenario", changes=changes, now=now)
    return scenario


def move(*, caller: Caller, number: int, scenario_id: int, position: int, now: datetime) -> None:
    """To *position*, from 1; the others make room. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = _held(caller, number)
        moved = waiting_scenario(row=row, scenario_id=scenario_id, what="be moved")
        ordered = [one for one in row.scenarios.order_by("position", "pk") if one.pk != moved.pk]
        ordered.insert(min(max(position, 1), len(ordered) + 1) - 1, moved)
        before = moved.position
        for place, one in enumerate(ordered, start=1):
            one.position = place
        Scenario.objects.bulk_update(ordered, ("position",))
        if moved.position != before:
            changes = {f"position of {moved.title}": [before, moved.position]}
            tell(caller=caller, row=row, action="move_scenario", changes=changes, now=now)


def remove(*, caller: Caller, number: int, scenario_id: int, now: datetime) -> None:
    """One that has not begun, before the game day is live. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.EDITOR)
        check_state(row=row, allowed=PLANNING, what="lose a scenario: skip it")
        scenario = waiting_scenario(row=row, scenario_id=scenario_id, what="be taken out")
        if row.state != State.DRAFT and row.scenarios.count() == 1:
            raise Conflict("a planned game day has at least one scenario: add another before you take this one out")
        changes = {"scenario": [scenario.title, None]}
        scenario.delete()
        tell(caller=caller, row=row, action="remove_scenario", changes=changes, now=now)


def scenario_of(*, row: GameDay, scenario_id: int) -> Scenario:
    """Locked; of a game day that is held. Raises NotFound."""
    found = row.scenarios.select_for_update(of=("self",)).filter(pk=min(scenario_id, 2**63 - 1)).first()
    if found is None:
        raise NotFound("there is no such scenario in this game day")
    return found


def waiting_scenario(*, row: GameDay, scenario_id: int, what: str) -> Scenario:
    """As scenario_of. Raises Conflict, too, when it has begun or was skipped."""
    found = scenario_of(row=row, scenario_id=scenario_id)
    if found.state != ScenarioState.WAITING:
        raise Conflict(f"the scenario is {found.state}: it cannot {what}", reason="wrong_state")
    return found


def draft_of(*, scenario: Scenario) -> ScenarioDraft:
    """The stored one as a draft to change."""
    return ScenarioDraft(
        title=scenario.title,
        happens=scenario.happens,
        experiment=scenario.experiment.slug if scenario.experiment else "",
        service=scenario.service.name if scenario.service else "",
        expected_alert=scenario.expected_alert,
        expected_minutes=scenario.expected_minutes,
        expected_response=scenario.expected_response,
    )


def _held(caller: Caller, number: int) -> GameDay:
    row = held(caller=caller, number=number, role=Role.RESPONDER)
    check_state(row=row, allowed=_OPEN, what="be changed")
    return row if row.state == State.LIVE else held(caller=caller, number=number, role=Role.EDITOR)


def _checked(caller: Caller, row: GameDay, draft: ScenarioDraft) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(draft, name).strip() for name in ("title", "happens", "expected_alert", "expected_response")
    }
    others = []
    least, most = bounds.EXPECTED_MINUTES
    if draft.expected_minutes is not None and not least <= draft.expected_minutes <= most:
        others.append({"field": "expected_minutes", "message": f"must be between {least} and {most}, or left out"})
    experiment = _experiment(row, draft.experiment, others)
    service = _service(caller, draft.service, others)
    check_texts(texts=values, most=_MOST, needed=_NEEDED, others=others)
    if service is None and experiment is not None:
        service = experiment.service
    return {**values, "expected_minutes": draft.expected_minutes, "experiment": experiment, "service": service}


def _experiment(row: GameDay, slug: str, others: list[dict[str, Any]]) -> Experiment | None:
    if not slug:
        return None
    rows = Experiment.objects.filter(team_id=row.team_id, slug=slug[:63], is_archived=False)
    found = rows.select_related("service").first()
    if found is None:
        message = "is no experiment of the team that could be run: choose another, or none to do it by hand"
        others.append({"field": "experiment", "message": message})
    return found


def _service(caller: Caller, name: str, others: list[dict[str, Any]]) -> Service | None:
    if not name:
        return None
    found: Service | None = Service.objects.readable_by(caller).filter(name=name[:63]).first()
    if found is None:
        others.append({"field": "service", "message": "is no service that you may see: choose another, or none"})
    return found


def _audited(scenario: Scenario) -> dict[str, Any]:
    names = ("title", "happens", "expected_alert", "expected_minutes", "expected_response")
    found = {name: getattr(scenario, name) for name in names}
    return {
        **found,
        "experiment": scenario.experiment.slug if scenario.experiment else None,
        "service": scenario.service.name if scenario.service else None,
    }
