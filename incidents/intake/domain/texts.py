"""What strangers write, made fit for columns and pages: cut to length, NUL-free, links that cannot run code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from incidents.intake.domain.events import KEY_LENGTH_MAX, LABEL_LENGTH_MAX, LABELS_MAX, LINKS_MAX, TITLE_LENGTH_MAX
from reliability.kit.instants import InstantError, parse_instant

_URL_LENGTH_MAX = 2_000


def line(value: Any, *, length: int = TITLE_LENGTH_MAX) -> str:
    """One line of text; what is no text is written as JSON. Cut with an ellipsis."""
    text = " ".join(text_of(value).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def text_of(value: Any) -> str:
    """Any JSON value as text, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return orjson.dumps(value).decode()


def key_of(text: str) -> str:
    """The text itself while it fits the column, else its beginning with its hash: still the same for the same text."""
    if len(text) <= KEY_LENGTH_MAX:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: KEY_LENGTH_MAX - 65]}~{digest}"


def labels_of(values: Mapping[Any, Any]) -> dict[str, str]:
    """Names to texts, bounded in number and length; empty values are left out."""
    pairs = ((line(name, length=120), line(value, length=LABEL_LENGTH_MAX)) for name, value in values.items())
    kept = [(name, value) for name, value in pairs if name and value]
    return dict(kept[:LABELS_MAX])


def links_of(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """(title, address) of http and https only, each address once: `javascript:` never reaches a page."""
    found: dict[str, str] = {}
    for title, value in pairs:
        url = value.strip() if isinstance(value, str) else ""
        if is_web_address(url):
            found.setdefault(url, line(title, length=120) or "Link")
    return tuple((title, url) for url, title in list(found.items())[:LINKS_MAX])


def is_web_address(url: str) -> bool:
    if not url or len(url) > _URL_LENGTH_MAX or any(character <= " " for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def instant_of(value: Any) -> datetime | None:
    """RFC 3339 text or epoch seconds; None when it is neither, or the zero instant that Go writes."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value
    if isinstance(value, int | float) and 1e11 < value < 1e14:
        text = value / 1000  # milliseconds, as JavaScript counts
    try:
        return parse_instant(text)
    except (InstantError, ValueError, OverflowError):
        return None
