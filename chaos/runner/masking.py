"""No secret leaves the process of a run: each is replaced in everything that is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MASK = "•••"
# Shorter ones would blot out half of each line; validation refuses to store them.
LENGTH_MIN = 4
TEXT_MAX = 8_000
ITEMS_MAX = 200
DEPTH_MAX = 12


class Mask:
    """Callable on any JSON-like value: the same without secrets, cut to a bounded size."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one may be a part of another.
        self._secrets = sorted({secret for secret in secrets if len(secret) >= LENGTH_MIN}, key=len, reverse=True)

    def __call__(self, value: Any, depth: int = 0) -> Any:
        if depth > DEPTH_MAX:
            return "…"
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            items = list(value.items())[:ITEMS_MAX]
            return {self._text(str(name)): self(inner, depth + 1) for name, inner in items}
        if isinstance(value, list | tuple):
            return [self(inner, depth + 1) for inner in value[:ITEMS_MAX]]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._text(str(value))

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}… ({len(text):,} characters)"
