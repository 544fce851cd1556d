"""Full-text search over readable postmortems, on both databases behind one function.

PostgreSQL: words by their beginnings over a GIN index (migration 0002). SQLite: each word anywhere (LIKE): of 2,000
postmortems (39 MB of words) it takes a fifth of a second, so that no second table has to be kept in step
(docs/postmortems.md, "Search", has the figures).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection
from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Left

from incidents.postmortems.domain.snippets import Piece, snippet, words_of_search
from incidents.postmortems.models import Postmortem
from reliability.access.domain.caller import Caller

INDEXED_MAX = 200_000  # characters of one postmortem: a tsvector has a bound, too
_NOT_A_WORD = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Found:
    postmortem: Postmortem
    pieces: tuple[Piece, ...]


class _Indexed(Func):
    """As the index of migration 0002 has it: another expression would not use it."""

    function = "to_tsvector"
    template = "%(function)s('simple'::regconfig, %(expressions)s)"
    output_field = SearchVectorField()


def matching(*, postmortems: QuerySet[Postmortem], text: str) -> QuerySet[Postmortem]:
    """Of *postmortems* those that hold every word of *text*, in any order. No word: all of them."""
    words = words_of_search(text)
    if connection.vendor == "postgresql":
        # What is no word for the index (`->`, `:8080`) is looked for letter by letter.
        prefixes = [f"{word}:*" for word in words if not _NOT_A_WORD.search(word) and "-" not in word]
        if prefixes:
            query = SearchQuery(" & ".join(prefixes), config="simple", search_type="raw")
            found = postmortems.annotate(indexed=_Indexed(Left(F("search_text"), INDEXED_MAX)))
            postmortems = found.filter(indexed=query)
        words = [word for word in words if f"{word}:*" not in prefixes]
    for word in words:
        postmortems = postmortems.filter(search_text__icontains=word)
    return postmortems


def search(*, caller: Caller, text: str, limit: int = 20) -> list[Found]:
    """Those with a word in the title first, then the newest; with the place where the words stand. One query."""
    words = words_of_search(text)
    if not words:
        return []
    in_title = Q(*[Q(title__icontains=word) for word in words], _connector=Q.OR)
    found = matching(postmortems=Postmortem.objects.readable_by(caller), text=text)
    ranked = found.annotate(
        rank=Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    ).select_related("team")
    rows: Iterable[Postmortem] = ranked.defer("imported_text").order_by("rank", "-started_at", "-pk")[:limit]
    return [Found(one, snippet(text=one.search_text, words=words)) for one in rows]
