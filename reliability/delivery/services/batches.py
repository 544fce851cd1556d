"""Long lists in pieces that one query can carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.db.models import Q

_One = TypeVar("_One")
NAMES_PER_QUERY = 5_000
_PLACES_PER_QUERY = 100  # terms of one OR: SQLite bounds the depth of an expression


def chunks(values: Sequence[_One], size: int = NAMES_PER_QUERY) -> Iterator[Sequence[_One]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def in_repositories(pairs: Iterable[tuple[str, str]], *, team_id: int, column: str, prefix: str = "") -> Iterator[Q]:
    """Conditions that find rows of (repository, value of *column*), as few as there may be. prefix: "commit__".

    The team stands in each term of an OR: SQLite looks each up in the index by itself.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for repository, value in pairs:
        found[repository].append(value)
    terms: list[Q] = []
    names = 0
    for repository in sorted(found):
        for some in chunks(sorted(found[repository])):
            if terms and (len(terms) == _PLACES_PER_QUERY or names + len(some) > NAMES_PER_QUERY):
                yield Q(*terms, _connector=Q.OR)
                terms, names = [], 0
            place = {f"{prefix}team_id": team_id, f"{prefix}repository": repository, f"{prefix}{column}__in": some}
            terms.append(Q(**place))
            names += len(some)
    if terms:
        yield Q(*terms, _connector=Q.OR)
