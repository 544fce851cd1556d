"""Our message as ntfy's JSON. Pure. Source: https://docs.ntfy.sh/publish/#publish-as-json (message 4,096 bytes,
three actions); priorities: https://docs.ntfy.sh/publish/#message-priority.
"""

from __future__ import annotations

from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.text import one_line, shortened_bytes

_MESSAGE_BYTES_MAX = 4000
_TITLE_LENGTH_MAX = 200
_PRIORITIES = {"critical": 5, "error": 4, "warning": 3, "info": 2}
_TAGS = {"critical": "rotating_light", "error": "warning", "warning": "warning", "info": "information_source"}


def body_of(message: Message, *, topic: str) -> dict[str, Any]:
    """What calls somebody rings as its severity says; the rest comes without a sound of alarm."""
    body: dict[str, Any] = {
        "topic": topic,
        "title": one_line(message.headline, _TITLE_LENGTH_MAX),
        "message": shortened_bytes(message.text.strip() or message.title, _MESSAGE_BYTES_MAX),
        "priority": _PRIORITIES.get(message.severity, 5) if message.event.calls else 3,
        "tags": [_TAGS.get(message.severity, "rotating_light") if message.event.calls else "speech_balloon"],
    }
    if message.url:
        body["click"] = message.url
    actions = [("Acknowledge", message.ack_url), ("Open", message.url)]
    shown = [{"action": "view", "label": label, "url": url, "clear": True} for label, url in actions if url]
    return body | ({"actions": shown} if shown else {})
