"""Reminding people of what expires: a row for each place, sent as due work; a try is written down before it is made.

Told are the channels that the checklist names and whoever gave the evidence or took the decision; when that person has
left the team, its editors are.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import User
from reliability.catalog.models import Service
from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due
from reliability.readiness.domain.reminding import Stage, next_after, stage_at
from reliability.readiness.models import Checklist, Evidence, Notice, Review, Waiver
from reliability.readiness.selectors.checklists import REMIND_DAYS, checklist_of
from reliability.readiness.services.due_kinds import NOTICE

# A mail server may be down for a night; of what expires people are told twice at most.
GIVE_UP_AFTER = timedelta(hours=12)
_PLACE_MAX = 200
_EDITORS_MAX = 20
State = Notice.State


@dataclass(frozen=True, slots=True)
class Expiring:
    """What ends, while it still matters: neither taken back nor followed by something newer."""

    subject: str
    service: Service
    author_id: int | None
    expires_at: datetime
    noun: str
    detail: str
    path: str


@transaction.atomic
def remind(*, subject: str, now: datetime) -> datetime | None:
    """Make the notices of the reminder that stands now, each once. Returns when the next one will; None for none."""
    found = expiring(subject=subject)
    if found is None:
        return _may_stand_again_until(subject=subject, now=now)
    row = Checklist.objects.filter(team_id=found.service.team_id).first()
    days = row.remind_days if row else REMIND_DAYS
    stage = stage_at(expires_at=found.expires_at, remind_days=days, now=now)
    if stage is not None:
        for place in _places(found, row):
            _make(found, place, stage, now)
    return next_after(expires_at=found.expires_at, remind_days=days, now=now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    begun = _begin(notice_id=notice_id, now=now)
    if begun is None:
        return None
    notice, found = begun
    return _end(notice_id=notice_id, outcome=_send(notice, found, now), now=now)


def expiring(*, subject: str) -> Expiring | None:
    """What the subject of a due row ("evidence:5") names, if there is still something to be reminded of."""
    kind, _, number = subject.partition(":")
    find = {"evidence": _evidence, "waiver": _waiver, "review": _review}.get(kind)
    return find(int(number), subject) if find and number.isdigit() else None


def message_of(*, notice: Notice, found: Expiring, now: datetime) -> Message:
    """What expires, when, and where it is renewed."""
    is_over = now >= found.expires_at
    when = f"{found.expires_at:%Y-%m-%d}"
    verb = "expired on" if is_over else "expires on"
    return Message(
        event=Event.NOTICE,
        subject_key=f"readiness:{found.subject}",
        idempotency_key=notice.idempotency_key,
        title=f"{found.service.title}: {found.noun} {verb} {when}"[:250],
        text=found.detail,
        severity="warning" if is_over else "info",
        severity_word="",
        url=f"{settings.PUBLIC_URL}{found.path}",
        at=now,
        team=found.service.team.name,
        service=found.service.title,
    )


def _may_stand_again_until(*, subject: str, now: datetime) -> datetime | None:
    """When to look once more at what stands back now: behind newer evidence that may be taken back, or under an item
    that may be switched on again. None for what is over, or for ever."""
    kind, _, number = subject.partition(":")
    if not number.isdigit():
        return None
    ends_at: datetime | None = None
    if kind == "evidence":
        given = Evidence.objects.filter(pk=int(number), withdrawn_at=None).first()
        ends_at = given.expires_at if given is not None else None
    elif kind == "waiver":
        waived = Waiver.objects.filter(pk=int(number), ended_at=None).first()
        ends_at = waived.until_at if waived is not None else None
    return ends_at if ends_at is not None and ends_at > now else None


def _evidence(pk: int, subject: str) -> Expiring | None:
    row = Evidence.objects.select_related("service__team").filter(pk=pk, withdrawn_at=None).first()
    if row is None or row.expires_at is None:
        return None
    newer = Evidence.objects.filter(
        service=row.service, item=row.item, withdrawn_at=None, created_at__gt=row.created_at
    )
    item = next((one for one in checklist_of(team=row.service.team).in_use if one.slug == row.item), None)
    if item is None or newer.exists():
        return None
    detail = f"Given by {row.author_name}, of {row.happened_on:%Y-%m-%d}: {row.text[:500]}"
    path = reverse("readiness-item", args=(row.service.name, row.item))
    return Expiring(subject, row.service, row.author_id, row.expires_at, f"evidence for “{item.title}”", detail, path)


def _waiver(pk: int, subject: str) -> Expiring | None:
    row = Waiver.objects.select_related("service__team").filter(pk=pk, ended_at=None).first()
    if row is None:
        return None
    item = next((one for one in checklist_of(team=row.service.team).in_use if one.slug == row.item), None)
    if item is None:
        return None
    detail = f"Waived by {row.author_name}: {row.reason[:500]}"
    path = reverse("readiness-item", args=(row.service.name, row.item))
    return Expiring(subject, row.service, row.author_id, row.until_at, f"waiver of “{item.title}”", detail, path)


def _review(pk: int, subject: str) -> Expiring | None:
    row = Review.objects.select_related("service__team").defer("answers").filter(pk=pk).first()
    if row is None or row.expires_at is None:
        return None
    if Review.objects.filter(service=row.service, decided_at__gt=row.decided_at).exists():
        return None
    detail = f"{row.author_name} decided “{row.get_verdict_display()}” on {row.decided_at:%Y-%m-%d}: {row.reason[:500]}"
    path = reverse("readiness-service", args=(row.service.name,))
    return Expiring(subject, row.service, row.author_id, row.expires_at, "the readiness review", detail, path)


def _places(found: Expiring, row: Checklist | None) -> list[Channel | User]:
    channels = list(row.channels.filter(is_enabled=True).order_by("name", "pk")) if row else []
    members = User.objects.filter(is_active=True, memberships__team=found.service.team_id)
    author = list(members.filter(pk=found.author_id)) if found.author_id else []
    if channels or author:
        return [*channels, *author]
    editors = members.filter(memberships__role__gte=Role.EDITOR.value, memberships__team=found.service.team_id)
    return list(editors.distinct().order_by("email", "pk")[:_EDITORS_MAX])


def _make(found: Expiring, place: Channel | User, stage: Stage, now: datetime) -> None:
    kind = "channel" if isinstance(place, Channel) else "person"
    notice, is_new = Notice.objects.get_or_create(
        key=f"{found.subject}:{stage}:{kind}:{place.pk}",
        defaults={
            "service": found.service,
            "idempotency_key": uuid.uuid4().hex,
            "subject": found.subject,
            "stage": stage.value,
            "channel": place if isinstance(place, Channel) else None,
            "user": place if isinstance(place, User) else None,
            "place": (place.title if isinstance(place, Channel) else str(place))[:_PLACE_MAX],
            "created_at": now,
        },
    )
    if is_new:
        due.schedule_first(kind=NOTICE, key=notice.pk, due_at=now)


@transaction.atomic
def _begin(*, notice_id: int, now: datetime) -> tuple[Notice, Expiring] | None:
    rows = Notice.objects.select_for_update(of=("self",)).select_related("channel", "user").filter(pk=notice_id)
    notice = rows.first()
    if notice is None or notice.state != State.WAITING:
        return None
    found = expiring(subject=notice.subject)
    if found is None:
        notice.state, notice.state_reason = State.VOID, "it was renewed, taken back or switched off meanwhile"
        notice.save(update_fields=("state", "state_reason"))
        return None
    notice.attempts += 1
    notice.first_attempt_at = notice.first_attempt_at or now
    notice.save(update_fields=("attempts", "first_attempt_at"))
    return notice, found


def _send(notice: Notice, found: Expiring, now: datetime) -> Outcome:
    message = message_of(notice=notice, found=found, now=now)
    if notice.channel is not None:
        return send_to_channel(channel=notice.channel, message=message, now=now)
    if notice.user is None or not notice.user.is_active:
        return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    methods = methods_of(user_id=notice.user.pk)
    contact = methods[0] if methods else sign_in_mail(user=notice.user)
    return send_to_contact(contact_method=contact, message=message, now=now)


@transaction.atomic
def _end(*, notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
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
