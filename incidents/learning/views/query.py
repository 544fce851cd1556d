"""What a review is of, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from incidents.learning.domain.periods import ReviewPeriod, ReviewPeriodError
from incidents.learning.selectors.review import Scope
from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import check_names
from reliability.web.zones import zone_named

TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """mistake: why the period that the address names (`typed`) is none; the month of now stands in for it.

    zone_name: as the address has it (`tz`); blank is UTC.
    """

    review: ReviewPeriod
    scope: Scope
    typed: str = ""
    mistake: str = ""
    zone_name: str = ""

    @classmethod
    def of(cls, request: AccessRequest, *, now: datetime) -> ReviewQuery:
        """Without a period, the month of now.

        Raises Invalid for a zone that there is not, NotFound for a team or service that is not readable.
        """
        data = request.GET
        text = data.get("period", "").replace("\0", "").strip()[:TEXT_MAX]
        names = {name: data.get(name, "").replace("\0", "").strip()[:TEXT_MAX] for name in ("team", "service")}
        check_names(caller=request.caller, team_slug=names["team"], service_name=names["service"])
        scope = Scope(names["team"], names["service"])
        tz = data.get("tz", "").replace("\0", "").strip()[:TEXT_MAX]
        zone = zone_named(tz).key if tz else "UTC"
        now_month = ReviewPeriod.month_of(now, zone_name=zone)
        try:
            found = ReviewPeriod.parse(text, zone_name=zone) if text else now_month
            return cls(found, scope, zone_name=tz)
        except ReviewPeriodError as error:
            return cls(now_month, scope, text, str(error), tz)

    def address(self, review: ReviewPeriod | None = None) -> str:
        """The query string of the same scope in another period, starting with `?`."""
        period = (review or self.review).slug
        given = [("period", period), ("team", self.scope.team_slug), ("service", self.scope.service_name)]
        given.append(("tz", self.zone_name))
        return "?" + urlencode([(name, value) for name, value in given if value])
