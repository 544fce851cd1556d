"""What a review is of, as its address carries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict

from incidents.learning.domain.periods import ReviewPeriod, ReviewPeriodError
from incidents.learning.selectors.review import Scope

TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """mistake: why the period that the address names (`typed`) is none; the month of now stands in for it."""

    review: ReviewPeriod
    scope: Scope
    typed: str = ""
    mistake: str = ""

    @classmethod
    def of(cls, data: QueryDict, *, now: datetime) -> ReviewQuery:
        """Without a period, the month of now."""
        text = data.get("period", "").replace("\0", "").strip()[:TEXT_MAX]
        names = {name: data.get(name, "").replace("\0", "").strip()[:TEXT_MAX] for name in ("team", "service")}
        scope = Scope(names["team"], names["service"])
        try:
            return cls(ReviewPeriod.parse(text) if text else ReviewPeriod.month_of(now), scope)
        except ReviewPeriodError as error:
            return cls(ReviewPeriod.month_of(now), scope, text, str(error))

    def address(self, review: ReviewPeriod | None = None) -> str:
        """The query string of the same scope in another period, starting with `?`."""
        period = (review or self.review).slug
        given = [("period", period), ("team", self.scope.team_slug), ("service", self.scope.service_name)]
        return "?" + urlencode([(name, value) for name, value in given if value])
