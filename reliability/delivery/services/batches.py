"""Long lists in pieces that one query can carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_One = TypeVar("_One")
NAMES_PER_QUERY = 5_000


def chunks(values: Sequence[_One], size: int = NAMES_PER_QUERY) -> Iterator[Sequence[_One]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
