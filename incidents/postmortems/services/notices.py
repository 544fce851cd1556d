"""Telling people of postmortems: one row for each message, sent as due work."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.postmortems.models import Meeting, Notice, Postmortem, Review
from incidents.postmortems.services.due_kinds import NOTICE
from incidents.postmortems.services.messages import message_of, void_because
from incidents.response.models import Incident
from reliability.access.models import User
from reliability.channels.models import Channel
from reliability.channels.services import notices

_TELLING = notices.Telling(
    model=Notice,
    due_kind=NOTICE,
    joined=(
        "postmortem__team",
        "postmortem__meeting",
        "incident__team",
        "incident__postmortem",
        "review",
        "channel",
        "user",
    ),
    void_because=void_because,
    send=notices.to_its_place(message_of),
    patience=timedelta(days=1),
    waits_for_morning=True,
)


def make(
    *,
    kind: str,
    key: str,
    place: Channel | User,
    now: datetime,
    postmortem: Postmortem | None = None,
    incident: Incident | None = None,
    review: Review | None = None,
    sequence: int = 0,
    for_due_at: datetime | None = None,
) -> bool:
    """Once for each key and place; in the transaction of its cause. Returns whether it is new."""
    columns = {
        "postmortem": postmortem,
        "incident": incident,
        "review": review,
        "kind": kind,
        "sequence": sequence,
        "for_due_at": for_due_at,
        "due_at": now,
    }
    _, is_new = notices.make_for_place(telling=_TELLING, key=key, place=place, columns=columns, now=now)
    return is_new


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still true. Returns when to try again; None when there is nothing left to do."""
    return notices.deliver(telling=_TELLING, notice_id=notice_id, now=now)


def told_of_meeting(*, meeting: Meeting) -> set[int]:
    """Ids of the people to whom an invitation was sent, or perhaps was."""
    rows = Notice.objects.filter(postmortem_id=meeting.postmortem_id, kind="meeting", attempts__gt=0)
    return {pk for pk in rows.values_list("user_id", flat=True) if pk is not None}
