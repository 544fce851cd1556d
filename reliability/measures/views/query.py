"""What ratios are of, as their address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import check_names, service
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from reliability.measures.domain.buckets import BUCKETS_MAX, Step, buckets_of, cut_of
from reliability.web.errors import Invalid
from reliability.web.timerange import TimeRange

DEFAULT_RANGE = "90d"
TEXT_MAX = 120
_RANGE_NAMES = ("range", "from", "to", "tz")


@dataclass(frozen=True, slots=True)
class RatioQuery:
    time_range: TimeRange
    step: Step
    service: str
    team: str
    kept: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, request: AccessRequest, *, now: datetime) -> RatioQuery:
        """Raises Invalid for a range that is none."""
        asked = _text(request, "step")
        step = Step(asked) if asked in set(Step) else Step.WEEK
        names = {"service": _text(request, "service"), "team": _text(request, "team"), "step": asked}
        kept = [(name, _text(request, name)) for name in _RANGE_NAMES] + list(names.items())
        return cls(
            time_range=TimeRange.from_request(request, now=now, default=DEFAULT_RANGE),
            step=step,
            service=names["service"],
            team=names["team"],
            kept=tuple((name, value) for name, value in kept if value),
        )

    @property
    def kept_range(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.kept if name in _RANGE_NAMES]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.service or self.team)

    @property
    def address(self) -> str:
        return "?" + urlencode(self.kept)

    def team_of(self, request: AccessRequest) -> str:
        """Whose own ratios are shown: of the team that is chosen, else of the team of the service; blank: of none."""
        if self.team or not self.service:
            return self.team
        return service(caller=request.caller, name=self.service).team.slug

    def scope(self, request: AccessRequest) -> Scope:
        """Raises NotFound for a service or a team that is not readable."""
        check_names(caller=request.caller, team_slug=self.team)
        found = service(caller=request.caller, name=self.service) if self.service else None
        return Scope(service_id=found.pk if found else None, team_slug=self.team)

    def cut(self, buckets: list[Period]) -> frozenset[Period]:
        return cut_of(buckets=buckets, step=self.step, zone=self.time_range.zone)

    def buckets(self) -> list[Period]:
        """Raises Invalid for too many."""
        period = self.time_range.period
        found = buckets_of(period=period, step=self.step, zone=self.time_range.zone)
        if len(found) > BUCKETS_MAX:
            raise Invalid(f"this makes {len(found):,} {self.step}s: choose a longer step or a shorter range")
        return found


def _text(request: AccessRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX]
