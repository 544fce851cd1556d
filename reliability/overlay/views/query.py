"""What a timeline shows, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from reliability.access.requests import AccessRequest
from reliability.kit.instants import EARLIEST, format_instant
from reliability.kit.periods import Period
from reliability.overlay.selectors.scopes import scope_of
from reliability.overlay.tracks import Scope, tracks
from reliability.web.timerange import TimeRange

DEFAULT_RANGE = "28d"
TEXT_MAX = 120
_SHORTEST = timedelta(minutes=30)
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """kinds: slugs of the tracks that are wanted; empty: all of them."""

    time_range: TimeRange
    service: str
    team: str
    environment: str
    with_needs: bool
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, request: AccessRequest, *, now: datetime) -> TimelineQuery:
        """Raises Invalid for a range that is none."""
        known = {track.slug for track in tracks()}
        asked = [slug for text in request.GET.getlist("kinds") for slug in text.split(",")]
        wanted = [] if known <= set(asked) else asked  # every box of the form is checked: nothing is narrowed
        return cls(
            time_range=TimeRange.from_request(request, now=now, default=DEFAULT_RANGE),
            service=_text(request, "service"),
            team=_text(request, "team"),
            environment=_text(request, "environment").lower(),
            with_needs=request.GET.get("needs") == "yes",
            kinds=tuple(dict.fromkeys(slug for slug in wanted if slug in known)),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.service or self.team or self.environment or self.kinds)

    def scope(self, request: AccessRequest) -> Scope:
        """Raises NotFound for a service or a team that is not readable."""
        return scope_of(
            caller=request.caller,
            period=self.time_range.period,
            service_name=self.service,
            with_needs=self.with_needs,
            team_slug=self.team,
            environment=self.environment,
        )

    def steps(self) -> list[tuple[str, str]]:
        """(words, address) of the ranges beside this one, for those who cannot drag."""
        period = self.time_range.period
        half, quarter = period.length / 2, period.length / 4
        found = [("Earlier", _moved(period.start - half, period.end - half))]
        if self.time_range.is_absolute:
            found.append(("Later", _moved(period.start + half, period.end + half)))
        if period.length / 2 >= _SHORTEST:
            found.append(("Zoom in", _moved(period.start + quarter, period.end - quarter)))
        if period.length * 2 <= _LONGEST:
            found.append(("Zoom out", _moved(period.start - half, period.end + half)))
        return [(words, self._address(moved)) for words, moved in found if moved is not None]

    def _address(self, period: Period) -> str:
        kept = {
            "service": self.service,
            "team": self.team,
            "environment": self.environment,
            "needs": "yes" if self.with_needs else "",
            "kinds": ",".join(self.kinds),
            "tz": self.time_range.zone.key,
        }
        ends = {"from": format_instant(period.start), "to": format_instant(period.end)}
        return "?" + urlencode({**{name: value for name, value in kept.items() if value}, **ends})


def _moved(start: datetime, end: datetime) -> Period | None:
    return Period(start, end) if start >= EARLIEST else None


def _text(request: AccessRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX]
