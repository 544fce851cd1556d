"""Our message as Slack blocks, within their limits. Pure.

Source: https://docs.slack.dev/reference/block-kit/blocks (header 150 characters, section 3,000, button label 75, value
2,000, 25 buttons) and https://docs.slack.dev/messaging/formatting-message-text (what has to be escaped).
"""

from __future__ import annotations

from typing import Any

from reliability.channels.domain.message import Action, Event, Message
from reliability.channels.domain.text import one_line, shortened

_HEADER_LENGTH_MAX = 150
_SECTION_LENGTH_MAX = 3000
_LABEL_LENGTH_MAX = 75
_VALUE_LENGTH_MAX = 2000
_FIELDS_MAX = 10
_LINKS_MAX = 10
_MARKS = {"critical": "🔴", "error": "🟠", "warning": "🟡", "info": "🔵"}
_STYLES = {"acknowledge": "primary", "resolve": "danger"}


def body_of(message: Message, *, has_buttons: bool) -> dict[str, Any]:
    """The body of an incoming webhook. `text` is what notifications and screen readers say."""
    return {
        "text": escaped(one_line(message.headline, 1000)),
        "blocks": blocks_of(message, has_buttons=has_buttons),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def blocks_of(message: Message, *, has_buttons: bool) -> list[dict[str, Any]]:
    mark = _MARKS.get(message.severity, "🔴") if message.event.calls else ""
    header = one_line(f"{mark} {message.headline}", _HEADER_LENGTH_MAX)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": {"type": "plain_text", "text": header, "emoji": True}}]
    if message.text.strip():
        blocks.append({"type": "section", "text": mrkdwn(fitted(message.text))})
    fields = [mrkdwn(f"*{escaped(name)}*\n{escaped(value)}", 2000) for name, value in message.details.items()]
    if fields:
        blocks.append({"type": "section", "fields": fields[:_FIELDS_MAX]})
    if message.links:
        blocks.append({"type": "section", "text": mrkdwn(links_of(message))})
    buttons = buttons_of(message, has_buttons=has_buttons)
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    where = ", ".join(escaped(part) for part in (message.team, message.service) if part)
    stamp = (
        f"<!date^{int(message.at.timestamp())}^{{date_short_pretty}} {{time_secs}}|{message.at:%Y-%m-%d %H:%M:%S} UTC>"
    )
    blocks.append({"type": "context", "elements": [mrkdwn(f"{where}  {stamp}".strip())]})
    return blocks


def buttons_of(message: Message, *, has_buttons: bool) -> list[dict[str, Any]]:
    is_over = message.event is Event.RESOLVE
    actions = message.actions if has_buttons and not is_over else ()
    pressed = [_button(action) for action in actions if len(action.value) <= _VALUE_LENGTH_MAX]
    # To one person, whom Slack does not tell us: their link. To a room: the buttons.
    own_link = message.ack_url if message.event.calls and not pressed else ""
    ways = [_way("acknowledge_link", "Acknowledge", own_link), _way("open", "Open", message.url)]
    return [*pressed, *(way for way in ways if way["url"])]


def _way(name: str, label: str, url: str) -> dict[str, Any]:
    return {"type": "button", "action_id": name, "text": plain(label), "url": url}


def _button(action: Action) -> dict[str, Any]:
    style = _STYLES.get(action.name)
    button = {"type": "button", "action_id": action.name, "text": plain(action.label), "value": action.value}
    return button | ({"style": style} if style else {})


def links_of(message: Message) -> str:
    lines = [f"<{_address(link.url)}|{escaped(one_line(link.title, 100))}>" for link in message.links[:_LINKS_MAX]]
    return "\n".join(lines)


def _address(url: str) -> str:
    """Nothing in it ends the link: `|` and `>` would."""
    return escaped(url).replace("|", "%7C")


def fitted(text: str) -> str:
    """Escaped, and short enough when it is: & alone becomes five characters."""
    cut = shortened(text, _SECTION_LENGTH_MAX)
    while len(escaped(cut)) > _SECTION_LENGTH_MAX:
        cut = shortened(cut, len(cut) - max((len(escaped(cut)) - _SECTION_LENGTH_MAX) // 5, 1))
    return escaped(cut)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str, length_max: int = _SECTION_LENGTH_MAX) -> dict[str, str]:
    return {"type": "mrkdwn", "text": shortened(text, length_max)}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": one_line(text, _LABEL_LENGTH_MAX), "emoji": True}
