"""What was told of late: the cases that it may have caused are ranked anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from reliability.catalog.domain.graph import Edges
from reliability.catalog.selectors.dependencies import all_edges
from reliability.kit.periods import Period
from reliability.outbox.services import due
from reliability.suspects.domain.ranking import GRAIN
from reliability.suspects.domain.reach import distances
from reliability.suspects.models import Case
from reliability.suspects.selectors.windows import longest_window
from reliability.suspects.services.due_kinds import RANK

# A history that is imported at once changes the ranking of what is old; the newest cases are those that people look at.
CASES_MAX = 500


def changes_told(*, team_id: int, service_ids: Collection[int], told: Period, now: datetime) -> int:
    """Cases that began soon after changes of *told* are made due; how many. Changes of services, and of the team."""
    _, needed_by = all_edges()
    above = _above(needed_by, service_ids)
    touched = Case.objects.filter(
        Q(service_id__in=above) | Q(team_id=team_id) | Q(incident_id__isnull=False),
        started_at__gte=told.start - GRAIN,
        started_at__lte=told.end + longest_window(),
        ranked_at__isnull=False,
    )
    keys = list(touched.order_by("-started_at", "-pk").values_list("pk", flat=True)[:CASES_MAX])
    for key in keys:
        due.demand(kind=RANK, key=key, now=now)
    return len(keys)


def _above(needed_by: Edges, service_ids: Collection[int]) -> set[int]:
    """The services, and all that need them."""
    return set(distances(needs=needed_by, roots=service_ids))
