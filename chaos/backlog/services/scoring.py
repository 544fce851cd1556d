"""What the formula says of a vulnerability, kept beside it so that lists are ordered by the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from chaos.backlog.domain.ordering import standing
from chaos.backlog.domain.states import CLOSED
from chaos.backlog.models import Evidence, Vulnerability
from chaos.backlog.selectors.standing import estimate_of, seen_of, state_of

SCORED = ("payback", "odds", "scored_at")
# Evidence loses 0.8 % of its worth in a day.
REFRESHED_AFTER = timedelta(days=1)
PIECE = 200


def score(*, vulnerability: Vulnerability, evidence: Iterable[Evidence], now: datetime) -> None:
    """Set what SCORED names; whoever calls saves it."""
    found = standing(
        estimate=estimate_of(vulnerability),
        state=state_of(vulnerability),
        evidence=[seen_of(one) for one in evidence],
        now=now,
    )
    vulnerability.payback, vulnerability.odds, vulnerability.scored_at = found.payback, found.odds, now


def refresh(*, now: datetime) -> bool:
    """Reckon up to 200 of those whose figures are a day old. Returns whether there may be more.

    Closed ones and those without evidence do not change by age alone, but for the tier of a service.
    """
    old = Vulnerability.objects.filter(scored_at__lt=now - REFRESHED_AFTER).exclude(
        Q(state__in=[one.value for one in CLOSED])
    )
    pks = list(old.order_by("scored_at", "pk").values_list("pk", flat=True)[:PIECE])
    with transaction.atomic():
        rows = Vulnerability.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
        found = list(rows.select_related("service").prefetch_related("evidence"))
        for row in found:
            score(vulnerability=row, evidence=row.evidence.all(), now=now)
        Vulnerability.objects.bulk_update(found, SCORED)
    return len(pks) == PIECE
