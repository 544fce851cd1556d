"""Reminding people of what expires: a row for each place, sent as due work; a try is written down before it is made.

Told are the channels that the checklist names and whoever gave the evidence or took the decision; when that person has
left the team, its editors are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from reliability.access.domain.caller import Role
from reliability.access.models import User
from reliability.catalog.models import Service
from reliability.channels.domain.message import Event, Message
from reliability.channels.models import Channel
from reliability.channels.services import notices
from reliability.readiness.domain.reminding import next_after, stage_at
from reliability.readiness.models import Checklist, Evidence, Notice, Review, Waiver
from reliability.readiness.selectors.checklists import REMIND_DAYS, checklist_of
from reliability.readiness.services.due_kinds import NOTICE

_EDITORS_MAX = 20


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
        columns = {"service": found.service, "subject": found.subject, "stage": stage.value}
        for place in _places(found, row):
            notices.make_for_place(
                telling=_TELLING, key=f"{found.subject}:{stage}", place=place, columns=columns, now=now
            )
    return next_after(expires_at=found.expires_at, remind_days=days, now=now)


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still needed. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def expiring(*, subject: str) -> Expiring | None:
    """What the subject of a due row ("evidence:5") names, if there is still something to be reminded of."""
    kind, _, number = subject.partition(":")
    find = {"evidence": _evidence, "waiver": _waiver, "review": _review}.get(kind)
    return find(int(number), subject) if find and number.isdigit() else None


def message_of(*, notice: Notice, now: datetime) -> Message:
    """What expires, when, and where it is renewed. Raises LookupError when that was renewed or taken back just now."""
    found = expiring(subject=notice.subject)
    if found is None:
        raise LookupError(f"{notice.subject} was renewed or taken back while it was to be told: the next look sees it")
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


def _void_because(*, notice: Notice, now: datetime) -> str:
    is_true = expiring(subject=notice.subject) is not None
    return "" if is_true else "it was renewed, taken back or switched off meanwhile"


_TELLING = notices.Telling(
    model=Notice,
    due_kind=NOTICE,
    joined=("channel", "user"),
    void_because=_void_because,
    send=notices.to_its_place(message_of),
    # A mail server may be down for a night; of what expires people are told twice at most.
    patience=timedelta(hours=12),
    waits_for_morning=True,
)
