"""The meeting about a postmortem: when, who is invited, and the mails that put it in their calendars."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from incidents.postmortems.models import Meeting, Postmortem
from incidents.postmortems.services import notices
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from incidents.postmortems.services.messages import MEETING, OFF
from incidents.postmortems.services.reviews import candidates
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.kit.wall_clock import wall_clock
from reliability.web.errors import Conflict, Invalid, NotFound

LENGTHS = (15, 480)
PEOPLE_MAX = 50
_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """starts_at: aware. zone: IANA, where its clock hangs. people: ids of members of the team."""

    starts_at: datetime
    length_minutes: int = 60
    zone: str = "UTC"
    place: str = ""
    agenda: str = ""
    people: Sequence[int] = ()


@transaction.atomic
def plan(
    *,
    caller: Caller,
    postmortem: Postmortem,
    draft: MeetingDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> Meeting:
    """Plan it or change it: whoever is invited gets a mail with the event; who is not any more a cancellation.

    The same plan is no change. Raises NotFound, Forbidden, Invalid by field, Conflict.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    people = _checked(row, draft, now)
    texts = _texts(draft)
    meeting = Meeting.objects.select_for_update(of=("self",)).filter(postmortem=row).first()
    if meeting is not None and expected_revision is not None and meeting.revision != expected_revision:
        who = meeting.updated_by_name or "somebody"
        raise Conflict(f"{who} changed the meeting meanwhile: load it again", reason="changed_meanwhile")
    before = words_of(meeting)
    was = set() if meeting is None or meeting.cancelled_at else set(meeting.people.values_list("pk", flat=True))
    if meeting is None:
        meeting = Meeting(postmortem=row, uid=_uid(), created_at=now, revision=0, sequence=0)
    meeting.starts_at, meeting.length_minutes, meeting.zone = draft.starts_at, draft.length_minutes, draft.zone
    meeting.place, meeting.agenda = texts
    meeting.cancelled_at = None
    meeting.updated_at, meeting.updated_by_name = now, caller.name[:160]
    if meeting.pk and before == words_of(meeting) and was == {one.pk for one in people}:
        return meeting
    meeting.revision += 1
    meeting.sequence += 1
    meeting.save()
    meeting.people.set(people)
    gone = User.objects.filter(pk__in=(was - {one.pk for one in people}) & notices.told_of_meeting(meeting=meeting))
    _tell(row, meeting, MEETING, people, now)
    _tell(row, meeting, OFF, list(gone), now)
    change = Change("meeting", "Meeting", before, words_of(meeting), note=f"{len(people)} invited")
    changed(caller=caller, postmortem=row, changes=[change], now=now)
    return meeting


@transaction.atomic
def cancel(*, caller: Caller, postmortem: Postmortem, now: datetime) -> Meeting:
    """Whoever was told of it is told that it is off. Twice is once. Raises NotFound, Forbidden."""
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    meeting = Meeting.objects.select_for_update(of=("self",)).filter(postmortem=row).first()
    if meeting is None:
        raise NotFound("no meeting is planned")
    if meeting.cancelled_at is not None:
        return meeting
    before = words_of(meeting)
    meeting.cancelled_at, meeting.sequence, meeting.revision = now, meeting.sequence + 1, meeting.revision + 1
    meeting.save(update_fields=("cancelled_at", "sequence", "revision"))
    told = notices.told_of_meeting(meeting=meeting)
    _tell(row, meeting, OFF, [one for one in meeting.people.all() if one.pk in told], now)
    changed(caller=caller, postmortem=row, changes=[Change("meeting", "Meeting", before, "cancelled")], now=now)
    return meeting


def words_of(meeting: Meeting | None) -> str:
    """As the history has it."""
    if meeting is None:
        return ""
    if meeting.cancelled_at is not None:
        return "cancelled"
    return "\n".join(
        [f"{meeting.starts_at:%Y-%m-%d %H:%M} UTC, {meeting.length_minutes} minutes", meeting.place, meeting.agenda]
    )


def _tell(row: Postmortem, meeting: Meeting, kind: str, people: Sequence[User], now: datetime) -> None:
    for one in people:
        key = f"{kind}:{meeting.pk}:{meeting.sequence}"
        notices.make(kind=kind, key=key, place=one, now=now, postmortem=row, sequence=meeting.sequence)


def _texts(draft: MeetingDraft) -> tuple[str, str]:
    place = checked_text(field="place", text=" ".join(draft.place.split()), most=500)
    return place, checked_text(field="agenda", text=draft.agenda, most=5000)


def _checked(row: Postmortem, draft: MeetingDraft, now: datetime) -> list[User]:
    mistakes = []
    if not now < draft.starts_at < now + _AHEAD:
        mistakes.append({"field": "starts_at", "message": "lies in the coming year: choose a later time"})
    if not LENGTHS[0] <= draft.length_minutes <= LENGTHS[1]:
        mistakes.append({"field": "length_minutes", "message": f"is from {LENGTHS[0]} to {LENGTHS[1]} minutes"})
    try:
        wall_clock(draft.zone)
    except (KeyError, ValueError):
        mistakes.append({"field": "zone", "message": "is no zone: write one such as Europe/Berlin"})
    wanted = list(dict.fromkeys(draft.people))
    people = list(candidates(postmortem=row).filter(pk__in=wanted[: PEOPLE_MAX + 1]))
    if not wanted or len(wanted) > PEOPLE_MAX or len(people) < len(wanted):
        message = f"choose 1 to {PEOPLE_MAX} members of the team"
        mistakes.append({"field": "people", "message": message})
    if mistakes:
        raise Invalid(details=mistakes)
    return people


def _uid() -> str:
    return f"postmortem-{uuid.uuid4().hex}@{settings.PUBLIC_URL.rpartition('//')[2].partition('/')[0]}"[:120]
