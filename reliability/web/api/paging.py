"""Lists in pages: `?limit=50&offset=0`, answered with the total."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

T = TypeVar("T")

LIMIT_MAX = 1000


class PageQuery(Schema):
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX, description="items in a page")] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000_000, description="items to skip")] = 0


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int = Field(description="items in all pages")
    limit: int
    offset: int


def page_of(*, queryset: QuerySet[Any], query: PageQuery) -> dict[str, Any]:
    """Two queries whatever the size: the count and the page. The queryset must be ordered down to its key."""
    return {
        "items": list(queryset[query.offset : query.offset + query.limit]),
        "total": queryset.count(),
        "limit": query.limit,
        "offset": query.offset,
    }
