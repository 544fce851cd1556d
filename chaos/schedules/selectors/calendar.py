"""The calendar as one caller may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import Error as DatabaseError
from django.db.models import Q

from chaos.runs.calendar import ENTRIES_MAX, Entry, Kind, entry_sources
from chaos.schedules.models import BlackoutFeed
from chaos.schedules.selectors.blackouts import readable
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.kit.periods import Period

log = structlog.get_logger(__name__)

_FEEDS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty fields do not filter. What holds for a whole team, or for everybody, is shown of each service of it."""

    team_slug: str = ""
    service_name: str = ""
    kinds: frozenset[Kind] = frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """entries: in order of their start. remarks: what is not in it, in words."""

    entries: tuple[Entry, ...]
    remarks: tuple[str, ...] = ()


def entries(*, caller: Caller, period: Period, filters: Filters | None = None) -> Calendar:
    """Everything of readable teams with a moment in *period*: a bounded number of queries, whatever it holds.

    A source that fails is left out and told; the others are shown.
    """
    wanted = filters or Filters()
    teams = readable_teams(caller=caller)
    if wanted.team_slug:
        teams = teams.filter(slug=wanted.team_slug)
    team_ids = frozenset(teams.order_by().values_list("pk", flat=True))
    if wanted.team_slug and not team_ids:
        return Calendar((), ("there is no such team, or it is not yours to see",))
    found: list[Entry] = []
    remarks: list[str] = []
    for name, source in entry_sources().items():
        try:
            own = source(team_ids=team_ids, period=period)
        except DatabaseError:
            raise
        except Exception:
            log.exception("calendar_source_failed", source=name)
            remarks.append(f"{name.replace('_', ' ')} could not be read")
            continue
        found += own[:ENTRIES_MAX]
        if len(own) >= ENTRIES_MAX:
            remarks.append(f"there are more than {ENTRIES_MAX:,} {name.replace('_', ' ')}: not all are shown")
    found = _of_service(found, caller, wanted.service_name)
    found = [entry for entry in found if not wanted.kinds or entry.kind in wanted.kinds]
    return Calendar(tuple(sorted(found, key=_order)), (*remarks, *_of_feeds(caller, period)))


def _order(entry: Entry) -> tuple[datetime, datetime, str]:
    return entry.start, entry.end, entry.title


def _of_service(found: list[Entry], caller: Caller, name: str) -> list[Entry]:
    if not name:
        return found
    service = Service.objects.readable_by(caller).filter(name=name).first()
    if service is None:
        return []
    return [
        entry
        for entry in found
        if service.pk in entry.service_ids or (not entry.service_ids and entry.team_id in (None, service.team_id))
    ]


def _of_feeds(caller: Caller, period: Period) -> list[str]:
    """Which subscribed calendars are not as new, or not as far ahead, as they seem."""
    rows = readable(BlackoutFeed.objects.filter(is_enabled=True), caller=caller)
    told = rows.filter(~Q(error="") | Q(known_until_at__lt=period.end) | Q(known_until_at=None))
    return [_remark(row, period) for row in told.defer("text", "sealed").order_by("title", "pk")[:_FEEDS_TOLD]]


def _remark(row: BlackoutFeed, period: Period) -> str:
    if row.error:
        since = (
            f"the copy of {row.fetched_at:%Y-%m-%d %H:%M} UTC is shown" if row.fetched_at else "there is no copy yet"
        )
        return f"the calendar {row.title} cannot be read, {since}"
    if row.known_until_at is None:
        return f"the calendar {row.title} has not been read yet"
    return f"the calendar {row.title} is known until {row.known_until_at:%Y-%m-%d}"
