"""An action as lists show it: only what the reader may see of what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from incidents.actions.domain.states import Kind, Proof, State, is_overdue
from incidents.actions.models import Action
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import is_hidden, visible
from reliability.catalog.models import Service


@dataclass(frozen=True, slots=True)
class Row:
    """proof: in a few words. may_write: whether the reader may move it."""

    action: Action
    service: Service | None
    incident: Incident | None
    is_overdue: bool
    proof: str
    kind: str
    owner: str
    may_write: bool

    @property
    def state(self) -> State:
        return State(self.action.state)


def rows_of(actions: Iterable[Action], *, caller: Caller, today: date) -> list[Row]:
    """Needs what list_actions has at hand."""
    return [row_of(one, caller=caller, today=today) for one in actions]


def row_of(action: Action, *, caller: Caller, today: date) -> Row:
    return Row(
        action=action,
        service=visible(caller=caller, related=action.service),
        incident=visible(caller=caller, related=action.incident),
        is_overdue=is_overdue(state=action.state, due_on=action.due_on, today=today),
        proof=proof_words(action, caller=caller),
        kind=Kind(action.kind).value.capitalize(),
        owner=action.owner_name or "nobody yet",
        may_write=caller.may(action.team_id, Role.RESPONDER),
    )


def proof_words(action: Action, *, caller: Caller) -> str:
    """What proves it, in a few words; of what the reader may not see, only its kind."""
    proof = Proof(action.proof)
    if proof is Proof.EXPERIMENT:
        experiment = visible(caller=caller, related=action.experiment)
        lost = "an experiment" if is_hidden(caller=caller, related=action.experiment) else "an experiment that is gone"
        return f"“{experiment.title}” must hold" if experiment is not None else f"{lost} must hold"
    if proof is Proof.SLO:
        slo = visible(caller=caller, related=action.slo)
        lost = "an objective" if is_hidden(caller=caller, related=action.slo) else "an objective that is gone"
        name = f"“{slo.title}”" if slo is not None else lost
        return f"{name} must stay met for {action.slo_days} days"
    if proof is Proof.CHECK:
        return f"{action.checker} checks it" if action.checker is not None else "whoever was to check it is gone"
    return "not said yet"
