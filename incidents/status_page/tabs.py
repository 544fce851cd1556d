"""Tabs of one status page: each part of this room adds its own at start-up, `register_page_tab("Keys", "…", 60)`."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class PageTab:
    """As web/_tabs.html has it."""

    title: str
    url: str
    is_here: bool
    count: int | None = None


_TABS: dict[str, tuple[str, int]] = {}


def register_page_tab(title: str, url_name: str, order: int) -> None:
    """url_name: of a view that takes the page's slug. Raises ValueError when it has another tab already."""
    if _TABS.setdefault(url_name, (title, order)) != (title, order):
        raise ValueError(f"there is a tab for {url_name!r} already: {_TABS[url_name]}")


def page_tabs(request: HttpRequest, *, slug: str) -> list[PageTab]:
    """In order; the one whose page this is, or lies above it, is marked."""
    in_order = sorted((order, title, reverse(name, args=[slug])) for name, (title, order) in _TABS.items())
    above = [url for _, _, url in in_order if request.path.startswith(url)]
    here = max(above, key=len, default="")
    return [PageTab(title, url, url == here) for _, title, url in in_order]
