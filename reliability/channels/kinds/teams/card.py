"""Our message as an Adaptive Card, within what Teams takes. Pure.

Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (28 KB for
one message) and https://adaptivecards.io/explorer/ (version 1.4 is what phones show, too).
"""

from __future__ import annotations

from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.text import one_line, shortened_bytes

_TEXT_BYTES_MAX = 12_000
_FACTS_MAX = 20
_LINKS_MAX = 4  # with the two buttons of our own: Teams shows six
_COLOURS = {"critical": "attention", "error": "attention", "warning": "warning", "info": "accent"}


def body_of(message: Message) -> dict[str, Any]:
    return {
        "type": "message",
        "summary": one_line(message.headline, 200),
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card(message)}
        ],
    }


def card(message: Message) -> dict[str, Any]:
    colour = _COLOURS.get(message.severity, "attention") if message.event.calls else "default"
    headline = {"type": "TextBlock", "text": literal(one_line(message.headline, 300)), "wrap": True, "weight": "bolder"}
    body: list[dict[str, Any]] = [headline | {"size": "large", "color": colour}]
    if message.text.strip():
        text = literal(shortened_bytes(message.text, _TEXT_BYTES_MAX)).replace("\n", "\n\n")
        body.append({"type": "TextBlock", "text": text, "wrap": True})
    facts = [("Team", message.team), ("Service", message.service), *message.details.items()]
    facts.append(("At", f"{message.at:%Y-%m-%d %H:%M:%S} UTC"))
    shown = [{"title": one_line(name, 60), "value": literal(one_line(value, 300))} for name, value in facts if value]
    body.append({"type": "FactSet", "facts": shown[:_FACTS_MAX]})
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
        "actions": actions(message),
    }


def actions(message: Message) -> list[dict[str, str]]:
    own = [("Acknowledge", message.ack_url), ("Open", message.url)]
    others = [(one_line(link.title, 60), link.url) for link in message.links[:_LINKS_MAX]]
    return [{"type": "Action.OpenUrl", "title": title, "url": url} for title, url in own + others if url]


def literal(text: str) -> str:
    """A TextBlock reads Markdown: what looks like it is shown as it stands."""
    for mark in ("\\", "*", "_", "[", "]", "`"):
        text = text.replace(mark, f"\\{mark}")
    return text
