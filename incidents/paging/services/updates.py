"""Those who were told of something hear how it goes on: once per place and change, by the way they were told."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from incidents.paging.domain.content import Content
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import Escalation, Notification
from incidents.paging.selectors.rules import preferences_of
from incidents.paging.services.notifications import Draft, Place, send
from reliability.channels.domain.message import Event

# In quiet hours an update goes to a place only if it rang there that night.
SAME_NIGHT = timedelta(hours=12)
_ONCE_PER_EPOCH = frozenset({Event.ACKNOWLEDGE, Event.RESOLVE, Event.REOPEN})
_WORDS = {
    Event.ACKNOWLEDGE: "acknowledged by {by}",
    Event.RESOLVE: "resolved by {by}",
    Event.REOPEN: "reopened by {by}",
}


def tell(
    *, escalation: Escalation, event: Event, content: Content, now: datetime, but_user_id: int | None = None
) -> int:
    """Returns how many places hear of it. Call with the escalation locked, after its epoch has moved.

    but_user_id: who did it, and knows.
    """
    stored = content.to_json()
    places = _told_before(escalation=escalation)
    number = 0
    for told in places:
        if told.user is not None and (told.user_id == but_user_id or _rests(told=told, now=now)):
            continue
        place = Place(channel=told.channel, contact_method=told.contact_method, user=told.user)
        draft = Draft(
            key=f"update:{escalation.pk}:{escalation.epoch}:{_change(event, stored)}/{place.key}",
            purpose=Notification.Purpose.UPDATE,
            event=event,
            place=place,
            urgency=Urgency.NORMAL,
            why="was told before",
            due_at=now,
            team_id=escalation.team_id,
            escalation=escalation,
            step=told.step,
            pass_number=told.pass_number,
            content=stored,
        )
        notification = send(draft=draft, now=now)
        if notification.content != stored and notification.attempts == 0:
            notification.content = stored
            notification.save(update_fields=("content",))
        number += 1
    return number


def described(*, content: Content, event: Event, by: str) -> Content:
    """The content with a first line that says what happened and by whom."""
    if event not in _WORDS:
        return content
    line = _WORDS[event].format(by=by)
    text = f"{line[0].upper()}{line[1:]}.\n{content.text}".rstrip()
    return Content.from_json({**content.to_json(), "text": text})


def words_of(*, notification: Notification) -> str:
    """What a message said, in few words: "(page)", "that it was acknowledged by Ben", "(update)"."""
    event = Event(notification.event)
    if notification.purpose != Notification.Purpose.UPDATE:
        return "(page: reopened)" if event is Event.REOPEN else f"({notification.purpose})"
    if event not in _WORDS:
        return "(update)"
    said = str(notification.content.get("text", "")).partition("\n")[0].rstrip(".")
    start = _WORDS[event].format(by="").capitalize()
    return f"that it was {event.word}" + (f" by {said.removeprefix(start)}" if said.startswith(start) else "")


def _told_before(*, escalation: Escalation) -> list[Notification]:
    """The last page to each place that got it, may have got it, or had it in a bundle."""
    pages = (
        Notification.objects.filter(escalation=escalation, purpose=Notification.Purpose.PAGE)
        .filter(Q(attempts__gt=0) | Q(state=Notification.State.BUNDLED, sent_at__isnull=False))
        .filter(may_answer=True)
        .exclude(state=Notification.State.REFUSED)
        .select_related("channel", "contact_method", "user")
        .order_by("created_at", "pk")
    )
    by_place = {page.place_key: page for page in pages}
    return [
        page
        for page in by_place.values()
        if page.channel is not None or page.contact_method is not None or page.place_key.startswith("mail:")
    ]


def _rests(*, told: Notification, now: datetime) -> bool:
    """Whether the person has quiet hours and was not told by this place in them."""
    was_told_at = told.sent_at or told.first_attempt_at or told.created_at
    if now - was_told_at < SAME_NIGHT or told.user is None:
        return False
    person = preferences_of(users=[told.user])[told.user.pk]
    return person.opens_at(urgency=Urgency.NORMAL, at=now) > now


def _change(event: Event, stored: dict[str, Any]) -> str:
    if event in _ONCE_PER_EPOCH:
        return event.value
    digest = hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()
    return f"{event.value}-{digest[:16]}"
