"""Reading the burn alerts of composites."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import F, QuerySet

from reliability.access.domain.caller import Caller
from slo.models import Composite, CompositeAlert


def alerts_of_composite(*, composite: Composite) -> QuerySet[CompositeAlert]:
    """Open ones first, then the newest."""
    found = CompositeAlert.objects.filter(composite=composite)
    return found.order_by(F("resolved_at").desc(nulls_first=True), "-fired_at", "-pk")


def open_by_condition(*, composite_ids: Collection[int]) -> dict[int, dict[str, CompositeAlert]]:
    """What fires, by composite and rule."""
    found: dict[int, dict[str, CompositeAlert]] = {}
    for alert in CompositeAlert.objects.filter(resolved_at=None, composite_id__in=composite_ids).order_by("pk"):
        found.setdefault(alert.composite_id, {})[alert.condition] = alert
    return found


def firing_composites(*, caller: Caller, limit: int) -> list[CompositeAlert]:
    """Open alerts of readable composites, the worst first; composite joined."""
    readable = Composite.objects.readable_by(caller)
    found = CompositeAlert.objects.filter(resolved_at=None, composite__in=readable).select_related("composite")
    return list(found.order_by("severity", "-fired_at", "-pk")[:limit])


def is_composite_over(*, alert_id: int) -> bool:
    """Whether an alert was resolved, or deleted with its composite: for those who hear of its beginning late."""
    return not CompositeAlert.objects.filter(pk=alert_id, resolved_at=None).exists()


def open_composite_alerts(*, ids: Collection[int]) -> QuerySet[CompositeAlert]:
    """Those of *ids* that fire, the oldest first; composite joined."""
    found = CompositeAlert.objects.filter(pk__in=ids, resolved_at=None).select_related("composite")
    return found.order_by("fired_at", "pk")


def still_burning(*, alerts: Sequence[CompositeAlert]) -> list[str]:
    """One phrase for each composite of open *alerts*: "Checkout journey still burns"."""
    titles = dict.fromkeys(alert.composite.title for alert in alerts)
    return [f"{title} still burns" for title in titles]
