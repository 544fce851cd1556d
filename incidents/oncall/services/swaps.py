"""Swaps: one offers a shift, another takes it, perhaps against one of theirs. Accepted, they become overrides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from incidents.oncall.models import Schedule, Swap
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.selectors.people import candidates
from incidents.oncall.services import overrides
from incidents.oncall.services.due import expire_swap
from incidents.oncall.services.overrides import OverrideDraft, period_mistake
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import User
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.kit.periods import Period
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

KIND = "swap"
SWAP_CHANGED = "ShiftSwapChanged"


@dataclass(frozen=True, slots=True)
class SwapDraft:
    """period: what is offered. to_id: to whom, None is anybody. counter: what that person gives in return."""

    period: Period
    to_id: int | None = None
    counter: Period | None = None
    note: str = ""


def offer(*, caller: Caller, schedule: Schedule, draft: SwapDraft, now: datetime, person_id: int | None = None) -> Swap:
    """Offer own time on call. person_id: for whom a token speaks. Raises Invalid with fields, Forbidden, NotFound,
    Conflict."""
    require(caller=caller, team_id=schedule.team_id, role=Role.RESPONDER)
    user_id = _person(caller, schedule, person_id, "offered_by")
    _check_period(draft.period, "start", now)
    _check_on_call(schedule, user_id, draft.period, "start", f"{_who(caller)} not on call for all of that time")
    if draft.to_id == user_id:
        raise Invalid(details=[{"field": "offered_to", "message": "is yourself: offer it to somebody else"}])
    if draft.to_id is not None and not _may_take(caller, schedule, draft.to_id):
        raise Invalid(details=[{"field": "offered_to", "message": "cannot be put on call here: name a member"}])
    if draft.counter is not None:
        if draft.to_id is None:
            raise Invalid(details=[{"field": "offered_to", "message": "is needed when you ask for time in return"}])
        _check_period(draft.counter, "counter_start", now)
        words = "that person is not on call for all of that time"
        _check_on_call(schedule, draft.to_id, draft.counter, "counter_start", words)
    with transaction.atomic():
        list(Schedule.objects.select_for_update(of=("self",)).filter(pk=schedule.pk).values_list("pk"))
        if schedule.swaps.filter(state=Swap.State.OFFERED).count() >= settings.ONCALL_OVERRIDES_MAX:
            raise Conflict("too many offers are open on this schedule: decide some of them first", reason="too_many")
        _refuse_twice(schedule, user_id, draft.period)
        swap = Swap.objects.create(
            schedule=schedule,
            offered_by_id=user_id,
            offered_to_id=draft.to_id,
            start_at=draft.period.start,
            end_at=draft.period.end,
            counter_start_at=draft.counter.start if draft.counter else None,
            counter_end_at=draft.counter.end if draft.counter else None,
            note=draft.note.strip(),
            created_at=now,
        )
        _note(caller, "swap.offer", swap, now)
        expire_swap(swap_id=swap.pk, at=_deadline(swap))
    return swap


def accept(*, caller: Caller, schedule: Schedule, swap_id: int, now: datetime, person_id: int | None = None) -> Swap:
    """Take what was offered. Raises Conflict when it was decided already or the rota changed meanwhile."""
    require(caller=caller, team_id=schedule.team_id, role=Role.RESPONDER)
    user_id = _person(caller, schedule, person_id, "by")
    with transaction.atomic():
        swap = _open(schedule, swap_id, now)
        if swap.offered_by_id == user_id:
            raise Forbidden("this is your own offer: withdraw it, or wait for somebody else", reason="own_offer")
        if swap.offered_to_id not in (None, user_id):
            raise Forbidden("this was offered to somebody else", reason="not_yours")
        pairs = [(user_id, swap.offered_by_id, Period(swap.start_at, swap.end_at))]
        if swap.counter_start_at is not None and swap.counter_end_at is not None:
            pairs.append((swap.offered_by_id, user_id, Period(swap.counter_start_at, swap.counter_end_at)))
        for _, giver_id, period in pairs:
            if not _is_on_call(schedule, giver_id, period):
                raise Conflict("the schedule changed since this was offered: offer it anew", reason="rota_changed")
        overrides.check_room(schedule=schedule, adding=len(pairs), now=now)
        for taker_id, giver_id, period in pairs:
            draft = OverrideDraft(period=period, user_id=taker_id, replaces_id=giver_id, reason=f"Swap: {swap.note}")
            overrides.write(caller=caller, schedule=schedule, draft=draft, now=now, swap=swap)
        swap.accepted_by_id = user_id
        return _decide(caller, swap, Swap.State.ACCEPTED, "swap.accept", now)


def decline(*, caller: Caller, schedule: Schedule, swap_id: int, now: datetime, person_id: int | None = None) -> Swap:
    """Say no to what was offered to oneself. Raises Forbidden, Conflict."""
    require(caller=caller, team_id=schedule.team_id, role=Role.RESPONDER)
    user_id = _person(caller, schedule, person_id, "by")
    with transaction.atomic():
        swap = _open(schedule, swap_id, now)
        if swap.offered_to_id != user_id:
            raise Forbidden("only the person to whom it was offered declines it", reason="not_yours")
        return _decide(caller, swap, Swap.State.DECLINED, "swap.decline", now)


def withdraw(*, caller: Caller, schedule: Schedule, swap_id: int, now: datetime, person_id: int | None = None) -> Swap:
    """Take an own offer back. Raises Forbidden, Conflict."""
    require(caller=caller, team_id=schedule.team_id, role=Role.RESPONDER)
    user_id = _person(caller, schedule, person_id, "by")
    with transaction.atomic():
        swap = _open(schedule, swap_id, now)
        if swap.offered_by_id != user_id:
            raise Forbidden("only the person who offered it withdraws it", reason="not_yours")
        return _decide(caller, swap, Swap.State.WITHDRAWN, "swap.withdraw", now)


def expire(*, swap_id: int, now: datetime) -> datetime | None:
    """End an offer whose time has come. Returns when to look again."""
    with transaction.atomic():
        swap = Swap.objects.select_for_update(of=("self",)).filter(pk=swap_id, state=Swap.State.OFFERED).first()
        if swap is None:
            return None
        if _deadline(swap) > now:
            return _deadline(swap)
        swap.state, swap.decided_at = Swap.State.EXPIRED, now
        swap.save(update_fields=("state", "decided_at"))
        _tell(swap, now)
    return None


def _refuse_twice(schedule: Schedule, user_id: int, period: Period) -> None:
    """Two people must not both be promised the same time."""
    open_offers = schedule.swaps.filter(offered_by_id=user_id, state=Swap.State.OFFERED)
    same = open_offers.filter(start_at__lt=period.end, end_at__gt=period.start).first()
    if same is not None:
        message = f"that time is offered already ({same.start_at:%Y-%m-%d %H:%M} UTC on): withdraw that offer first"
        raise Conflict(message, reason="offered", details=[{"field": "start", "message": message}])


def _deadline(swap: Swap) -> datetime:
    """When the first of what is swapped begins."""
    return min(swap.start_at, swap.counter_start_at or swap.start_at)


def _person(caller: Caller, schedule: Schedule, person_id: int | None, field: str) -> int:
    """Who swaps: people for themselves, a token for the person it names, as it may override for anybody."""
    if caller.user_id is not None:
        if person_id not in (None, caller.user_id):
            raise Forbidden("people swap for themselves only: leave it out", reason="not_yours")
        return caller.user_id
    if person_id is None:
        raise Invalid(details=[{"field": field, "message": "is required of a token: name the person who swaps"}])
    if not _may_take(caller, schedule, person_id):
        raise Invalid(details=[{"field": field, "message": "cannot be put on call here: name a member"}])
    return person_id


def _who(caller: Caller) -> str:
    return "that person is" if caller.user_id is None else "you are"


def _open(schedule: Schedule, swap_id: int, now: datetime) -> Swap:
    swap = schedule.swaps.select_for_update(of=("self",)).filter(pk=swap_id).first()
    if swap is None:
        raise NotFound("there is no such swap on this schedule")
    if swap.state == Swap.State.OFFERED and _deadline(swap) <= now:
        raise Conflict("the offer has expired: what it is about has begun", reason="expired")
    if swap.state != Swap.State.OFFERED:
        raise Conflict(f"the offer is {swap.state} already", reason="decided")
    return swap


def _decide(caller: Caller, swap: Swap, state: Swap.State, action: str, now: datetime) -> Swap:
    swap.state, swap.decided_at = state, now
    swap.save(update_fields=("state", "decided_at", "accepted_by"))
    _note(caller, action, swap, now)
    return swap


def _check_period(period: Period, field: str, now: datetime) -> None:
    if mistake := period_mistake(period):
        raise Invalid(details=[{"field": field, "message": mistake}])
    if period.start <= now:
        raise Invalid(details=[{"field": field, "message": "has begun already: choose time that lies ahead"}])


def _check_on_call(schedule: Schedule, user_id: int, period: Period, field: str, words: str) -> None:
    if not _is_on_call(schedule, user_id, period):
        raise Invalid(details=[{"field": field, "message": f"{words}: choose a shift from the schedule"}])


def _is_on_call(schedule: Schedule, user_id: int, period: Period) -> bool:
    """Whether that person alone is on call for the whole period."""
    found = shifts(schedule_ids=[schedule.pk], period=period)[schedule.pk]
    reached = period.start
    for shift in found:
        if shift.user_id != user_id or shift.start != reached:
            return False
        reached = shift.end
    return reached == period.end


def _may_take(caller: Caller, schedule: Schedule, user_id: int) -> bool:
    people = candidates(caller=caller, team_id=schedule.team_id)
    return people.filter(pk=user_id).exists() or User.objects.filter(pk=user_id, is_administrator=True).exists()


def _note(caller: Caller, action: str, swap: Swap, now: datetime) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=swap.schedule.slug,
        team_id=swap.schedule.team_id,
        now=now,
        changes={"state": [None, swap.state], "start": [None, swap.start_at], "end": [None, swap.end_at]},
        reason=swap.note,
    )
    _tell(swap, now)


def _tell(swap: Swap, now: datetime) -> None:
    """The fact by which the rooms above tell the two of them."""
    payload = {
        "swap_id": swap.pk,
        "schedule_id": swap.schedule_id,
        "state": str(swap.state),
        "offered_by": swap.offered_by_id,
        "offered_to": swap.offered_to_id,
        "accepted_by": swap.accepted_by_id,
    }
    emit(kind=SWAP_CHANGED, payload=payload, team_id=swap.schedule.team_id, now=now)
