"""Alerts as game days ask for them: when somebody's rules saw the fault."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from chaos.gamedays.detections import ALERTS_MAX, Alerted
from incidents.response.models import Alert
from reliability.kit.periods import Period


def alerts_seen(*, team_id: int, service_ids: Collection[int], period: Period) -> list[Alerted]:
    """Alerts of these services received in *period*, the first first: the team's own, and those of open teams.

    Silenced ones count, too: the rule saw it. One query.
    """
    visible = Q(team_id=team_id) | Q(team__is_private=False)
    rows = Alert.objects.filter(
        visible, service_id__in=service_ids, received_at__gte=period.start, received_at__lt=period.end
    )
    found = rows.order_by("received_at", "pk").values_list("service_id", "received_at", "title")[:ALERTS_MAX]
    return [Alerted(service_id, at, title) for service_id, at, title in found if service_id is not None]
