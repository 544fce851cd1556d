"""What the pages of this room share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.gate.domain.kept import to_json, told_to
from reliability.gate.domain.kinds import Effect
from reliability.gate.models import GateDecision
from reliability.gate.selectors.answers import Answer
from reliability.web.errors import Forbidden

_SPEAKING = (Effect.BLOCKS, Effect.OVERRIDDEN, Effect.EXCEPTED, Effect.WARNS)


def teams_of(request: AccessRequest, role: Role) -> QuerySet[Team]:
    return writable_teams(caller=request.caller, role=role).order_by("name", "pk")


def team_asked(request: AccessRequest, role: Role) -> Team:
    """The team `?team=` names, else the caller's first. Raises Forbidden when there is none to write for."""
    teams = teams_of(request, role)
    found = teams.filter(slug=asked_text(request, "team", 63)).first() or teams.first()
    if found is None:
        raise Forbidden(f"this needs the role {role.name.lower()} in a team: ask for it", reason="role_too_low")
    return found


def asked_text(request: AccessRequest, name: str, length_max: int = 100) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:length_max]


def row_of_answer(answer: Answer, *, caller: Caller) -> dict[str, Any]:
    """As templates have an answer: `state` a slug of states, `reasons` what speaks, `notes` the rest."""
    reasons = told_to(caller=caller, stored=to_json(answer.verdict.reasons))
    return {
        "answer": answer,
        "state": state_of(answer.verdict.decision.value, is_overridden=answer.verdict.override_id is not None),
        "reasons": [one for one in reasons if one.effect in _SPEAKING],
        "notes": [one for one in reasons if one.effect not in _SPEAKING],
    }


def row_of_decision(row: GateDecision, *, caller: Caller) -> dict[str, Any]:
    """As templates have a kept answer."""
    reasons = [one for one in told_to(caller=caller, stored=row.reasons) if one.effect in _SPEAKING]
    is_overridden = row.override_id is not None
    return {"decision": row, "state": state_of(row.decision, is_overridden=is_overridden), "reasons": reasons}


def state_of(decision: str, *, is_overridden: bool) -> str:
    return "gate_overridden" if is_overridden else f"gate_{decision}"
