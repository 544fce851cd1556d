"""What a webhook says: docs/channels.md describes it. Pure."""

from __future__ import annotations

from typing import Any

from reliability.channels.domain.message import Message
from reliability.kit.instants import format_instant


def body_of(message: Message) -> dict[str, Any]:
    """`type`, `timestamp` and `data`, as Standard Webhooks recommends. Links that act for one person are not in it."""
    return {
        "type": f"page.{message.event.value}",
        "timestamp": format_instant(message.at),
        "data": {
            "subject": message.subject_key,
            "title": message.title,
            "text": message.text,
            "severity": message.severity,
            "severity_word": message.severity_word,
            "team": message.team,
            "service": message.service,
            "url": message.url,
            "links": [{"title": link.title, "url": link.url} for link in message.links],
            "details": dict(message.details),
        },
    }
