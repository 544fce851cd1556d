"""Tabs of a place in the rail that has several lists: each room of it adds its own at start-up.

    _TABS = TabGroup()
    _TABS.add("Calendar", "calendar", 40)

and shows all of them above its lists: `{% include "web/_tabs.html" with label="Chaos" %}`, `tabs` = `shown(request)`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Tab:
    """url_name: of its list, without arguments. also: of another list without a tab of its own, whose pages mark it."""

    title: str
    url_name: str
    order: int
    also: str = ""


@dataclass(frozen=True, slots=True)
class ShownTab:
    """As web/_tabs.html has it. count: of no use here."""

    title: str
    url: str
    is_here: bool
    count: None = None


class TabGroup:
    """Those of one place."""

    def __init__(self) -> None:
        self._tabs: dict[str, Tab] = {}

    def add(self, title: str, url_name: str, order: int, *, also: str = "") -> None:
        """Raises ValueError when the address has a tab with another title or order."""
        tab = Tab(title, url_name, order, also)
        if self._tabs.setdefault(url_name, tab) != tab:
            raise ValueError(f"there is a tab for {url_name!r} already: {self._tabs[url_name]}")

    def shown(self, request: HttpRequest) -> list[ShownTab]:
        """In order; the one whose page this is, or lies above it, is marked."""
        in_order = sorted(self._tabs.values(), key=lambda tab: (tab.order, tab.title))
        above = {url: tab for tab in in_order for url in _places(tab) if request.path.startswith(url)}
        here = above[max(above, key=len)] if above else None
        return [ShownTab(tab.title, reverse(tab.url_name), tab is here) for tab in in_order]


def _places(tab: Tab) -> list[str]:
    return [reverse(name) for name in (tab.url_name, tab.also) if name]
