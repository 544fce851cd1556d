"""Fitting text into what a protocol takes."""

from __future__ import annotations

import re

_GAPS = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")


def shortened(text: str, length_max: int) -> str:
    """At most *length_max* characters, ending in … when some were cut."""
    return text if len(text) <= length_max else f"{text[: length_max - 1].rstrip()}…"


def shortened_bytes(text: str, bytes_max: int) -> str:
    """At most *bytes_max* bytes of UTF-8, whole characters."""
    encoded = text.encode()
    if len(encoded) <= bytes_max:
        return text
    return encoded[: bytes_max - len("…".encode())].decode(errors="ignore").rstrip() + "…"


def one_line(text: str, length_max: int = 200) -> str:
    """Without line breaks and control characters: nothing in it can begin a header."""
    return shortened(_GAPS.sub(" ", text).strip(), length_max)
