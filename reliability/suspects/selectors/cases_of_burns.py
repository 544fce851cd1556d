"""Which case stands for which burn: stretches found at different times may differ by minutes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.models import Case


def cases_of_burns(*, slo_id: int, burns: Sequence[Period]) -> list[Case | None]:
    """The case of each burn, in their order: of those that overlap with it the one that began nearest to it, as a slow
    burn may go on all the while; None: it was not seen yet.

    With suspects and their services. Two queries.
    """
    if not burns:
        return []
    rows = list(
        Case.objects.filter(kind=CaseKind.BURN.value, slo_id=slo_id, started_at__lt=max(one.end for one in burns))
        .filter(Q(ended_at=None) | Q(ended_at__gt=min(one.start for one in burns)))
        .prefetch_related("suspects__service")
        .order_by("started_at", "pk")
    )
    return [
        min((one for one in rows if _meet(one, burn)), key=lambda one: abs(one.started_at - burn.start), default=None)
        for burn in burns
    ]


def _meet(case: Case, burn: Period) -> bool:
    return case.started_at < burn.end and (case.ended_at is None or case.ended_at > burn.start)
