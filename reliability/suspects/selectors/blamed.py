"""The suspect that stands for each of many incidents."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, Subquery

from reliability.suspects.domain.kinds import VerdictState
from reliability.suspects.models import Case, Suspect

_CONFIRMED = Q(verdict=VerdictState.CONFIRMED.value)
_UNDER_SUSPICION = Q(verdict=VerdictState.OPEN.value, place__isnull=False)


def blamed_of_incidents(*, incident_ids: Collection[int]) -> dict[int, Suspect]:
    """By incident, as `domain.blame.blamed` chooses; none where nothing is known or all were rejected.

    For what is told of many at once: whoever shows one looks at its owners first. With case and service. One query.
    """
    if not incident_ids:
        return {}
    is_confirmed = ExpressionWrapper(_CONFIRMED, output_field=BooleanField())
    of_case = Suspect.objects.filter(_CONFIRMED | _UNDER_SUSPICION, case=OuterRef("pk"))
    first = of_case.order_by(is_confirmed.desc(), F("place").asc(nulls_last=True), "pk").values("pk")[:1]
    cases = Case.objects.filter(incident_id__in=incident_ids).annotate(blamed=Subquery(first)).order_by()
    rows = Suspect.objects.filter(pk__in=cases.values("blamed")).select_related("case", "service").order_by("pk")
    return {row.case.incident_id: row for row in rows if row.case.incident_id is not None}
