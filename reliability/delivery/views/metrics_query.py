"""What the figures of delivery are of, as their address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import check_names
from reliability.delivery.selectors.dora import DoraFilters
from reliability.kit.periods import Period
from reliability.web.timerange import TimeRange

DEFAULT_RANGE = "90d"
TEXT_MAX = 120
SLICES = 53
_STEPS = tuple(timedelta(days=days) for days in (1, 7, 28, 91, 364))
_RANGE_NAMES = ("range", "from", "to", "tz")


@dataclass(frozen=True, slots=True)
class MetricsQuery:
    """kept: what of the address names the same figures elsewhere."""

    time_range: TimeRange
    filters: DoraFilters
    kept: tuple[tuple[str, str], ...]
    kept_range: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: AccessRequest, *, now: datetime) -> MetricsQuery:
        """Raises Invalid for a range that is none, NotFound for a team or service that is not readable."""
        time_range = TimeRange.from_request(request, now=now, default=DEFAULT_RANGE)
        names = {name: _text(request, name) for name in ("team", "service", "environment")}
        check_names(caller=request.caller, team_slug=names["team"], service_name=names["service"])
        filters = DoraFilters(
            period=time_range.period,
            team_slug=names["team"],
            service_name=names["service"],
            environment=names["environment"],
        )
        kept_range = tuple((name, _text(request, name)) for name in _RANGE_NAMES if _text(request, name))
        kept = (*kept_range, *((name, value) for name, value in names.items() if value))
        return cls(time_range, filters, kept, kept_range)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters.team_slug or self.filters.service_name or self.filters.environment)

    def address(self, **other: str) -> str:
        """The query string of the same figures, starting with `?`; *other* replaces what it names."""
        return "?" + urlencode({**dict(self.kept), **other})


def step_of(period: Period) -> timedelta:
    """The shortest step that makes no more than SLICES slices."""
    return next((step for step in _STEPS if period.length / step <= SLICES), _STEPS[-1])


def _text(request: AccessRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX]
