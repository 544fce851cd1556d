"""What the system itself answers of the go/no-go checklist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from chaos.experiments.models import Experiment
from chaos.gamedays.domain.states import Answer, RoleKind, ScenarioState
from chaos.gamedays.models import GameDay, Scenario
from chaos.runs import blockers
from chaos.runs.domain.guards import Guard, GuardResult
from chaos.runs.services import guards
from chaos.runs.services.requests import request_run
from reliability.access.domain.caller import SYSTEM, Caller
from reliability.web.errors import Conflict, Invalid

# Asked for when a run begins: before it is there nobody can approve it, or be told of it.
_LATER = frozenset({Guard.APPROVAL, Guard.NOTICE, Guard.WINDOW})
_BLACKOUT = "blackout"
_TITLES = {
    Guard.STOP: "All chaos is not stopped",
    Guard.DOCUMENT: "The experiments may be run",
    Guard.HYPOTHESIS: "There is a hypothesis",
    Guard.TARGETS: "The targets are free",
    Guard.AGENT: "An agent can do it",
    Guard.APPROVAL: "Approvals",
    Guard.NOTICE: "Stakeholders are told",
    Guard.WINDOW: "The time",
    Guard.BUDGET: "Error budget is left",
    Guard.BURN: "Nothing burns",
    Guard.TELEMETRY: "Telemetry is fresh",
    blockers.ON_CALL: "Somebody is on call",
    "incidents": "No Sev1 or Sev2 is open",
    _BLACKOUT: "No blackout",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One question. name: slug, such as experiments, error_budget, people. url: where to mend it, or blank."""

    name: str
    title: str
    is_go: bool
    reason: str
    url: str = ""


def ask(*, caller: Caller, game_day: GameDay, now: datetime) -> list[Check]:
    """Asked now, of the runs that the scenarios would ask for; nothing is kept of the asking.

    The blackouts are asked of the planned start, too. Own items of the checklist are not among them.
    """
    rows = game_day.scenarios.filter(state=ScenarioState.WAITING).select_related("experiment__service")
    scenarios = list(rows.order_by("position", "pk"))
    if not game_day.team_id or not caller.may_read(game_day.team_id):
        return []
    return [_scenarios(scenarios), *_of_runs(game_day, scenarios, now), _roles(game_day), _people(game_day)]


def _scenarios(scenarios: list[Scenario]) -> Check:
    count = len(scenarios)
    words = f"{count} to try" if count else "none is left to try: add one"
    return Check("scenarios", "There are scenarios", count > 0, words)


def _of_runs(game_day: GameDay, scenarios: list[Scenario], now: datetime) -> Iterator[Check]:
    """One check for each guard: the first objection of any scenario is its reason."""
    first: dict[int, Scenario] = {}
    for one in scenarios:
        if one.experiment_id is not None:
            first.setdefault(one.experiment_id, one)
    refused: list[tuple[Scenario, str]] = []
    asked: dict[str, list[tuple[Scenario, GuardResult]]] = {}
    for scenario in first.values():
        if scenario.experiment is None:
            continue
        try:
            results = _asked(scenario.experiment, game_day, now)
        except (Invalid, Conflict) as problem:
            refused.append((scenario, problem.message))
            continue
        for result in results:
            asked.setdefault(result.name, []).append((scenario, result))
    yield _experiments(first, refused)
    for name, results_of in asked.items():
        yield _guard(name, results_of)


def _asked(experiment: Experiment, game_day: GameDay, now: datetime) -> list[GuardResult]:
    """As chaos.runs.services.rehearsing does, of a run that is taken back; and the blackouts at the planned start."""
    with transaction.atomic():
        run = request_run(caller=SYSTEM, experiment=experiment, not_before=now, origin="game_day", now=now)
        found = list(guards.before(run=run, now=now).results)
        source = blockers.sources().get(_BLACKOUT)
        if source is not None and game_day.starts_at is not None and game_day.starts_at > now:
            then = source.find(run=run, at=game_day.starts_at)
            found = [one for one in found if one.name != _BLACKOUT or not then]
            if then:
                reason = f"at the planned start: {'; '.join(one.reason for one in then)}"
                found.append(GuardResult(_BLACKOUT, False, reason))
        transaction.set_rollback(True)
    return found


def _experiments(first: dict[int, Scenario], refused: list[tuple[Scenario, str]]) -> Check:
    title = "The experiments are valid"
    if refused:
        scenario, why = refused[0]
        url = reverse("experiment-detail", args=(scenario.experiment.slug,)) if scenario.experiment else ""
        return Check("experiments", title, False, f"{scenario.title}: {why}", url)
    count = len(first)
    return Check("experiments", title, True, f"{count} could be run" if count else "all scenarios are by hand")


def _guard(name: str, results: list[tuple[Scenario, GuardResult]]) -> Check:
    title = _TITLES.get(name, name.replace("_", " ").capitalize())
    objection = next(((scenario, one) for scenario, one in results if not one.is_go), None)
    if objection is None:
        return Check(name, title, True, results[0][1].reason)
    scenario, result = objection
    if name in _LATER:
        return Check(name, title, True, f"asked when a scenario begins; now: {result.reason}")
    return Check(name, title, False, f"{scenario.title}: {result.reason}")


def _roles(game_day: GameDay) -> Check:
    held = set(game_day.role_holders.filter(until_at=None).values_list("kind", flat=True))
    missing = [kind.value for kind in (RoleKind.OWNER, RoleKind.COORDINATOR, RoleKind.REPORTER) if kind not in held]
    words = f"nobody is {' or '.join(missing)}" if missing else "owner, coordinator and reporter are named"
    return Check("roles", "The roles are given", not missing, words)


def _people(game_day: GameDay) -> Check:
    """Whoever has a role and declined is missing; whoever has not answered is said."""
    holders = game_day.role_holders.filter(until_at=None).exclude(user=None).values_list("user_id", flat=True)
    invitees = list(game_day.invitees.filter(removed_at=None).order_by("name", "pk"))
    declined = [one.name for one in invitees if one.answer == Answer.DECLINED and one.user_id in set(holders)]
    if declined:
        return Check("people", "Nobody is missing", False, f"declined, and has a role: {', '.join(declined)}")
    silent = sum(one.answer == Answer.NONE for one in invitees)
    words = f"{silent} of {len(invitees)} have not answered" if silent else f"{len(invitees)} invited, all answered"
    return Check("people", "Nobody is missing", True, words if invitees else "nobody is invited")
