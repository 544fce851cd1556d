"""From a notification to the message that its channel says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from incidents.paging.additions import additions_to
from incidents.paging.domain.content import Content
from incidents.paging.models import Notification
from incidents.paging.services import links, list_links
from incidents.paging.services.bundling import only_part
from reliability.channels.domain.message import Action, Event, Link, Message

_TELLING = (Event.TRIGGER, Event.REOPEN)
_ADDED_BELOW = 1_000  # characters; some kinds of channel cut the end of longer texts
_LABELS = {
    "acknowledge": "Acknowledge",
    "escalate": "Escalate",
    "resolve": "Resolve",
    "take_command": "Take command",
}


def subject_key(*, subject: str) -> str:
    """The same for every message about the subject, and different from what another installation says."""
    return f"{subject}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"


def message_of(*, notification: Notification, now: datetime) -> Message:
    """A list of one page says what the page would say, under its own key."""
    page = only_part(bundle=notification) if notification.purpose == Notification.Purpose.BUNDLE else None
    if page is None:
        return _message_of(notification=notification, now=now)
    return replace(_message_of(notification=page, now=now), idempotency_key=notification.idempotency_key)


def completed(*, message: Message, notification: Notification) -> Message:
    """With what rooms above know of the subject just now. Call it outside of any transaction, before the message is
    sent: nobody who waits for a lock waits for this, and a page whose additions fail goes out without them.
    """
    if message.event not in _TELLING:
        return message
    page = only_part(bundle=notification) if notification.purpose == Notification.Purpose.BUNDLE else notification
    if page is None or page.escalation is None:
        return message
    for addition in additions_to(subject=page.escalation.subject):
        parts = [message.text, addition.text] if len(message.text) <= _ADDED_BELOW else [addition.text, message.text]
        links = tuple(Link(title=title, url=url) for title, url in addition.links)
        message = replace(message, text="\n\n".join(filter(None, parts)), links=(*message.links, *links))
    return message


def _message_of(*, notification: Notification, now: datetime) -> Message:
    escalation = notification.escalation
    event = Event(notification.event)
    stored = notification.content or ({} if escalation is None else escalation.content)
    content = Content.from_json(stored)
    subject = notification.key if escalation is None else escalation.subject
    return Message(
        event=event,
        subject_key=subject_key(subject=subject),
        idempotency_key=notification.idempotency_key,
        title=content.title,
        text=content.text,
        severity=content.severity,
        severity_word=content.severity_word,
        url=content.url,
        at=notification.created_at,
        team=content.team or ("" if notification.team is None else notification.team.name),
        service=content.service,
        ack_url=_ack_url(notification=notification, event=event, now=now),
        actions=_actions(notification=notification, event=event, now=now),
        links=tuple(Link(title=title, url=url) for title, url in content.links),
        details={**content.details, **({"Why you": notification.why} if notification.user_id else {})},
    )


def _ack_url(*, notification: Notification, event: Event, now: datetime) -> str:
    """Only in a page or a list of pages: whoever reads an update has nothing left to acknowledge."""
    if notification.purpose == Notification.Purpose.BUNDLE and notification.user_id is not None:
        return f"{settings.PUBLIC_URL}/a/list/{list_links.sign(bundle=notification, now=now)}/"
    if notification.escalation is None or notification.user_id is None or event not in _TELLING:
        return ""
    token = links.sign(escalation=notification.escalation, user_id=notification.user_id, now=now)
    return f"{settings.PUBLIC_URL}/a/{token}/"


def _actions(*, notification: Notification, event: Event, now: datetime) -> tuple[Action, ...]:
    """Buttons of a channel of many readers: signed for the escalation, while who presses is known to the chat."""
    if notification.escalation is None or notification.channel_id is None or event is Event.RESOLVE:
        return ()
    value = links.sign(escalation=notification.escalation, user_id=links.ANYBODY, now=now)
    is_running = event is not Event.ACKNOWLEDGE
    names = [*(("acknowledge", "escalate") if is_running else ()), "resolve", "take_command"]
    return tuple(Action(name=name, label=_LABELS[name], value=value) for name in names)
