"""Reminding whoever is responsible: before, when it is due, and each week after, a bounded number of times.

One row for each person, sent as due work; the try is written down before it is made.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import Membership, User
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_contact
from reliability.duties.domain.kinds import DutyKind
from reliability.duties.domain.recurring import Reminder, next_reminder_after, reminder_at, words_of
from reliability.duties.models import Duty, DutyNotice
from reliability.duties.selectors.duties import who_is_responsible
from reliability.duties.services.due_kinds import NOTICE
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due

GIVE_UP_AFTER = timedelta(hours=12)
_TEXT_MAX = 2_000
_ADMINISTRATORS_MAX = 10
State = DutyNotice.State


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
        for person in who_is_responsible(duty=duty, at=now) or _administrators(duty):
            _make(duty=duty, person=person, reminder=standing, now=now)
    return next_reminder_after(**rule, now=now)


def _administrators(duty: Duty) -> list[User]:
    """When nobody is responsible any more, or nobody on call: a duty that reminds nobody is forgotten."""
    rows = Membership.objects.filter(team_id=duty.team_id, role=Role.ADMINISTRATOR, user__is_active=True)
    return [one.user for one in rows.select_related("user").order_by("pk")[:_ADMINISTRATORS_MAX]]


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    notice = _begin(notice_id=notice_id, now=now)
    if notice is None:
        return None
    if notice.user is None or not notice.user.is_active:
        outcome = Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    else:
        methods = methods_of(user_id=notice.user.pk)
        way = methods[0] if methods else sign_in_mail(user=notice.user)
        outcome = send_to_contact(contact_method=way, message=message_of(notice=notice, now=now), now=now)
    return _end(notice_id=notice_id, outcome=outcome, now=now)


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


def _make(*, duty: Duty, person: User, reminder: Reminder, now: datetime) -> None:
    notice, is_new = DutyNotice.objects.get_or_create(
        key=f"{duty.pk}:{duty.due_at:%Y-%m-%dT%H:%M}:{reminder.stage}:{person.pk}",
        defaults={
            "duty": duty,
            "idempotency_key": uuid.uuid4().hex,
            "stage": reminder.stage,
            "for_due_at": duty.due_at,
            "user": person,
            "place": str(person)[:200],
            "created_at": now,
        },
    )
    if is_new:
        due.schedule_first(kind=NOTICE, key=notice.pk, due_at=now)


@transaction.atomic
def _begin(*, notice_id: int, now: datetime) -> DutyNotice | None:
    rows = DutyNotice.objects.select_for_update(of=("self",)).filter(pk=notice_id)
    notice = rows.select_related("duty__team", "duty__service", "user").first()
    if notice is None or notice.state != State.WAITING:
        return None
    if notice.duty.due_at != notice.for_due_at or not notice.duty.is_enabled:
        notice.state, notice.state_reason = State.VOID, "it was done, skipped, moved or switched off meanwhile"
        notice.save(update_fields=("state", "state_reason"))
        return None
    notice.attempts += 1
    notice.first_attempt_at = notice.first_attempt_at or now
    notice.save(update_fields=("attempts", "first_attempt_at"))
    return notice


@transaction.atomic
def _end(*, notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = DutyNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.state != State.WAITING:
        return None
    notice.state_reason = outcome.reason
    again: datetime | None = None
    if outcome.is_delivered:
        notice.state, notice.sent_at = State.SENT, now
    elif outcome.result is Result.REFUSED or now - (notice.first_attempt_at or now) >= GIVE_UP_AFTER:
        notice.state = State.FAILED
    else:
        again = now + (outcome.retry_after or pause_after(attempts=notice.attempts))
    notice.save(update_fields=("state", "state_reason", "sent_at"))
    return again
