"""The door to everything public: `render(page, kind, now)`.

Kinds: "index", "history", "history/2026-11", "incidents/<code>", "maintenances/<code>", "api/v2/<name>.json",
"history.atom", "history.rss", "badge.svg", "subscribe". They are the paths below the page's root.
"""

from __future__ import annotations

from datetime import datetime

from incidents.status_page.domain.rendered import Rendered
from incidents.status_page.models import StatusPage


def render(page: StatusPage, kind: str, now: datetime, *, root: str) -> Rendered | None:
    """What the public gets at *kind* of *page*; None: there is no such thing.

    root: absolute address of the page's root without a slash at its end ("https://status.example.com" or
    "https://ours.example.com/status/shop"): links, feeds and JSON name it.
    """
    raise NotImplementedError
