"""Who works on it, who was told and with which answer, and who comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.paging.domain.escalation import Move, MoveKind, Reason, next_move, stage_of
from incidents.paging.domain.frozen import FrozenPolicy, FrozenStep, TargetKind
from incidents.paging.models import Escalation, Notification, NotificationAttempt
from incidents.response.domain.phases import OPEN, Status
from incidents.response.models import Incident, IncidentRole
from incidents.response.views.heads import ROLE_TITLES
from incidents.response.views.told import who
from reliability.access.domain.caller import Caller

TOLD_MAX = 30
_OUTCOMES = {"delivered": "sent", "refused": "refused", "retry": "retry", "unknown": "answer_unknown", "": "under_way"}
_TARGET_ICONS = {
    TargetKind.USER: "person",
    TargetKind.SCHEDULE: "clock",
    TargetKind.TEAM: "people",
    TargetKind.CHANNEL: "plug",
}


@dataclass(frozen=True, slots=True)
class Holder:
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RoleView:
    slug: str
    title: str
    holders: Sequence[Holder]
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Try:
    number: int
    began_at: datetime
    took: timedelta | None
    state: str
    status: int | None
    reason: str
    answer: str


@dataclass(frozen=True, slots=True)
class ToldView:
    """One notification: to whom, by which way, why, and each attempt with its answer."""

    pk: int
    who: str
    how: str
    state: str
    why: str
    reason: str
    at: datetime | None
    due_at: datetime
    sent_at: datetime | None
    external_id: str
    tries: Sequence[Try]


@dataclass(frozen=True, slots=True)
class NextTarget:
    icon: str
    name: str


_ADMINISTRATORS = NextTarget("people", "the administrators of the team")


@dataclass(frozen=True, slots=True)
class NextStep:
    words: str
    at: datetime | None
    targets: Sequence[NextTarget] = ()


@dataclass(frozen=True, slots=True)
class Escalate:
    """What the button is about: it does nothing when paging has moved on."""

    epoch: int
    step: int


@dataclass(frozen=True, slots=True)
class People:
    roles: Sequence[RoleView]
    told: Sequence[ToldView]
    told_more: int
    next: NextStep | None
    next_words: str
    policy: str
    escalate: Escalate | None


def roles_of(incident: Incident) -> list[IncidentRole]:
    """The roles held now, of an incident read with its roles at hand."""
    return [role for role in incident.roles.all() if role.left_at is None]


def people_of(incident: Incident, *, roles: Sequence[IncidentRole], caller: Caller) -> People:
    escalation = incident.escalation
    told, more = _told(escalation)
    next_step, words = next_of(incident)
    can_escalate = escalation is not None and incident.status in OPEN and escalation.state == Escalation.State.ACTIVE
    return People(
        roles=[_role(slug, title, roles, caller) for slug, title in ROLE_TITLES.items()],
        told=told,
        told_more=more,
        next=next_step,
        next_words=words,
        policy=str(escalation.definition.get("title", "")) if escalation else "",
        escalate=_escalate(escalation) if can_escalate and escalation is not None and next_step else None,
    )


def _escalate(escalation: Escalation) -> Escalate:
    frozen = FrozenPolicy.from_json(escalation.definition)
    stage = stage_of(frozen=frozen, step=escalation.step, pass_number=escalation.pass_number)
    return Escalate(escalation.epoch, stage)


def next_of(incident: Incident) -> tuple[NextStep | None, str]:
    """The next step of the frozen policy and when; or no step, and why not."""
    escalation = incident.escalation
    if escalation is None:
        return None, "Nobody is paged for it."
    if incident.status in (Status.RESOLVED, Status.CLOSED):
        return None, "Nobody: it is over."
    if incident.status == Status.ACKNOWLEDGED:
        if escalation.ack_lapses_at is None:
            return None, "Nobody: it is acknowledged."
        return NextStep("Nobody, unless the acknowledgement lapses: paging then goes on", escalation.ack_lapses_at), ""
    if escalation.state == Escalation.State.EXHAUSTED or escalation.next_step_at is None:
        return None, "Nobody is left: every step was taken."
    return _after(escalation, escalation.next_step_at), ""


def _after(escalation: Escalation, at: datetime) -> NextStep:
    """What the engine would do, by the function that it asks."""
    frozen = FrozenPolicy.from_json(escalation.definition)
    began_at = escalation.step_began_at or escalation.began_at
    is_last_resort = escalation.step >= len(frozen.steps)
    here = Move(
        kind=MoveKind.LAST_RESORT if is_last_resort else MoveKind.STEP,
        step=escalation.step,
        pass_number=escalation.pass_number,
        at=began_at,
        reason=Reason.BEGAN,
        words="",
    )
    following = next_move(frozen=frozen, move=here, heard_at=began_at)
    if following.kind is MoveKind.EXHAUSTED:
        return NextStep("Nobody is left: paging ends", at)
    if following.kind is MoveKind.LAST_RESORT:
        resort = frozen.last_resort
        return NextStep("The last resort", at, _targets(resort) if resort else [_ADMINISTRATORS])
    passes = f", pass {following.pass_number + 1} of {frozen.passes}" if frozen.passes > 1 else ""
    step = frozen.steps[following.step]
    return NextStep(f"Step {following.step + 1} of {len(frozen.steps)}{passes}", at, _targets(step))


def _targets(step: FrozenStep) -> list[NextTarget]:
    return [NextTarget(_TARGET_ICONS[target.kind], target.name) for target in step.targets]


def _role(slug: str, title: str, roles: Sequence[IncidentRole], caller: Caller) -> RoleView:
    held = [role for role in roles if role.role == slug]
    return RoleView(
        slug=slug,
        title=title,
        holders=[Holder(str(role.user), role.taken_at) for role in held],
        is_mine=any(role.user_id == caller.user_id for role in held),
    )


def _told(escalation: Escalation | None) -> tuple[list[ToldView], int]:
    """The newest first; two queries."""
    if escalation is None:
        return [], 0
    found = Notification.objects.filter(escalation=escalation).select_related("user").prefetch_related("tries")
    newest = list(found.order_by("-due_at", "-pk")[: TOLD_MAX + 1])
    more = 0
    if len(newest) > TOLD_MAX:
        more = Notification.objects.filter(escalation=escalation).count() - TOLD_MAX
    return [_told_one(one) for one in newest[:TOLD_MAX]], more


def _told_one(one: Notification) -> ToldView:
    waits_for_answer = one.state == Notification.State.WAITING and one.first_attempt_at is not None
    kind = "" if one.purpose == Notification.Purpose.PAGE else f"{one.get_purpose_display()}: "
    return ToldView(
        pk=one.pk,
        who=who(one),
        how=f"{kind}{one.place.removeprefix(f'{one.user}: ')}" if one.user is not None else kind.rstrip(": "),
        state="under_way" if waits_for_answer else one.state,
        why=one.why,
        reason=one.state_reason,
        at=one.sent_at or one.due_at,
        due_at=one.due_at,
        sent_at=one.sent_at,
        external_id=one.external_id,
        tries=[_try(attempt) for attempt in one.tries.all()],
    )


def _try(attempt: NotificationAttempt) -> Try:
    return Try(
        number=attempt.number,
        began_at=attempt.began_at,
        took=attempt.ended_at - attempt.began_at if attempt.ended_at else None,
        state=_OUTCOMES.get(attempt.outcome, "answer_unknown"),
        status=attempt.status,
        reason=attempt.reason,
        answer=attempt.answer,
    )
