"""Tabs of the place "Chaos": each room of it adds its own at start-up, by `register_tab("Calendar", "calendar", 40)`,
and shows all of them above its lists: `{% include "experiments/_tabs.html" %}` with `tabs` = `tabs_for(request)`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Tab:
    """url_name: of its list, without arguments; order: 10 Runs, 20 Experiments, 80 Targets, 90 Library.

    also: of another list without a tab of its own, whose pages mark this one.
    """

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


_TABS: dict[str, Tab] = {}


def register_tab(title: str, url_name: str, order: int, *, also: str = "") -> None:
    """Add a tab. Raises ValueError when the address has one with another title or order."""
    tab = Tab(title, url_name, order, also)
    if _TABS.setdefault(url_name, tab) != tab:
        raise ValueError(f"there is a tab for {url_name!r} already: {_TABS[url_name]}")


def tabs_for(request: HttpRequest) -> list[ShownTab]:
    """In order; the one whose page this is, or lies above it, is marked."""
    in_order = sorted(_TABS.values(), key=lambda tab: (tab.order, tab.title))
    above = {url: tab for tab in in_order for url in _places(tab) if request.path.startswith(url)}
    here = above[max(above, key=len)] if above else None
    return [ShownTab(tab.title, reverse(tab.url_name), tab is here) for tab in in_order]


def _places(tab: Tab) -> list[str]:
    return [reverse(name) for name in (tab.url_name, tab.also) if name]
