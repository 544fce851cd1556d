"""Reading changes, such as for marks on charts and the question what was changed before it burned."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from reliability.access.domain.caller import Caller
from reliability.delivery.models import Change
from reliability.kit.periods import Period

CHANGES_MAX = 500


def changes(
    *,
    period: Period,
    team_ids: Collection[int] = (),
    service_ids: Collection[int] = (),
    caller: Caller | None = None,
    limit: int = CHANGES_MAX,
) -> list[Change]:
    """Changes within the period, the newest first: those of the services, and of the teams those without a service.

    Without service_ids: all of the teams. caller: only what this one may read. At most *limit*.
    """
    found = Change.objects.all() if caller is None else Change.objects.readable_by(caller)
    found = found.filter(at__gte=period.start, at__lt=period.end)
    if service_ids:
        found = found.filter(Q(service_id__in=service_ids) | Q(service=None, team_id__in=team_ids))
    else:
        found = found.of_teams(team_ids)
    return list(found.select_related("service__team", "team").order_by("-at", "-pk")[: min(limit, CHANGES_MAX)])
