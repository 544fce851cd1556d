"""What the public would see: the deed is done, the page rendered, the deed undone. Nothing else is as exact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from incidents.status_page.domain.content import Content
from incidents.status_page.models import StatusPage
from incidents.status_page.public.rendering import render
from incidents.status_page.selectors.content import content_of

Found = TypeVar("Found")


def seen_after(*, page_id: int, act: Callable[[], object], root: str, now: datetime) -> Content:
    """The content of the page itself as it would be after *act*. Raises what *act* raises; nothing is kept."""
    return _undone(act, lambda: content_of(page=StatusPage.objects.get(pk=page_id), root=root, now=now, has_days=True))


def rendered_after(*, page_id: int, act: Callable[[], object], root: str, now: datetime) -> bytes:
    """The HTML of the page itself, byte for byte as outsiders would get it."""

    def read() -> bytes:
        found = render(StatusPage.objects.get(pk=page_id), "index", now, root=root)
        return b"" if found is None else found.body

    return _undone(act, read)


def _undone(act: Callable[[], object], read: Callable[[], Found]) -> Found:
    with transaction.atomic():
        act()
        found = read()
        transaction.set_rollback(True)
    return found
