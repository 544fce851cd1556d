"""The door to everything public: `render(page, kind, now, root=…)`, or `Contents(…).render(kind)` for several kinds.

A kind is the path below the page's root: "index" for the root itself, "history", "history/2026-11",
"incidents/<code>", "maintenances/<code>", "components/<code>", "history.atom", "history.rss", "badge.svg" and
"api/v2/<name>.json" as Statuspage has them. It reads rows and answers bytes: no request, no session, no person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string

from incidents.status_page.domain import wire
from incidents.status_page.domain.badge import badge
from incidents.status_page.domain.content import Content
from incidents.status_page.domain.rendered import Rendered, rendered
from incidents.status_page.models import StatusPage
from incidents.status_page.public import feeds, pages
from incidents.status_page.selectors.content import EVERYTHING, content_of, months_of, of_period
from reliability.kit.days import period_of_days
from reliability.kit.instants import floor_minute

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
_SECONDS = 30
_BADGE_SECONDS = 120
_API = "api/v2/"
_MONTH = re.compile(r"history/(\d{4})-(0[1-9]|1[0-2])\Z")
_ONE = re.compile(r"(incidents|maintenances|components)/([a-z0-9]{12})\Z")

_JSON: dict[str, Callable[[Content], dict[str, Any]]] = {
    "summary": wire.summary,
    "status": wire.status,
    "components": wire.components,
    "incidents": lambda content: wire.incidents(content, list(content.incidents)),
    "incidents/unresolved": lambda content: wire.incidents(content, content.open_incidents),
    "scheduled-maintenances": lambda content: wire.maintenances(content, list(content.maintenances)),
    "scheduled-maintenances/upcoming": lambda content: wire.maintenances(content, content.upcoming_maintenances),
    "scheduled-maintenances/active": lambda content: wire.maintenances(content, content.active_maintenances),
}
_FILES: dict[str, tuple[str, Callable[[Content], bytes], int]] = {
    "history.atom": ("application/atom+xml; charset=utf-8", feeds.atom, _SECONDS),
    "history.rss": ("application/rss+xml; charset=utf-8", feeds.rss, _SECONDS),
    "badge.svg": ("image/svg+xml; charset=utf-8", badge, _BADGE_SECONDS),
}
# What everybody asks for, whatever there is on the page: worth keeping ready.
KINDS: tuple[str, ...] = ("index", "history", *(f"{_API}{name}.json" for name in _JSON), *_FILES)


def render(page: StatusPage, kind: str, now: datetime, *, root: str) -> Rendered | None:
    """What the public gets at *kind* of *page*; None: there is no such thing.

    root: absolute address of the page's root without a slash at its end ("https://status.example.com" or
    "https://ours.example.com/status/shop"): links, feeds and JSON name it. The queries are few and of a fixed number.
    """
    return Contents(page, now, root).render(kind)


@dataclass(frozen=True)
class Contents:
    """What a page shows at one instant, read once however many kinds show it. root: as of `render`."""

    page: StatusPage
    now: datetime
    root: str

    @cached_property
    def recent(self) -> Content:
        return content_of(page=self.page, root=self.root, now=self.now)

    @cached_property
    def with_days(self) -> Content:
        return content_of(page=self.page, root=self.root, now=self.now, has_days=True)

    @cached_property
    def everything(self) -> Content:
        return content_of(page=self.page, root=self.root, now=self.now, wanted=EVERYTHING)

    def render(self, kind: str) -> Rendered | None:
        changed_at = self.page.changed_at
        if kind in _FILES:
            content_type, make, seconds = _FILES[kind]
            body = make(self.everything)
            return rendered(body=body, content_type=content_type, changed_at=changed_at, max_age_seconds=seconds)
        name = kind.removeprefix(_API).removesuffix(".json")
        if kind.endswith(".json") and name in _JSON:
            content = self.everything if name in _LISTING else self.recent
            body = json.dumps(_JSON[name](content), ensure_ascii=False, separators=(",", ":")).encode()
            return rendered(body=body, content_type=JSON, changed_at=changed_at, max_age_seconds=_SECONDS)
        found = _html(self, kind)
        if found is None:
            return None
        template, context = found
        text = render_to_string(f"status_page/public/{template}.html", {**context, "as_of": floor_minute(self.now)})
        return rendered(body=text.encode(), content_type=HTML, changed_at=changed_at, max_age_seconds=_SECONDS)


_LISTING = frozenset({"incidents", "scheduled-maintenances"})


def render_missing(page: StatusPage, now: datetime, *, root: str) -> Rendered:
    """The page for an address below the root that leads nowhere: 404."""
    context = pages.frame(content_of(page=page, root=root, now=now))
    text = render_to_string("status_page/public/missing.html", context)
    return rendered(body=text.encode(), content_type=HTML, changed_at=page.changed_at, status=404)


def _html(contents: Contents, kind: str) -> tuple[str, dict[str, Any]] | None:
    page, now, root = contents.page, contents.now, contents.root
    if kind == "index":
        return "index", pages.index(contents.with_days, now=now)
    if kind == "history":
        return _month(page, None, now, root)
    if found := _MONTH.match(kind):
        year, month = int(found[1]), int(found[2])
        return _month(page, date(year, month, 1), now, root) if 1970 < year < 2900 else None
    if found := _ONE.match(kind):
        return _one(contents, found[1], found[2])
    return None


def _month(page: StatusPage, shown: date | None, now: datetime, root: str) -> tuple[str, dict[str, Any]]:
    from_months = months_of(page=page)
    first = shown or pages.today_of(page.zone, now).replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    period = period_of_days(first, (following - first).days, zone_name=page.zone)
    content = content_of(page=page, root=root, now=now, wanted=of_period(period), limit=_MONTH_MAX)
    return "history", pages.month(content, shown=first, months=from_months, now=now)


_MONTH_MAX = 200


def _one(contents: Contents, noun: str, code: str) -> tuple[str, dict[str, Any]] | None:
    page, now, root = contents.page, contents.now, contents.root
    if noun == "components":
        context = pages.one_component(contents.with_days, code)
    elif noun == "incidents":
        content = content_of(page=page, root=root, now=now, wanted=(Q(code=code), Q(pk__in=())))
        context = pages.one_incident(content, code)
    else:
        content = content_of(page=page, root=root, now=now, wanted=(Q(pk__in=()), Q(code=code)))
        context = pages.one_maintenance(content, code)
    return None if context is None else (noun.removesuffix("s"), context)
