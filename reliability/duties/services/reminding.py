"""Reminding whoever is responsible: before, when it is due, and each week after, a bounded number of times.

One row for each person, sent as due work.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import Membership, User
from reliability.channels.domain.message import Event, Message
from reliability.channels.services import notices
from reliability.duties.domain.kinds import DutyKind
from reliability.duties.domain.recurring import next_reminder_after, reminder_at, words_of
from reliability.duties.models import Duty, DutyNotice
from reliability.duties.selectors.duties import who_is_responsible
from reliability.duties.services.due_kinds import NOTICE

_TEXT_MAX = 2_000
_ADMINISTRATORS_MAX = 10


@transaction.atomic
def remind(*, duty_id: int, now: datetime) -> datetime | None:
    """Make the notices of the reminder that stands now, each once. Returns when the next one will; None for none."""
    rows = Duty.objects.select_for_update(of=("self",)).filter(pk=duty_id, is_enabled=True)
    duty = rows.select_related("responsible_user").first()
    if duty is None:
        return None
    rule = {"due_at": duty.due_at, "remind_days": duty.remind_days, "zone_name": duty.zone}
    standing = reminder_at(**rule, now=now)
    if standing is not None:
        key = f"{duty.pk}:{duty.due_at:%Y-%m-%dT%H:%M}:{standing.stage}"
        columns = {"duty": duty, "stage": standing.stage, "for_due_at": duty.due_at}
        for person in who_is_responsible(duty=duty, at=now) or _administrators(duty):
            notices.make_for_place(telling=_TELLING, key=key, place=person, columns=columns, now=now)
    return next_reminder_after(**rule, now=now)


def _administrators(duty: Duty) -> list[User]:
    """When nobody is responsible any more, or nobody on call: a duty that reminds nobody is forgotten."""
    rows = Membership.objects.filter(team_id=duty.team_id, role=Role.ADMINISTRATOR, user__is_active=True)
    return [one.user for one in rows.select_related("user").order_by("pk")[:_ADMINISTRATORS_MAX]]


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def message_of(*, notice: DutyNotice, now: datetime) -> Message:
    """Needs notice.duty with team and service at hand."""
    duty = notice.duty
    local = duty.due_at.astimezone(ZoneInfo(duty.zone))
    is_overdue = now >= duty.due_at and notice.stage != "due"
    lines = [
        f"{DutyKind(duty.kind).words.capitalize()}, {words_of(duty.rule)}.",
        f"Due: {local:%Y-%m-%d %H:%M %Z} ({duty.zone})",
        duty.instructions[:_TEXT_MAX],
        f"See: {duty.link_url}" if duty.link_url.startswith("http") else "",
        "Write it down when it is done, or skip it this once with a reason.",
    ]
    verb = "Overdue" if is_overdue else "Due" if now >= duty.due_at else "Coming"
    return Message(
        event=Event.NOTICE,
        subject_key=f"duties:{duty.pk}:{duty.due_at:%Y-%m-%dT%H:%M}",
        idempotency_key=notice.idempotency_key,
        title=f"{verb}: {duty.title}",
        text="\n".join(line for line in lines if line),
        severity="warning" if is_overdue else "info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{reverse('duty', args=(duty.pk,))}",
        at=now,
        team=duty.team.name,
        service=duty.service.title if duty.service is not None else "",
    )


def _void_because(*, notice: DutyNotice, now: datetime) -> str:
    is_true = notice.duty.due_at == notice.for_due_at and notice.duty.is_enabled
    return "" if is_true else "it was done, skipped, moved or switched off meanwhile"


_TELLING = notices.Telling(
    model=DutyNotice,
    due_kind=NOTICE,
    joined=("duty__team", "duty__service", "user"),
    void_because=_void_because,
    send=notices.to_its_place(message_of),
    patience=timedelta(hours=12),
    waits_for_morning=True,
)
