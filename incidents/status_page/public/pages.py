"""What the HTML of a page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from incidents.status_page.domain import bounds
from incidents.status_page.domain.content import ComponentView, Content, GroupView, IncidentView, MaintenanceView
from incidents.status_page.domain.overall import overall
from incidents.status_page.domain.states import ComponentState, worst
from incidents.status_page.public.bars import Bars, bars_of, rows_of
from reliability.kit.days import day_of


@dataclass(frozen=True, slots=True)
class Row:
    """A component on the page."""

    component: ComponentView
    bars: Bars | None


@dataclass(frozen=True, slots=True)
class Section:
    """Components under one heading; the group is None for those without."""

    group: GroupView | None
    state: ComponentState
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PastDay:
    day: date
    incidents: tuple[IncidentView, ...]
    maintenances: tuple[MaintenanceView, ...]


def today_of(zone: str, now: datetime) -> date:
    return day_of(now, zone_name=zone)


def frame(content: Content) -> dict[str, Any]:
    """What every page of the public needs."""
    return {"content": content, "page": content.page, "root": content.page.root, "overall": overall(content)}


def index(content: Content, *, now: datetime) -> dict[str, Any]:
    return frame(content) | {
        "sections": sections(content),
        "open_incidents": content.open_incidents,
        "active": content.active_maintenances,
        "upcoming": content.upcoming_maintenances,
        "past": past_days(content, now=now),
    }


def sections(content: Content) -> list[Section]:
    """Components without a group first, then the groups in their order."""
    found = []
    for group in (None, *content.groups):
        code = group.code if group else None
        rows = tuple(
            Row(one, bars_of(one) if one.show_uptime and one.days else None)
            for one in content.components
            if one.group_code == code
        )
        if rows:
            state = worst(row.component.state for row in rows) or ComponentState.UNKNOWN
            found.append(Section(group, state, rows))
    return found


def past_days(content: Content, *, now: datetime) -> list[PastDay]:
    """The last 14 days, newest first, with what ended or began on each; a day without anything is listed as well."""
    zone = content.page.zone
    today = day_of(now, zone_name=zone)
    days = [today - timedelta(days=step) for step in range(bounds.RECENT_DAYS)]
    over = [one for one in content.incidents if not one.is_open]
    done = [one for one in content.maintenances if not one.is_active and not one.is_upcoming]
    return [
        PastDay(
            day,
            tuple(one for one in over if day_of(one.started_at, zone_name=zone) == day),
            tuple(one for one in done if day_of(one.starts_at, zone_name=zone) == day),
        )
        for day in days
    ]


def month(content: Content, *, shown: date, months: list[date], now: datetime) -> dict[str, Any]:
    """Everything that began in one month; *months*: those in which something did."""
    today = day_of(now, zone_name=content.page.zone).replace(day=1)
    zone = content.page.zone
    known = sorted({*months, today, shown}, reverse=True)
    place = known.index(shown)
    return frame(content) | {
        "month": shown,
        "newer": known[place - 1] if place else None,
        "older": known[place + 1] if place + 1 < len(known) else None,
        "months": known,
        "incidents": [one for one in content.incidents if _began(one.started_at, zone) == shown],
        "maintenances": [one for one in content.maintenances if _began(one.starts_at, zone) == shown],
    }


def _began(at: datetime, zone: str) -> date:
    return day_of(at, zone_name=zone).replace(day=1)


def one_incident(content: Content, code: str) -> dict[str, Any] | None:
    found = next((one for one in content.incidents if one.code == code), None)
    return None if found is None else frame(content) | {"incident": found}


def one_maintenance(content: Content, code: str) -> dict[str, Any] | None:
    found = next((one for one in content.maintenances if one.code == code), None)
    return None if found is None else frame(content) | {"maintenance": found}


def one_component(content: Content, code: str) -> dict[str, Any] | None:
    found = next((one for one in content.components if one.code == code and one.show_uptime), None)
    if found is None:
        return None
    return frame(content) | {"component": found, "bars": bars_of(found), "rows": rows_of(found)}
