"""The life of an escalation. The owner of the subject calls these in the transaction of its own change.

Each change moves the epoch, so that messages of before are void. Those who were told hear of it without being asked
for; `retell` is for what only the owner knows, such as a new severity.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from incidents.paging.domain.content import Content
from incidents.paging.domain.escalation import (
    Move,
    MoveKind,
    Reason,
    Standing,
    by_hand,
    first_move,
    next_move,
    same_step,
    stage_of,
)
from incidents.paging.domain.frozen import NO_POLICY, FrozenPolicy
from incidents.paging.domain.happening import Happening
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, EscalationPolicy
from incidents.paging.services import events, updates
from incidents.paging.services.delivery_next import is_unheard
from incidents.paging.services.due_kinds import STEP
from incidents.paging.services.escalations_steps import exhaust, save, take
from incidents.paging.services.policies import freeze
from reliability.channels.domain.message import Event
from reliability.outbox.services import due
from reliability.web.errors import NotFound

_RUNNING = (Escalation.State.ACTIVE, Escalation.State.EXHAUSTED)


@transaction.atomic(savepoint=False)
def begin(
    *,
    team_id: int,
    subject: str,
    policy: EscalationPolicy | None,
    urgency: Urgency,
    content: Content,
    now: datetime,
) -> Escalation:
    """Freeze the policy and tell the first step. Without a policy the team's administrators are told."""
    policy, frozen = _frozen(policy, now)
    escalation = Escalation.objects.create(
        team_id=team_id,
        subject=subject,
        policy=policy,
        definition=frozen.to_json(),
        content=content.to_json(),
        urgency=urgency.value,
        began_at=now,
    )
    text = f"Escalation began: {frozen.title}"
    events.record(escalation=escalation, kind=Happening.BEGAN, text=text, now=now, data={"policy": frozen.slug})
    move = first_move(frozen=frozen, at=now)
    take(escalation=escalation, frozen=frozen, move=move, now=now, event=Event.TRIGGER, is_first=True)
    return escalation


def _frozen(policy: EscalationPolicy | None, now: datetime) -> tuple[EscalationPolicy | None, FrozenPolicy]:
    """A policy that was deleted since it was chosen is as none: somebody must be told."""
    if policy is None:
        return None, NO_POLICY
    try:
        return policy, freeze(policy_id=policy.pk, now=now)
    except NotFound:
        return None, NO_POLICY


@transaction.atomic
def pause(*, escalation_id: int, now: datetime, by: str, by_user_id: int | None = None) -> Escalation:
    """Acknowledged by *by*: nobody is paged any more, and those who were told hear of it. Twice is once.

    by_user_id: who did it, and so need not be told.
    """
    escalation = _locked(escalation_id)
    if escalation.state not in _RUNNING:
        return escalation
    frozen = frozen_of(escalation=escalation)
    escalation.state = Escalation.State.PAUSED
    escalation.epoch += 1
    escalation.next_step_at = None
    escalation.ack_lapses_at = now + frozen.ack_timeout if frozen.ack_timeout else None
    save(escalation=escalation)
    if escalation.ack_lapses_at is None:
        due.cancel(kind=STEP, key=escalation.pk)
    else:
        due.schedule(kind=STEP, key=escalation.pk, due_at=escalation.ack_lapses_at, reschedule=True)
    _record(escalation, Happening.PAUSED, f"Paused: acknowledged by {by}", now, by=by)
    _update(escalation, Event.ACKNOWLEDGE, by=by, by_user_id=by_user_id, now=now)
    return escalation


@transaction.atomic
def resume(*, escalation_id: int, now: datetime, by: str) -> Escalation:
    """Un-acknowledged: the same step again, with a fresh delay. Does nothing unless it was paused."""
    escalation = _locked(escalation_id)
    if escalation.state == Escalation.State.PAUSED:
        text = f"Resumed: {by} took the acknowledgement back"
        _same_step_afresh(escalation, Happening.RESUMED, Reason.UNACKNOWLEDGED, text, by=by, now=now)
    return escalation


@transaction.atomic
def end(*, escalation_id: int, now: datetime, by: str, by_user_id: int | None = None) -> Escalation:
    """Resolved: nobody is paged any more, and those who were told hear of it, as of `pause`. Twice is once."""
    escalation = _locked(escalation_id)
    if escalation.state == Escalation.State.ENDED:
        return escalation
    escalation.state = Escalation.State.ENDED
    escalation.epoch += 1
    escalation.next_step_at = escalation.ack_lapses_at = None
    escalation.ended_at = now
    save(escalation=escalation)
    due.cancel(kind=STEP, key=escalation.pk)
    _record(escalation, Happening.ENDED, f"Ended: resolved by {by}", now, by=by)
    _update(escalation, Event.RESOLVE, by=by, by_user_id=by_user_id, now=now)
    return escalation


@transaction.atomic
def restart(*, escalation_id: int, now: datetime, by: str) -> Escalation:
    """Reopened: from the first step, in a new epoch. Does nothing unless it had ended."""
    escalation = _locked(escalation_id)
    if escalation.state != Escalation.State.ENDED:
        return escalation
    frozen = frozen_of(escalation=escalation)
    escalation.epoch += 1
    escalation.ended_at = None
    move = first_move(frozen=frozen, at=now, reason=Reason.REOPENED)
    escalation.step, escalation.pass_number = move.step, move.pass_number
    _record(escalation, Happening.RESTARTED, f"Began again: reopened by {by}", now, by=by)
    take(escalation=escalation, frozen=frozen, move=move, now=now, event=Event.REOPEN)
    return escalation


@transaction.atomic
def escalate_now(*, escalation_id: int, epoch: int, step: int, now: datetime, by: str) -> bool:
    """The next step at once. False when the escalation is not at (epoch, step) any more: a stale button.

    step: the stage, which counts over all passes; what links and `stage` say.
    """
    escalation = _locked(escalation_id)
    if escalation.state != Escalation.State.ACTIVE:
        return False
    frozen = frozen_of(escalation=escalation)
    standing = Standing(epoch=escalation.epoch, stage=stage(escalation=escalation))
    move = by_hand(frozen=frozen, standing=standing, pressed=Standing(epoch=epoch, stage=step), at=now, by=by)
    if move is None:
        return False
    _record(escalation, Happening.ESCALATED, f"{by} escalated by hand", now, by=by)
    take(escalation=escalation, frozen=frozen, move=move, now=now, event=Event.TRIGGER)
    return True


@transaction.atomic
def retell(
    *,
    escalation_id: int,
    content: Content,
    event: Event,
    now: datetime,
    urgency: Urgency | None = None,
    by_user_id: int | None = None,
) -> int:
    """From now on *content* is told; those who were told before hear of it as *event*. Returns how many places.

    urgency: holds for whom is told from now on; None leaves it. by_user_id: who did it, and so need not be told.
    With ACKNOWLEDGE, RESOLVE or REOPEN it replaces the words of what pause, end or restart has just had told.
    """
    escalation = _locked(escalation_id)
    escalation.content = content.to_json()
    if urgency is not None:
        escalation.urgency = urgency.value
    save(escalation=escalation)
    if event is Event.TRIGGER:
        return 0
    return updates.tell(escalation=escalation, event=event, content=content, now=now, but_user_id=by_user_id)


@transaction.atomic
def hasten(
    *, escalation_id: int, content: Content, now: datetime, by: str, by_user_id: int | None = None
) -> Escalation:
    """It may wake people from now on: the same step again, to whom quiet hours kept it from as well.

    While it is paused or has ended only what is told later is urgent. Already urgent: only the content changes.
    """
    escalation = _locked(escalation_id)
    was_urgent = escalation.urgency == Urgency.URGENT
    escalation.content, escalation.urgency = content.to_json(), Urgency.URGENT.value
    if escalation.state in _RUNNING and not was_urgent:
        text = f"Told again: {by} made it urgent"
        _same_step_afresh(escalation, Happening.HASTENED, Reason.HASTENED, text, by=by, now=now)
    else:
        save(escalation=escalation)
        updates.tell(escalation=escalation, event=Event.UPDATE, content=content, now=now, but_user_id=by_user_id)
    return escalation


@transaction.atomic
def go_on(*, escalation_id: int, now: datetime) -> datetime | None:
    """What has become due: the next step, or the end of an acknowledgement. Returns when to look again.

    The next step comes before its time when nobody of this one can be told; the end of it all never does.
    """
    escalation: Escalation | None = Escalation.objects.select_for_update(no_key=True).filter(pk=escalation_id).first()
    if escalation is None:
        return None
    if escalation.state == Escalation.State.PAUSED:
        return _lapse(escalation, now=now)
    if escalation.state != Escalation.State.ACTIVE or escalation.next_step_at is None:
        return None
    frozen = frozen_of(escalation=escalation)
    move = next_move(frozen=frozen, move=_move_it_is_at(escalation, frozen, at=now), heard_at=now)
    is_early = escalation.next_step_at > now
    if is_early and (move.kind is MoveKind.EXHAUSTED or not is_unheard(escalation=escalation)):
        return escalation.next_step_at
    if move.kind is MoveKind.EXHAUSTED:
        exhaust(escalation=escalation, move=move, now=now)
    else:
        take(escalation=escalation, frozen=frozen, move=replace(move, at=now), now=now, event=Event.TRIGGER)
    return None


def frozen_of(*, escalation: Escalation) -> FrozenPolicy:
    return FrozenPolicy.from_json(escalation.definition)


def stage(*, escalation: Escalation) -> int:
    """Where it stands as one number, for buttons: the `step` of escalate_now."""
    frozen = frozen_of(escalation=escalation)
    return stage_of(frozen=frozen, step=escalation.step, pass_number=escalation.pass_number)


def _locked(escalation_id: int) -> Escalation:
    escalation: Escalation = Escalation.objects.select_for_update(no_key=True).get(pk=escalation_id)
    return escalation


def _lapse(escalation: Escalation, *, now: datetime) -> datetime | None:
    if escalation.ack_lapses_at is None or escalation.ack_lapses_at > now:
        return escalation.ack_lapses_at
    text = "The acknowledgement lapsed: it is not resolved"
    _same_step_afresh(escalation, Happening.LAPSED, Reason.ACK_LAPSED, text, by="", now=now)
    return None


def _same_step_afresh(
    escalation: Escalation, kind: Happening, reason: Reason, text: str, *, by: str, now: datetime
) -> None:
    frozen = frozen_of(escalation=escalation)
    escalation.epoch += 1
    _record(escalation, kind, text, now, by=by)
    move = same_step(frozen=frozen, step=escalation.step, pass_number=escalation.pass_number, at=now, reason=reason)
    take(escalation=escalation, frozen=frozen, move=move, now=now, event=Event.TRIGGER)


def _move_it_is_at(escalation: Escalation, frozen: FrozenPolicy, *, at: datetime) -> Move:
    return same_step(
        frozen=frozen, step=escalation.step, pass_number=escalation.pass_number, at=at, reason=Reason.NOT_ACKNOWLEDGED
    )


def _record(escalation: Escalation, kind: Happening, text: str, now: datetime, *, by: str) -> None:
    events.record(escalation=escalation, kind=kind, text=text, now=now, data={"by": by} if by else {})


def _update(escalation: Escalation, event: Event, *, by: str, by_user_id: int | None, now: datetime) -> None:
    content = updates.described(content=Content.from_json(escalation.content), event=event, by=by)
    updates.tell(escalation=escalation, event=event, content=content, now=now, but_user_id=by_user_id)
