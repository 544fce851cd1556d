"""No secret leaves the process of a run: each is replaced in everything that is told."""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
# Shorter ones would blot out half of each line; validation refuses to store them.
LENGTH_MIN = 4
TEXT_MAX = 8_000
ITEMS_MAX = 200
DEPTH_MAX = 12
# (text, items, depth) for what is too long for a line otherwise.
_SHORTER = ((1_000, 100, 10), (300, 40, 8), (100, 20, 6))
_IN_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"  # what libraries leave as it is when they quote a whole address
_NOT_KEPT = re.compile("[\0\ud800-\udfff]")  # NUL and halves of signs, which no database keeps
_INSTEAD = "\ufffd"
_WHOLE_MAX = 2**63


class Mask:
    """Callable on any JSON-like value: the same without secrets, as every database keeps it, cut to a bounded size."""

    def __init__(
        self,
        secrets: Iterable[str],
        *,
        text_max: int = TEXT_MAX,
        items_max: int = ITEMS_MAX,
        depth_max: int = DEPTH_MAX,
    ) -> None:
        self._named = [secret for secret in secrets if len(secret) >= LENGTH_MIN]
        spelt = {spelling for secret in self._named for spelling in _spellings(secret)}
        # The longest first: one may be a part of another.
        self._secrets = sorted(spelt, key=len, reverse=True)
        self._text_max, self._items_max, self._depth_max = text_max, items_max, depth_max

    def shorter(self) -> Iterator[Mask]:
        """Itself, and others that leave less and less."""
        yield self
        for text, items, depth in _SHORTER:
            yield Mask(self._named, text_max=text, items_max=items, depth_max=depth)

    def __call__(self, value: Any, depth: int = 0) -> Any:
        if depth > self._depth_max:
            return "…"
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            items = list(value.items())[: self._items_max]
            return {self._text(str(name)): self(inner, depth + 1) for name, inner in items}
        if isinstance(value, list | tuple):
            return [self(inner, depth + 1) for inner in value[: self._items_max]]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._number(value)
        return self._text(str(value))

    def _number(self, value: float) -> float | str:
        is_vast = isinstance(value, int) and abs(value) >= _WHOLE_MAX
        if is_vast or not math.isfinite(value):
            return f"{value}"  # JSON has no word for the one, many who read JSON cannot hold the other
        return MASK if str(value) in self._named else value

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = _NOT_KEPT.sub(_INSTEAD, text)
        return text if len(text) <= self._text_max else f"{text[: self._text_max]}… ({len(text):,} characters)"


def _spellings(secret: str) -> set[str]:
    """As it stands, and as addresses, JSON, error messages and headers spell it."""
    encoded = secret.encode("utf-8", "replace")
    spelt = {
        secret,
        quote(encoded),
        quote(encoded, safe=""),
        quote(encoded, safe=_IN_ADDRESSES),
        quote_plus(encoded),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        b64encode(encoded).decode(),
    }
    return {one for one in spelt if len(one) >= LENGTH_MIN}
