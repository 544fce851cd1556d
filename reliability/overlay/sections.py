"""The timeline as a section of other rooms' pages: `{% include "overlay/_section.html" %}` with `timeline`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.kit.instants import format_instant
from reliability.overlay.charts.timeline import timeline_chart
from reliability.overlay.domain.items import Item
from reliability.overlay.tracks import Scope, Told, Track, told
from reliability.web.charts import Chart

SECTION_MAX = 100  # of each track


@dataclass(frozen=True, slots=True)
class Row:
    track: Track
    item: Item


@dataclass(frozen=True, slots=True)
class Section:
    """rows: all items, the newest first. cut: titles of tracks that have more. url: the whole timeline."""

    chart: Chart
    rows: Sequence[Row]
    cut: Sequence[str]
    url: str


def section_of(
    *, caller: Caller, scope: Scope, now: datetime, service_name: str = "", items_max: int = SECTION_MAX
) -> Section:
    """What every track tells of *scope*. service_name: of the one whose whole timeline the link leads to."""
    found = told(caller=caller, scope=scope, items_max=items_max)
    asked = {"from": format_instant(scope.period.start), "to": format_instant(scope.period.end)}
    if service_name:
        asked["service"] = service_name
    return Section(
        chart=timeline_chart(told=found, period=scope.period, now=now),
        rows=rows_of(found),
        cut=cut_of(found),
        url=f"{reverse('delivery-timeline')}?{urlencode(asked)}",
    )


def rows_of(found: Sequence[Told]) -> list[Row]:
    """Of all tracks, the newest first."""
    rows = [Row(one.track, item) for one in found for item in one.items.shown]
    return sorted(rows, key=lambda row: (row.item.start, row.track.slug, row.item.key), reverse=True)


def cut_of(found: Sequence[Told]) -> list[str]:
    return [one.track.title.lower() for one in found if one.items.is_cut]
