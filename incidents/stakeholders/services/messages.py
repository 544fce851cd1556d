"""Telling stakeholders: the message, its texts and its recipients are written with the due rows that send it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from incidents.response.domain.entries import Kind
from incidents.response.models import Incident
from incidents.response.services.recording import record
from incidents.stakeholders.domain import bounds
from incidents.stakeholders.domain.kinds import Audience, Mode
from incidents.stakeholders.models import MessageText, Recipient, Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import compose
from incidents.stakeholders.selectors.places import why_silent
from incidents.stakeholders.selectors.subjects import Subject
from incidents.stakeholders.services.changing import trail
from incidents.stakeholders.services.due_kinds import PROMISE
from incidents.stakeholders.services.queueing import queue
from reliability.access.domain.caller import SYSTEM, Caller, Role
from reliability.access.services.authorize import require
from reliability.kit.instants import InstantError, require_bounded
from reliability.outbox.services import due
from reliability.web.errors import Conflict, Invalid

__all__ = ["Draft", "Sending", "compose", "send"]

_CAUSE_MAX = 160


@dataclass(frozen=True, slots=True)
class Draft:
    """What one audience is told, word for word, and who of it."""

    audience: Audience
    subject: str
    text: str
    stakeholder_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Sending:
    """next_update_at: when the next message is promised; None: none is. cause: the same one again sends nothing again.

    remind_after_hours: whoever has not read it is reminded so long after it arrived; 0: nobody by itself.
    """

    drafts: Sequence[Draft]
    mode: Mode = Mode.NOW
    next_update_at: datetime | None = None
    remind_after_hours: int = 0
    cause: str | None = None


def send(*, caller: Caller, subject: Subject, sending: Sending, now: datetime) -> StakeholderMessage:
    """Write the message and the work that sends it, and tell the incident's timeline. With the same cause: once.

    Raises NotFound, Forbidden (responders of the team), Invalid with each field ("subject-executive",
    "text-executive"), Conflict when there are too many.
    """
    require(caller=caller, team_id=subject.team.pk, role=Role.RESPONDER)
    return write(caller=caller, subject=subject, sending=sending, now=now)


def write(*, caller: Caller, subject: Subject, sending: Sending, now: datetime) -> StakeholderMessage:
    """As send, for callers that have asked whether it may be."""
    _check(sending, now)
    try:
        with transaction.atomic():
            return _write(caller, subject, sending, now)
    except IntegrityError:
        known = _known(sending, subject)
        if known is None:
            raise
        return known


def _write(caller: Caller, subject: Subject, sending: Sending, now: datetime) -> StakeholderMessage:
    known = _known(sending, subject)
    if known is not None:
        return known
    if subject.incident is not None:
        _require_room(subject.incident)
    people = _people(subject, sending)
    message = StakeholderMessage.objects.create(
        team=subject.team,
        incident=subject.incident,
        kind=subject.happening.kind.value,
        title=subject.title[:200],
        about_url=subject.url,
        severity=subject.severity,
        mode=sending.mode.value,
        next_update_at=sending.next_update_at,
        remind_after_hours=sending.remind_after_hours,
        cause=sending.cause,
        created_at=now,
        created_by_id=caller.user_id,
        created_by_name=caller.name[:160],
    )
    for draft in sending.drafts:
        text = MessageText.objects.create(
            message=message, audience=draft.audience.value, subject=draft.subject, text=draft.text
        )
        for pk in dict.fromkeys(draft.stakeholder_ids):
            person = people[pk]
            recipient = Recipient.objects.create(text=text, message=message, stakeholder=person, name=person.name)
            queue(recipient=recipient, stakeholder=person, message=message, now=now)
    if sending.next_update_at is not None and subject.incident is not None:
        due.schedule_first(kind=PROMISE, key=message.pk, due_at=sending.next_update_at)
    _tell(caller, message, sending, now)
    return message


def _people(subject: Subject, sending: Sending) -> dict[int, Stakeholder]:
    """By id. Raises Invalid for who is not there, or is told nothing any more; and for nobody at all."""
    asked = [pk for draft in sending.drafts for pk in draft.stakeholder_ids]
    rows = Stakeholder.objects.filter(team_id=subject.team.pk, pk__in=asked).select_related("user", "channel")
    found = {row.pk: row for row in rows}
    details = []
    for draft in sending.drafts:
        field = f"people-{draft.audience.value}"
        for pk in draft.stakeholder_ids:
            if pk not in found:
                details.append({"field": field, "message": "one of them is no stakeholder any more: preview again"})
            elif silent := why_silent(found[pk]):
                details.append({"field": field, "message": f"{found[pk].name} is told nothing: {silent}"})
    if not asked:
        details.append({"field": "audiences", "message": "nobody would be told: choose people, or other audiences"})
    if len(asked) != len(set(asked)):
        details.append({"field": "audiences", "message": "somebody stands in two audiences: tell each once"})
    if details:
        raise Invalid(details=details[:20])
    return found


def _check(sending: Sending, now: datetime) -> None:
    details = []
    for draft in sending.drafts:
        texts = {f"subject-{draft.audience.value}": draft.subject, f"text-{draft.audience.value}": draft.text}
        most = dict(zip(texts, (bounds.SUBJECT_MAX, bounds.TEXT_MAX), strict=True))
        details += bounds.too_long(texts=texts, most=most)
        details += [{"field": name, "message": "write what they are told"} for name, text in texts.items() if not text]
    if len({draft.audience for draft in sending.drafts}) != len(sending.drafts):
        details.append({"field": "audiences", "message": "each audience once"})
    if sum(len(draft.stakeholder_ids) for draft in sending.drafts) > settings.STAKEHOLDERS_PER_TEAM_MAX:
        details.append({"field": "audiences", "message": f"at most {settings.STAKEHOLDERS_PER_TEAM_MAX} at a time"})
    if not 0 <= sending.remind_after_hours <= bounds.REMIND_HOURS_MAX:
        message = f"is a number of hours from 0 to {bounds.REMIND_HOURS_MAX}"
        details.append({"field": "remind_after_hours", "message": message})
    if sending.cause is not None and not 0 < len(sending.cause) <= _CAUSE_MAX:
        details.append({"field": "cause", "message": f"has 1 to {_CAUSE_MAX} characters"})
    if mistake := _promise_mistake(sending.next_update_at, now):
        details.append({"field": "next_update", "message": mistake})
    if details:
        raise Invalid(details=details)


def _promise_mistake(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    try:
        require_bounded(at)
    except InstantError as error:
        return str(error)
    most = timedelta(minutes=bounds.NEXT_UPDATE_MINUTES_MAX)
    if not now < at <= now + most + timedelta(minutes=5):
        return f"lies ahead, at most {bounds.NEXT_UPDATE_MINUTES_MAX // 60} hours"
    return ""


def _known(sending: Sending, subject: Subject) -> StakeholderMessage | None:
    if sending.cause is None:
        return None
    return StakeholderMessage.objects.filter(cause=sending.cause, team_id=subject.team.pk).first()


def _require_room(incident: Incident) -> None:
    Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    most = settings.STAKEHOLDER_MESSAGES_MAX
    if StakeholderMessage.objects.filter(incident=incident).count() >= most:
        raise Conflict(f"stakeholders were told of it {most} times: no more", reason="too_many")


def _tell(caller: Caller, message: StakeholderMessage, sending: Sending, now: datetime) -> None:
    told = ", ".join(
        f"{len(draft.stakeholder_ids)} {draft.audience.words}" for draft in sending.drafts if draft.stakeholder_ids
    )
    if message.incident_id is not None:
        promised = f" Next message promised for {sending.next_update_at:%H:%M} UTC." if sending.next_update_at else ""
        when = " at each one’s hour" if sending.mode is Mode.HOURS else ""
        record(
            incident_id=message.incident_id,
            at=now,
            kind=Kind.TOLD,
            text=f"Told stakeholders{when} ({told}): “{sending.drafts[0].subject}”.{promised}",
            author_id=caller.user_id,
            author_name=caller.name,
            is_human=caller.user_id is not None,
            data={"message": message.pk, "next_update_at": _text(sending.next_update_at)},
            now=now,
        )
    trail(
        caller=caller,
        action="stakeholder_message.send",
        name=f"#{message.pk} {message.title}",
        team_id=message.team_id,
        now=now,
        changes={"told": [None, told], "kind": [None, message.kind], "mode": [None, message.mode]},
        reason="by itself" if caller is SYSTEM else "",
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
