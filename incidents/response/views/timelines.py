"""The timeline as the page shows it: newest first, people or machines, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from incidents.response.domain.entries import EDITABLE, Kind
from incidents.response.models import Attachment, Incident, TimelineEntry, TimelineRevision
from incidents.response.selectors.timeline import Direction, Written, chart_of, entries
from reliability.web.charts import Chart

SHOWN = 100
SHOWN_MAX = 5_000
PINNED_MAX = 20
LATE_AFTER = timedelta(minutes=2)  # told later than that, the page says when it was written

_ICONS = {
    Kind.OPENED: ("siren", "bad"),
    Kind.STATUS: ("check", "busy"),
    Kind.SEVERITY: ("flame", "warn"),
    Kind.EDIT: ("edit", "none"),
    Kind.ROLE: ("person", "info"),
    Kind.IMPACT: ("target", "none"),
    Kind.MILESTONE: ("flag", "none"),
    Kind.ALERT: ("flame", "bad"),
    Kind.PAGE: ("bell", "warn"),
    Kind.MERGE: ("merge", "none"),
    Kind.COMMENT: ("comment", "info"),
    Kind.ATTACHMENT: ("camera", "info"),
    Kind.IMPORT: ("clock", "info"),
    Kind.TOLD: ("people", "info"),
    Kind.EXPERIMENT: ("flask", "warn"),
}
_SHOW = {"": "All", "people": "People", "system": "System"}
_WRITTEN = {"": Written.ALL, "people": Written.PEOPLE, "system": Written.SYSTEM}


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """show: "", "people" or "system"; entries: how many."""

    show: str = ""
    entries: int = SHOWN

    @classmethod
    def of(cls, query: QueryDict) -> TimelineQuery:
        show, wanted = query.get("show", ""), query.get("entries", "")
        count = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else SHOWN
        return cls(show if show in _SHOW else "", max(SHOWN, min(count, SHOWN_MAX)))

    def address(self, *, show: str | None = None, entries: int | None = None, part: str = "") -> str:
        chosen = self.show if show is None else show
        count = self.entries if entries is None else entries
        pairs = [("part", part), ("show", chosen), ("entries", str(count) if count != SHOWN else "")]
        return "?" + urlencode([(name, value) for name, value in pairs if value])


@dataclass(frozen=True, slots=True)
class Choice:
    title: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Item:
    """day: when it differs from that of the entry above. is_note: in somebody's words. charts: as they were then."""

    entry: TimelineEntry
    icon: str
    tone: str
    is_late: bool
    is_note: bool
    is_editable: bool
    day: datetime | None
    revisions: Sequence[TimelineRevision]
    charts: Sequence[Chart]


@dataclass(frozen=True, slots=True)
class TimelineView:
    items: Sequence[Item]
    pinned: Sequence[Item]
    choices: Sequence[Choice]
    older_url: str
    is_narrowed: bool


def timeline_of(incident: Incident, *, query: TimelineQuery) -> TimelineView:
    """Six queries: entries with their revisions and attachments, and the same of the pinned ones."""
    shown = entries(incident=incident, written=_WRITTEN[query.show], direction=Direction.NEWEST)
    found = list(shown[: query.entries + 1])
    pinned = entries(incident=incident, direction=Direction.NEWEST, only_pinned=True)
    return TimelineView(
        items=_items(found[: query.entries]),
        pinned=[_item(entry, None) for entry in pinned[:PINNED_MAX]],
        choices=[
            Choice(title, f"{query.address(show=slug) or '?'}#timeline", slug == query.show)
            for slug, title in _SHOW.items()
        ],
        older_url=f"{query.address(entries=query.entries + SHOWN)}#timeline" if len(found) > query.entries else "",
        is_narrowed=bool(query.show),
    )


def _items(entries: Sequence[TimelineEntry]) -> list[Item]:
    items, day = [], None
    for entry in entries:
        own = timezone.localtime(entry.at).date()
        items.append(_item(entry, entry.at if own != day else None))
        day = own
    return items


def _item(entry: TimelineEntry, day: datetime | None) -> Item:
    icon, tone = _ICONS.get(Kind(entry.kind), ("dot", "none")) if entry.kind in set(Kind) else ("dot", "none")
    is_removed = entry.removed_at is not None
    return Item(
        entry=entry,
        icon=icon,
        tone=tone,
        is_late=entry.recorded_at - entry.at > LATE_AFTER,
        is_note=entry.kind in EDITABLE,
        is_editable=entry.kind in EDITABLE and not is_removed,
        day=day,
        revisions=list(entry.revisions.all()),
        charts=[_chart(one) for one in entry.attachments.all()] if not is_removed else (),
    )


def _chart(attachment: Attachment) -> Chart:
    """With an id of its own: the live chart may stand on the same page."""
    kept = chart_of(attachment=attachment)
    return Chart(
        id=f"kept-{attachment.pk}",
        title=attachment.title,
        figure=kept.figure,
        columns=kept.columns,
        rows=kept.rows,
        height=kept.height,
        note=f"As it was on {timezone.localtime(attachment.created_at):%Y-%m-%d %H:%M %Z}. {kept.note}",
        formats=kept.formats,
    )
