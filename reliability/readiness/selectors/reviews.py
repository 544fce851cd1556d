"""Decisions that people took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.readiness.domain.frozen import Frozen, shown
from reliability.readiness.domain.standing import Verdict
from reliability.readiness.models import Review
from reliability.web.errors import NotFound


def newest_of(*, services: Iterable[Service]) -> dict[int, Review]:
    """The last decision on each service, in force or not, without its answers. One query."""
    newest = Review.objects.filter(service=OuterRef("service")).order_by("-decided_at", "-pk").values("pk")[:1]
    rows = Review.objects.filter(service__in=[one.pk for one in services], pk=Subquery(newest))
    return {row.service_id: row for row in rows.defer("answers")}


def is_in_force(*, review: Review | None, now: datetime) -> bool:
    """Whether the decision let the service go, and still holds."""
    if review is None or review.verdict == Verdict.NOT_READY:
        return False
    return review.expires_at is None or review.expires_at > now


def reviews_of(*, service: Service) -> QuerySet[Review]:
    """The newest first, without their answers. Ask the catalogue for the service: it checks the caller."""
    return Review.objects.filter(service=service).defer("answers").order_by("-decided_at", "-pk")


def review(*, service: Service, pk: int) -> Review:
    """One of this service, with its answers. Raises NotFound."""
    found = Review.objects.filter(service=service, pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(f"{service.name} has no review {pk}")
    return found


def answers_of(*, review: Review, caller: Caller) -> list[Frozen]:
    """As the caller may read them: what named objects of teams that are hidden from them is said in other words."""
    team_ids = {team_id for one in review.answers for team_id in one.get("team_ids", ())}
    return shown(review.answers, may_read=[pk for pk in team_ids if caller.may_read(pk)])
