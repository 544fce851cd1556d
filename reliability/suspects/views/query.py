"""Which cases a page is of, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from reliability.suspects.selectors.cases import CaseFilters
from reliability.web.timerange import TimeRange

DEFAULT_RANGE = "180d"
_TEXT_MAX = 120


@dataclass(frozen=True, slots=True)
class CaseQuery:
    time_range: TimeRange
    filters: CaseFilters
    kept_range: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: HttpRequest, *, now: datetime) -> CaseQuery:
        """Raises Invalid for a range that is none."""
        time_range = TimeRange.from_request(request, now=now, default=DEFAULT_RANGE)
        filters = CaseFilters(
            period=time_range.period,
            team_slug=_text(request, "team"),
            service_name=_text(request, "service"),
            kind=_text(request, "kind"),
            judgement=_text(request, "verdict"),
            has_small=_text(request, "small") == "1",
        )
        names = ("range", "from", "to", "tz")
        return cls(time_range, filters, tuple((name, _text(request, name)) for name in names if _text(request, name)))

    @property
    def is_narrowed(self) -> bool:
        filters = self.filters
        return any((filters.team_slug, filters.service_name, filters.kind, filters.judgement, filters.has_small))


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:_TEXT_MAX]
