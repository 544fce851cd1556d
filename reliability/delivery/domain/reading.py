"""Reading payloads of strangers: what is absent is empty, what has the wrong type is refused with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from reliability.delivery.domain.told import UnreadableError
from reliability.kit.instants import InstantError, parse_instant

INVALID = "invalid"
Object = Mapping[str, Any]


def object_of(value: Any, place: str) -> Object:
    """The JSON object; an empty one for null. Raises UnreadableError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(INVALID, f"{place} must be an object, got {_kind(value)}")
    return value


def objects_of(value: Any, place: str) -> Iterator[Object]:
    """The objects of a list; nothing for null. Raises UnreadableError."""
    if value is None:
        return
    if not isinstance(value, list):
        raise UnreadableError(INVALID, f"{place} must be a list, got {_kind(value)}")
    for index, one in enumerate(value):
        yield object_of(one, f"{place}[{index}]")


def text_of(parent: Object, name: str, *, length_max: int = 255) -> str:
    """A text, or a number as text; "" when absent; cut at its bound. Never a whole object."""
    value = parent.get(name)
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value).strip()[:length_max]


def required_text(parent: Object, name: str, place: str) -> str:
    """Raises UnreadableError when there is none."""
    found = text_of(parent, name)
    if not found:
        raise UnreadableError(INVALID, f"{place}.{name} is missing")
    return found


def instant_of(parent: Object, name: str, place: str) -> datetime | None:
    """None when absent or empty. Raises UnreadableError for what is no instant."""
    value = parent.get(name)
    if value in (None, ""):
        return None
    try:
        return parse_instant(_rfc3339(value) if isinstance(value, str) else value)
    except (InstantError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(INVALID, f"{place}.{name}: {error}") from error


def required_instant(parent: Object, name: str, place: str) -> datetime:
    found = instant_of(parent, name, place)
    if found is None:
        raise UnreadableError(INVALID, f"{place}.{name} is missing: an instant such as 2026-03-01T12:00:00Z")
    return found


def first_line(text: str, *, length_max: int = 200) -> str:
    return text.partition("\n")[0].strip()[:length_max]


def link_of(parent: Object, name: str) -> str:
    """An address of the web; "" for anything else, such as javascript:."""
    url = text_of(parent, name, length_max=500)
    return url if url.startswith(("https://", "http://")) else ""


def _rfc3339(text: str) -> str:
    """GitLab writes `2021-04-28 21:50:00 +0200` and `2016-08-12 15:23:28 UTC`."""
    text = text.strip()
    if text.endswith(" UTC"):
        return text[:-4] + "Z"
    if len(text) > 6 and text[-6] == " " and text[-5] in "+-" and text[-4:].isdigit():
        return text[:-6] + text[-5:]
    return text


def _kind(value: Any) -> str:
    names = {
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "nothing")
