"""Lists in pages: `?page=3`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE_MAX = 1000


def page_of(request: HttpRequest, queryset: QuerySet[Any] | Sequence[Any], *, per_page: int = 50) -> Page[Any]:
    """The page that `?page=` names: two queries whatever the size. What is no page number is the first page,
    what lies beyond the end is the last. The queryset must be ordered down to its key.

    Show it with `{% include "web/_table_pagination.html" with page=page noun="objectives" %}`.
    """
    paginator: Paginator[Any] = Paginator(queryset, max(1, min(per_page, PER_PAGE_MAX)))
    return paginator.get_page(request.GET.get("page"))
