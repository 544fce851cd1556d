"""One try to tell a message to a channel or person. Never raises for a receiver's fault, and waits at most 10 s."""

from __future__ import annotations

from datetime import datetime

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.registry import UnknownKindError, kind_of
from reliability.channels.models import Channel, ContactMethod
from reliability.channels.selectors.places import place_of


def send_to_channel(*, channel: Channel, message: Message, now: datetime) -> Outcome:
    """Tell *message* to the channel, and keep when that last went well or wrong. Call it outside of a transaction."""
    return _send(target=channel, message=message, now=now)


def send_to_contact(*, contact_method: ContactMethod, message: Message, now: datetime) -> Outcome:
    """As send_to_channel, to one person. An unsaved contact method is told, and nothing is kept of it."""
    return _send(target=contact_method, message=message, now=now)


def _send(*, target: Channel | ContactMethod, message: Message, now: datetime) -> Outcome:
    try:
        kind = kind_of(target.kind)
    except UnknownKindError as error:
        return Outcome(Result.REFUSED, str(error))
    return kind.send(place=place_of(target), message=message, now=now)
