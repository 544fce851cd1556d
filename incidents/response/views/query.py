"""The state of the list of incidents, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from incidents.response.domain.phases import OPEN, Status
from incidents.response.domain.severity import Severity
from incidents.response.selectors.incidents import IncidentFilters, Ordering
from reliability.kit.durations import DurationError, parse_duration
from reliability.kit.periods import Period

TEXT_MAX = 100
_MOMENT = timedelta(minutes=1)  # what was detected this instant counts, too
TABS = {"open": "Open", "resolved": "Resolved", "closed": "Closed", "all": "All"}
PERIODS = (
    ("1d", "In the last day"),
    ("7d", "In the last week"),
    ("28d", "In the last 28 days"),
    ("90d", "In the last 90 days"),
)
_STATUSES: dict[str, tuple[Status, ...]] = {
    "open": OPEN,
    "triggered": (Status.TRIGGERED,),
    "acknowledged": (Status.ACKNOWLEDGED,),
    "resolved": (Status.RESOLVED,),
    "closed": (Status.CLOSED,),
    "all": (),
}


@dataclass(frozen=True, slots=True)
class IncidentQuery:
    """Filters of the list. Unknown values of an address are dropped, so an old link still opens.

    severity: it and worse ones. since: a duration such as 7d.
    """

    status: str = "open"
    severity: int | None = None
    team: str = ""
    service: str = ""
    slo: str = ""
    person: int | None = None
    text: str = ""
    since: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> IncidentQuery:
        status, severity = query.get("status", ""), number(query.get("severity", ""))
        return cls(
            status=status if status in _STATUSES else "open",
            severity=severity if severity in set(Severity) else None,
            team=query.get("team", "")[:TEXT_MAX],
            service=query.get("service", "")[:TEXT_MAX],
            slo=query.get("slo", "")[:TEXT_MAX],
            person=number(query.get("person", "")),
            text=query.get("q", "").strip()[:TEXT_MAX],
            since=_duration(query.get("since", "")),
        )

    def filters(self, *, now: datetime) -> IncidentFilters:
        return replace(self.filters_of_any_status(now=now), statuses=_STATUSES[self.status])

    def filters_of_any_status(self, *, now: datetime) -> IncidentFilters:
        """What the tabs count."""
        return IncidentFilters(
            severities=tuple(one for one in Severity if self.severity is not None and one <= self.severity),
            team_slug=self.team.replace("\0", ""),
            service_name=self.service.replace("\0", ""),
            slo_name=self.slo.replace("\0", ""),
            user_id=self.person,
            text=self.text.replace("\0", ""),
            detected=Period(now - parse_duration(self.since), now + _MOMENT) if self.since else None,
        )

    @property
    def ordering(self) -> Ordering:
        """Open ones first and the worst of them first; the past by time."""
        return Ordering.WORST if self.status in ("open", "all", "triggered", "acknowledged") else Ordering.NEWEST

    @property
    def is_filtered(self) -> bool:
        """By more than the status."""
        return self != IncidentQuery(status=self.status)

    @property
    def is_narrowed(self) -> bool:
        return self.is_filtered or self.status != "open"

    def address(self, **changes: Any) -> str:
        """The query string with *changes*, starting with `?`; defaults are left out."""
        changed = replace(self, **changes)
        pairs = [
            ("q", changed.text),
            ("status", "" if changed.status == "open" else changed.status),
            ("severity", "" if changed.severity is None else str(changed.severity)),
            ("team", changed.team),
            ("service", changed.service),
            ("slo", changed.slo),
            ("person", "" if changed.person is None else str(changed.person)),
            ("since", changed.since),
        ]
        return "?" + urlencode([(name, value) for name, value in pairs if value])


def number(text: str) -> int | None:
    """A row's number out of an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _duration(text: str) -> str:
    try:
        parse_duration(text)
    except DurationError:
        return ""
    return text
