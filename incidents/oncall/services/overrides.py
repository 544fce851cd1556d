"""Somebody else for a while: overrides, taking a shift, and those that a document declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from incidents.oncall.models import Override, Schedule, Swap
from incidents.oncall.selectors.people import candidates
from incidents.oncall.selectors.schedules import named_users
from incidents.oncall.services.due import look_at_shifts
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

KIND = "override"
_LENGTH_MAX = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """user_id instead of whoever it would be, or only where that would be replaces_id."""

    period: Period
    user_id: int
    replaces_id: int | None = None
    reason: str = ""


def create(*, caller: Caller, schedule: Schedule, draft: OverrideDraft, now: datetime) -> Override:
    """Put somebody on call for a while. Raises Forbidden, NotFound, Invalid with fields."""
    require(caller=caller, team_id=schedule.team_id, role=Role.RESPONDER)
    mistake = period_mistake(draft.period)
    if mistake is None and draft.period.end <= now:
        mistake = "lies in the past already: choose a later end"
    if mistake:
        raise Invalid(details=[{"field": "end", "message": mistake}])
    named = named_users(schedule=schedule)
    allowed = set(candidates(caller=caller, team_id=schedule.team_id, named=named).values_list("pk", flat=True))
    if draft.user_id not in allowed | ({caller.user_id} if caller.user_id else set()):
        raise Invalid(details=[{"field": "user", "message": "this person cannot be put on call here: name a member"}])
    if draft.replaces_id is not None and draft.replaces_id not in allowed | named:
        raise Invalid(details=[{"field": "replaces", "message": "this person is not on the schedule: leave it out"}])
    if draft.replaces_id == draft.user_id:
        raise Invalid(details=[{"field": "replaces", "message": "nobody replaces themselves: name another person"}])
    with transaction.atomic():
        check_room(schedule=schedule, adding=1, now=now)
        return write(caller=caller, schedule=schedule, draft=draft, now=now)


def take(*, caller: Caller, schedule: Schedule, period: Period, now: datetime, reason: str = "") -> Override:
    """Take *period* oneself, from now on at the earliest. Raises as create, and Forbidden for a caller without a
    person."""
    if caller.user_id is None:
        raise Forbidden("only a person can take a shift, a token has no hands", reason="not_a_person")
    start = max(period.start, now.replace(second=0, microsecond=0))
    if start >= period.end:
        raise Conflict("this shift is over: there is nothing left to take", reason="over")
    draft = OverrideDraft(period=Period(start, period.end), user_id=caller.user_id, reason=reason)
    return create(caller=caller, schedule=schedule, draft=draft, now=now)


def revoke(*, caller: Caller, schedule: Schedule, override_id: int, now: datetime, reason: str = "") -> Override:
    """End an override now; what it did until now stays. Raises Forbidden, NotFound, Conflict."""
    require(caller=caller, team_id=schedule.team_id, role=Role.RESPONDER)
    with transaction.atomic():
        override = schedule.overrides.select_for_update(of=("self",)).filter(pk=override_id).first()
        if override is None:
            raise NotFound("there is no such override on this schedule")
        if override.revoked_at is not None:
            raise Conflict("this override was revoked already", reason="revoked")
        end(caller=caller, schedule=schedule, override=override, now=now, reason=reason)
    return override


def declare(*, caller: Caller, schedule: Schedule, drafts: Sequence[OverrideDraft], now: datetime) -> list[str]:
    """Bring the declared overrides to *drafts*, in their order; those made by hand stay. What changed, in words.

    Call it in the transaction of the document. The common beginning stays as it is: what comes later is on top.
    """
    stored = list(schedule.overrides.filter(is_declared=True, revoked_at=None).select_related("user").order_by("pk"))
    same = 0
    while same < min(len(stored), len(drafts)) and _is_same(stored[same], drafts[same]):
        same += 1
    words = []
    for override in stored[same:]:
        end(caller=caller, schedule=schedule, override=override, now=now, reason="no longer declared")
        words.append(f"- override {override}")
    check_room(schedule=schedule, adding=len(drafts) - same, now=now)
    for draft in drafts[same:]:
        override = write(caller=caller, schedule=schedule, draft=draft, now=now, is_declared=True)
        words.append(f"+ override {override}")
    return words


def write(
    *,
    caller: Caller,
    schedule: Schedule,
    draft: OverrideDraft,
    now: datetime,
    is_declared: bool = False,
    swap: Swap | None = None,
) -> Override:
    """Store an override that was checked before."""
    override = Override.objects.create(
        schedule=schedule,
        user_id=draft.user_id,
        replaces_id=draft.replaces_id,
        start_at=draft.period.start,
        end_at=draft.period.end,
        reason=draft.reason.strip(),
        author_name=caller.name[:160],
        created_at=now,
        is_declared=is_declared,
        swap=swap,
    )
    _record(caller, "override.create", schedule, override, now, draft.reason)
    look_at_shifts(schedule_id=schedule.pk, now=now)
    return override


def end(*, caller: Caller, schedule: Schedule, override: Override, now: datetime, reason: str) -> None:
    override.revoked_at = now
    override.save(update_fields=("revoked_at",))
    _record(caller, "override.revoke", schedule, override, now, reason)
    look_at_shifts(schedule_id=schedule.pk, now=now)


def period_mistake(period: Period) -> str | None:
    """What to change about the time of an override, or None."""
    if period.is_empty:
        return "must be later than start"
    if period.length > _LENGTH_MAX:
        return "lies more than a year after start: change the rotation instead"
    if any(instant.second or instant.microsecond for instant in (period.start, period.end)):
        return "start and end are whole minutes: leave the seconds out"
    return None


def check_room(*, schedule: Schedule, adding: int, now: datetime) -> None:
    """Raise Conflict when the schedule has as many overrides ahead as it may have."""
    most = settings.ONCALL_OVERRIDES_MAX
    if adding and schedule.overrides.filter(revoked_at=None, end_at__gt=now).count() + adding > most:
        message = f"the schedule would have more than {most} overrides ahead: revoke some, or change the rotation"
        raise Conflict(message, reason="too_many")


def _is_same(override: Override, draft: OverrideDraft) -> bool:
    stored = (override.start_at, override.end_at, override.user_id, override.replaces_id)
    return stored == (draft.period.start, draft.period.end, draft.user_id, draft.replaces_id)


def _record(caller: Caller, action: str, schedule: Schedule, override: Override, now: datetime, reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=schedule.slug,
        team_id=schedule.team_id,
        now=now,
        changes={
            "user": [None, str(override.user)],
            "replaces": [None, str(override.replaces) if override.replaces_id else None],
            "start": [None, override.start_at],
            "end": [None, override.end_at],
        },
        reason=reason,
    )
