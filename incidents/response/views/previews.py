"""Who is told if an incident is declared now: the same plan that the engine makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.paging.domain.escalation import MoveKind, first_move, next_move
from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.frozen import frozen_policy
from incidents.paging.selectors.people import visible_ids
from incidents.paging.selectors.plans import Planned, StepPlan, plan_step, where_words
from incidents.paging.selectors.policies import policy_for, with_steps
from incidents.response.domain.severity import Severity
from reliability.access.domain.caller import Caller
from reliability.web.words import duration_text

STEPS_MAX = 3
_NO_POLICY = FrozenPolicy(slug="", title="", steps=())


@dataclass(frozen=True, slots=True)
class PreviewRow:
    when: str
    who: str
    how: str


@dataclass(frozen=True, slots=True)
class Preview:
    """problem: why there is less to say than there should be."""

    policy: str = ""
    rows: Sequence[PreviewRow] = ()
    problem: str = ""


def preview_of(
    *,
    caller: Caller,
    team_id: int | None,
    policy: EscalationPolicy | None,
    service_id: int | None,
    severity: Severity | None,
    now: datetime,
) -> Preview:
    """The first steps of the policy that would hold."""
    if team_id is None:
        return Preview(problem="Choose a team.")
    chosen = policy or policy_for(team_id=team_id, service_id=service_id)
    frozen = _NO_POLICY
    if chosen is not None:
        frozen = frozen_policy(policy=with_steps(EscalationPolicy.objects.filter(pk=chosen.pk)).get())
    urgency = severity.urgency if severity else Urgency.URGENT
    rows = _rows(frozen, team_id=team_id, urgency=urgency, caller=caller, now=now)
    if chosen is None:
        problem = "No escalation policy holds for this team: its administrators are told. Make one before you need it."
        return Preview(rows=rows, problem=problem)
    return Preview(policy=chosen.title, rows=rows)


def _rows(frozen: FrozenPolicy, *, team_id: int, urgency: Urgency, caller: Caller, now: datetime) -> list[PreviewRow]:
    move = first_move(frozen=frozen, at=now)
    rows: list[PreviewRow] = []
    for _ in range(STEPS_MAX):
        if move.kind is MoveKind.EXHAUSTED:
            break
        plan = plan_step(frozen=frozen, move=move, team_id=team_id, urgency=urgency)
        rows += _of_step(plan, where_words(move), caller, now, at=move.at)
        move = next_move(frozen=frozen, move=move, heard_at=plan.heard_at)
    return rows


def _of_step(plan: StepPlan, where: str, caller: Caller, now: datetime, *, at: datetime) -> list[PreviewRow]:
    seen = visible_ids(caller=caller, user_ids={one.user.pk for one in plan.told if one.user is not None})
    people: dict[str, list[Planned]] = {}
    for one in plan.told:
        people.setdefault(_who(one, seen), []).append(one)
    rows = [
        PreviewRow(_when(told[0].due_at, now), name, f"{', '.join(dict.fromkeys(one.place for one in told))}; {where}")
        for name, told in people.items()
    ]
    return rows or [PreviewRow(_when(at, now), "nobody", f"{'; '.join(plan.unheard)}; {where}".strip("; "))]


def _who(one: Planned, seen: set[int]) -> str:
    if one.user is None:
        return one.place
    return str(one.user) if one.user.pk in seen else "somebody of another team"


def _when(at: datetime, now: datetime) -> str:
    return "at once" if at <= now else f"in {duration_text(at - now)}"
