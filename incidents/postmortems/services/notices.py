"""Telling people of postmortems: one row for each message, sent as due work; tries are written down beforehand."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from incidents.postmortems.models import Meeting, Notice, Postmortem, Review
from incidents.postmortems.services.due_kinds import NOTICE
from incidents.postmortems.services.messages import message_of, void_because
from incidents.response.models import Incident
from reliability.access.models import User
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.channels.quiet import quiet_until
from reliability.channels.selectors.contacts import methods_of, sign_in_mail
from reliability.channels.services.sending import send_to_channel, send_to_contact
from reliability.outbox.domain.backoff import pause_after
from reliability.outbox.services import due, nudge

_PLACE_MAX = 200
_LATEST = timedelta(hours=12)  # quiet hours that never end delay no longer
_GIVE_UP = timedelta(days=1)
Sending = Notice.Sending


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
    where = "channel" if isinstance(place, Channel) else "person"
    notice, is_new = Notice.objects.get_or_create(
        key=f"{key}:{where}:{place.pk}"[:160],
        defaults={
            "postmortem": postmortem,
            "incident": incident,
            "review": review,
            "kind": kind,
            "sequence": sequence,
            "for_due_at": for_due_at,
            "idempotency_key": uuid.uuid4().hex,
            "channel": place if isinstance(place, Channel) else None,
            "user": place if isinstance(place, User) else None,
            "place": (place.title if isinstance(place, Channel) else str(place))[:_PLACE_MAX],
            "created_at": now,
            "due_at": now,
        },
    )
    if is_new:
        due.schedule_first(kind=NOTICE, key=notice.pk, due_at=now)
        nudge.after_commit()
    return is_new


def deliver(*, notice_id: int, now: datetime) -> datetime | None:
    """One try, if it is still true. Returns when to try again; None when there is nothing left to do."""
    notice = _begin(notice_id=notice_id, now=now)
    if notice is None:
        return None
    later = min(quiet_until(user_id=notice.user_id, at=now), now + _LATEST)
    if later > now and notice.attempts == 1:
        return later
    return _end(notice_id=notice_id, outcome=_send(notice=notice, now=now), now=now)


def told_of_meeting(*, meeting: Meeting) -> set[int]:
    """Ids of the people to whom an invitation was sent, or perhaps was."""
    rows = Notice.objects.filter(postmortem_id=meeting.postmortem_id, kind="meeting", attempts__gt=0)
    return {pk for pk in rows.values_list("user_id", flat=True) if pk is not None}


@transaction.atomic
def _begin(*, notice_id: int, now: datetime) -> Notice | None:
    rows = Notice.objects.select_for_update(of=("self",)).filter(pk=notice_id)
    notice: Notice | None = rows.select_related(
        "postmortem__team", "postmortem__meeting", "incident__team", "incident__postmortem", "review", "channel", "user"
    ).first()
    if notice is None or notice.state != Sending.WAITING:
        return None
    why = void_because(notice)
    if why:
        notice.state, notice.state_reason = Sending.VOID, why
        notice.save(update_fields=("state", "state_reason"))
        return None
    notice.attempts += 1
    notice.first_attempt_at = notice.first_attempt_at or now
    notice.save(update_fields=("attempts", "first_attempt_at"))
    return notice


def _send(*, notice: Notice, now: datetime) -> Outcome:
    message = message_of(notice=notice, now=now)
    if notice.channel is not None:
        return send_to_channel(channel=notice.channel, message=message, now=now)
    if notice.user is None or not notice.user.is_active:
        return Outcome(Result.REFUSED, f"{notice.place} is not there any more")
    # Calendars read mail: an invitation goes to the mail address, whatever else the person prefers.
    methods = [] if message.attachments else methods_of(user_id=notice.user.pk)
    contact = methods[0] if methods else sign_in_mail(user=notice.user)
    return send_to_contact(contact_method=contact, message=message, now=now)


@transaction.atomic
def _end(*, notice_id: int, outcome: Outcome, now: datetime) -> datetime | None:
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.state != Sending.WAITING:
        return None
    notice.state_reason = outcome.reason
    again: datetime | None = None
    if outcome.is_delivered:
        notice.state, notice.sent_at = Sending.SENT, now
    elif outcome.result is Result.REFUSED or now - (notice.first_attempt_at or now) >= _GIVE_UP:
        notice.state = Sending.FAILED
    else:
        again = now + (outcome.retry_after or pause_after(attempts=notice.attempts))
    notice.save(update_fields=("state", "state_reason", "sent_at"))
    return again
