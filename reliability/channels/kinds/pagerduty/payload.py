"""Our message as an event of PagerDuty's Events API v2, within its limits.

Source: https://developer.pagerduty.com/docs/send-alert-event and …/send-change-event (summary 1,024 characters,
dedup_key 255, 512 KB in all).
"""

from __future__ import annotations

import hashlib
from typing import Any

from reliability.channels.domain.message import Event, Message
from reliability.channels.domain.text import one_line, shortened
from reliability.kit.instants import format_instant

SUMMARY_LENGTH_MAX = 1024
DEDUP_KEY_LENGTH_MAX = 255
_TEXT_LENGTH_MAX = 20_000
_DETAILS_MAX = 50
_LINKS_MAX = 20
_SEVERITIES = frozenset({"critical", "error", "warning", "info"})

# What calls nobody is a change event: it stands beside the incidents and pages no one.
ACTIONS = {
    Event.TRIGGER: "trigger",
    Event.REOPEN: "trigger",
    Event.BUNDLE: "trigger",
    Event.OPERATORS: "trigger",
    Event.TEST: "trigger",
    Event.ACKNOWLEDGE: "acknowledge",
    Event.RESOLVE: "resolve",
}


def dedup_key(subject_key: str) -> str:
    """The subject's key, or what stands for it where it is longer than PagerDuty takes."""
    if len(subject_key) <= DEDUP_KEY_LENGTH_MAX:
        return subject_key
    return f"sha256:{hashlib.sha256(subject_key.encode()).hexdigest()}"


def alert(message: Message) -> dict[str, Any]:
    """What stands beside event_action and dedup_key in a trigger."""
    return {
        "payload": {
            "summary": one_line(message.headline, SUMMARY_LENGTH_MAX),
            "source": one_line(message.service or message.team or "reliability", 255),
            "severity": message.severity if message.severity in _SEVERITIES else "critical",
            "timestamp": format_instant(message.at),
            "component": one_line(message.service, 255),
            "group": one_line(message.team, 255),
            "class": message.severity_word,
            "custom_details": details(message),
        },
        "links": links(message),
        "client": "Reliability",
        "client_url": message.url,
    }


def details(message: Message) -> dict[str, str]:
    own = {"text": shortened(message.text, _TEXT_LENGTH_MAX)}
    others = list(message.details.items())[:_DETAILS_MAX]
    return own | {shortened(name, 100): shortened(value, 1000) for name, value in others}


def links(message: Message) -> list[dict[str, str]]:
    found = [{"href": message.url, "text": "Open the page"}] if message.url else []
    return found + [{"href": link.url, "text": one_line(link.title, 100)} for link in message.links[:_LINKS_MAX]]
