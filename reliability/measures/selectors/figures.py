"""Reading what was told of measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from reliability.access.models import ServiceScopedQuerySet
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from reliability.measures.domain.amounts import Figure
from reliability.measures.models import MeasuredFigure
from reliability.web.errors import Invalid


def list_figures(
    *,
    caller: Caller,
    scope: Scope,
    period: Period | None = None,
    measures: Collection[str] = (),
) -> QuerySet[MeasuredFigure]:
    """Readable figures that touch the period, with their services, the newest first."""
    found: ServiceScopedQuerySet = MeasuredFigure.objects.readable_by(caller)
    found = found.select_related("service__team")
    if scope.service_id is not None:
        found = found.filter(service_id=scope.service_id)
    if scope.team_slug:
        found = found.of_team(scope.team_slug)
    if measures:
        found = found.filter(measure__in=measures)
    if period is not None:
        found = found.filter(start_at__lt=period.end, end_at__gt=period.start)
    return found.order_by("-start_at", "-pk")


def figures_by_measure(
    *, caller: Caller, scope: Scope, period: Period, measures: Collection[str]
) -> dict[str, Sequence[Figure]]:
    """Of each measure that was told. One query; raises Invalid beyond MEASURE_FIGURES_READ_MAX."""
    most = settings.MEASURE_FIGURES_READ_MAX
    rows = (
        list_figures(caller=caller, scope=scope, period=period, measures=measures)
        .select_related(None)
        .order_by()
        .values_list("measure", "start_at", "end_at", "value", "unit")[: most + 1]
    )
    found: dict[str, list[Figure]] = defaultdict(list)
    for place, (measure, start, end, value, unit) in enumerate(rows.iterator(chunk_size=5_000)):
        if place >= most:
            words = f"there are more than {most:,} figures: choose a shorter range, a team or a service"
            raise Invalid(words, reason="too_many_figures")
        found[measure].append(Figure(Period(start, end), value, unit))
    return dict(found)


def measure_names(*, caller: Caller) -> list[str]:
    """Of every measure that was told of a readable service."""
    names = MeasuredFigure.objects.readable_by(caller).order_by("measure").values_list("measure", flat=True)
    return list(names.distinct())
