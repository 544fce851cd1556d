"""Subscriptions: written, changed, paused, taken away; each audited, with its due row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.kit.cron import zone_mistake
from reliability.outbox.services import due
from reliability.reports.domain.sending import DAYS, HOURS, MONTHS, due_after
from reliability.reports.models import Subscription
from reliability.reports.selectors.subscriptions import mail_channels
from reliability.reports.services.due_kinds import MAKE
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "report_subscription"


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """channel_ids: mail channels of the team."""

    months: int = 1
    day: int = 1
    hour: int = 8
    zone: str = "UTC"
    to_members: bool = True
    channel_ids: tuple[int, ...] = ()
    is_paused: bool = False


def create(*, caller: Caller, team_id: int, draft: SubscriptionDraft, now: datetime) -> Subscription:
    """Raises NotFound, Forbidden (editors of the team), Invalid, Conflict when the team has one of this length."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    _check(draft, team_id)
    row = Subscription(team_id=team_id, created_at=now)
    with transaction.atomic():
        _fill(row, draft, caller, now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            message = "the team has a subscription of this length already: change that one"
            raise Conflict(message, reason="exists", details=[{"field": "months", "message": message}]) from error
        row.channels.set(draft.channel_ids)
        _record(caller, "create", row, now, {name: [None, value] for name, value in _seen(row).items()})
        _plan(row)
    return row


def edit(
    *, caller: Caller, subscription: Subscription, draft: SubscriptionDraft, now: datetime, expected: int | None = None
) -> Subscription:
    """Raises as create, and Conflict when somebody changed it since."""
    _check(draft, subscription.team_id)
    with transaction.atomic():
        row = held(caller=caller, subscription=subscription)
        if expected is not None and row.revision != expected:
            raise Conflict(
                f"{row.updated_by_name or 'somebody'} changed this at {row.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} "
                "UTC, after you opened it: your change is not saved; compare both and save again",
                reason="changed_meanwhile",
            )
        before = _seen(row)
        _fill(row, draft, caller, now)
        row.channels.set(draft.channel_ids)
        changes = audit.changes_between(old=before, new=_seen(row))
        if changes:
            row.revision += 1
            try:
                with transaction.atomic():
                    row.save()
            except IntegrityError as error:
                message = "the team has a subscription of this length already: change that one"
                raise Conflict(message, reason="exists", details=[{"field": "months", "message": message}]) from error
            _record(caller, "update", row, now, changes)
            _plan(row)
    return row


def remove(*, caller: Caller, subscription: Subscription, now: datetime) -> None:
    """What was sent stays. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = held(caller=caller, subscription=subscription)
        _record(caller, "delete", row, now, {name: [value, None] for name, value in _seen(row).items()})
        due.cancel(kind=MAKE, key=row.pk)
        row.delete()


def held(*, caller: Caller, subscription: Subscription) -> Subscription:
    """Locked until the transaction ends. Raises NotFound, Forbidden."""
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("team")
    row: Subscription | None = rows.filter(pk=subscription.pk).first()
    if row is None or not caller.may_read(row.team_id):
        raise NotFound("this subscription is not there any more")
    require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
    return row


def _check(draft: SubscriptionDraft, team_id: int) -> None:
    found = []
    if draft.months not in MONTHS:
        found.append(("months", "is 1 for each month or 3 for each quarter"))
    if not DAYS[0] <= draft.day <= DAYS[1]:
        found.append(("day", f"is a day that every month has: {DAYS[0]} to {DAYS[1]}"))
    if not HOURS[0] <= draft.hour <= HOURS[1]:
        found.append(("hour", "is an hour from 0 to 23"))
    if mistake := zone_mistake(draft.zone):
        found.append(("zone", mistake))
    if set(draft.channel_ids) - _mail_ids(team_id, draft.channel_ids):
        found.append(("channels", "are mail channels of the team"))
    if not draft.to_members and not draft.channel_ids:
        found.append(("to_members", "nobody would get it: send it to the members, or choose a channel"))
    if found:
        raise Invalid(details=[{"field": name, "message": message} for name, message in found])


def _mail_ids(team_id: int, wanted: Sequence[int]) -> set[int]:
    return set(mail_channels(team_id=team_id).filter(pk__in=wanted).values_list("pk", flat=True))


def _fill(row: Subscription, draft: SubscriptionDraft, caller: Caller, now: datetime) -> None:
    for name in ("months", "day", "hour", "zone", "to_members", "is_paused"):
        setattr(row, name, getattr(draft, name))
    row.due_at = due_after(at=now, months=draft.months, day=draft.day, hour=draft.hour, zone_name=draft.zone)
    row.updated_at, row.updated_by_name = now, caller.name[:160]


def _plan(row: Subscription) -> None:
    if row.is_paused:
        due.cancel(kind=MAKE, key=row.pk)
    else:
        due.schedule(kind=MAKE, key=row.pk, due_at=row.due_at, reschedule=True)


def _seen(row: Subscription) -> dict[str, Any]:
    names = ("months", "day", "hour", "zone", "to_members", "is_paused")
    channels = sorted(row.channels.values_list("name", flat=True)) if row.pk else []
    return {**{name: getattr(row, name) for name in names}, "channels": channels}


def _record(caller: Caller, verb: str, row: Subscription, now: datetime, changes: dict[str, list[Any]]) -> None:
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=f"#{row.pk} {row.team.slug}",
        team_id=row.team_id,
        now=now,
        changes=changes,
    )
