"""Taking a step: who is on call now is told, and the step after it becomes due. A step of nobody is left at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from incidents.paging.domain.escalation import Move, MoveKind, next_move
from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.domain.happening import Happening
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, Notification
from incidents.paging.selectors.plans import Planned, StepPlan, plan_step
from incidents.paging.services import bundling, events
from incidents.paging.services.due_kinds import STEP
from incidents.paging.services.notifications import Draft, Place, ask_to_send, make
from reliability.channels.domain.message import Event
from reliability.outbox.services import due


def take(
    *,
    escalation: Escalation,
    frozen: FrozenPolicy,
    move: Move,
    now: datetime,
    event: Event,
    is_first: bool = False,
) -> None:
    """Make *move*, and those after it that are due at once. Call with the escalation locked.

    is_first: the escalation is made in this transaction, so that nothing of it can be there yet.
    """
    escalation.state = Escalation.State.ACTIVE
    escalation.ack_lapses_at = None
    while move.kind is not MoveKind.EXHAUSTED:
        escalation.step, escalation.pass_number = move.step, move.pass_number
        escalation.step_began_at = now
        plan = plan_step(frozen=frozen, move=move, team_id=escalation.team_id, urgency=Urgency(escalation.urgency))
        _tell_of(escalation=escalation, move=move, plan=plan, now=now)
        _notify(escalation=escalation, move=move, told=plan.told, event=event, now=now, is_first=is_first)
        following = next_move(frozen=frozen, move=move, heard_at=plan.heard_at)
        if plan.heard_at is not None:
            _wait_until(escalation=escalation, at=following.at, is_first=is_first)
            return
        move = following
    exhaust(escalation=escalation, move=move, now=now)


def exhaust(*, escalation: Escalation, move: Move, now: datetime) -> None:
    escalation.state = Escalation.State.EXHAUSTED
    escalation.next_step_at = None
    save(escalation=escalation)
    events.record(
        escalation=escalation, kind=Happening.EXHAUSTED, text=f"Nobody is left to tell: {move.words}", now=now
    )


def save(*, escalation: Escalation) -> None:
    escalation.save(
        update_fields=(
            "state",
            "epoch",
            "step",
            "pass_number",
            "step_began_at",
            "next_step_at",
            "ack_lapses_at",
            "ended_at",
            "content",
            "urgency",
        )
    )


def _wait_until(*, escalation: Escalation, at: datetime, is_first: bool) -> None:
    escalation.next_step_at = at
    save(escalation=escalation)
    if is_first:
        due.schedule_first(kind=STEP, key=escalation.pk, due_at=at)
        return
    due.schedule(kind=STEP, key=escalation.pk, due_at=at, reschedule=True)


def _tell_of(*, escalation: Escalation, move: Move, plan: StepPlan, now: datetime) -> None:
    is_last_resort = move.kind is MoveKind.LAST_RESORT
    data = {
        "reason": move.reason.value,
        "pass": move.pass_number,
        "told": [{"place": entry.place, "why": entry.why, "due_at": entry.due_at.isoformat()} for entry in plan.told],
        "unheard": list(plan.unheard),
    }
    name = "Last resort" if is_last_resort else f"Step {move.step + 1}"
    if plan.heard_at is None:
        text = f"{name} reached nobody: {'; '.join(plan.unheard) or 'it names nobody'}"
        events.record(escalation=escalation, kind=Happening.NOBODY_ON_CALL, text=text, now=now, data=data)
        return
    whom = ", ".join(dict.fromkeys(str(entry.user or entry.channel) for entry in plan.told))
    text = f"{name}: telling {whom} ({move.words})"
    kind = Happening.LAST_RESORT if is_last_resort else Happening.STEP
    events.record(escalation=escalation, kind=kind, text=text, now=now, data=data)


def _notify(
    *, escalation: Escalation, move: Move, told: Sequence[Planned], event: Event, now: datetime, is_first: bool
) -> None:
    """Make all of them in the order in which they are told; then see which of them are held back, in an order that
    is the same for everybody."""
    made: list[tuple[Place, Notification]] = []
    times: Counter[str] = Counter()
    for planned in told:
        place = Place(channel=planned.channel, contact_method=planned.contact_method, user=planned.user)
        draft = _draft(escalation=escalation, move=move, planned=planned, event=event, time=times[place.key])
        times[place.key] += 1
        notification, is_new = make(draft=draft, now=now, is_first=is_first)
        if is_new:
            made.append((place, notification))
    held = {
        notification.pk
        for _, notification in sorted(made, key=lambda entry: entry[0].key)
        if bundling.hold_back_at_once(notification=notification, now=now)
    }
    for place, notification in made:
        if notification.pk not in held:
            ask_to_send(notification=notification, place=place, due_at=notification.due_at, now=now)


def _draft(*, escalation: Escalation, move: Move, planned: Planned, event: Event, time: int) -> Draft:
    """time: how often the place is told by this step before; a person may want to be reminded."""
    place = Place(channel=planned.channel, contact_method=planned.contact_method, user=planned.user)
    key = f"page:{escalation.pk}:{escalation.epoch}:{move.step}:{move.pass_number}/{place.key}"
    return Draft(
        key=f"{key}+{time}" if time else key,
        purpose=Notification.Purpose.PAGE,
        event=event,
        place=place,
        urgency=Urgency(escalation.urgency),
        why=f"{planned.why}, {planned.how}" if planned.how else planned.why,
        due_at=planned.due_at,
        team_id=escalation.team_id,
        escalation=escalation,
        step=move.step,
        pass_number=move.pass_number,
    )
