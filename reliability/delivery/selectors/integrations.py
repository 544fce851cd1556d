"""Reading delivery integrations, what came in, and how each fares."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reliability.access.domain.caller import Caller
from reliability.delivery.models import DeliveryIntegration, RawDelivery
from reliability.web.errors import NotFound

RECENT = timedelta(days=1)


def list_integrations(
    *, caller: Caller, text: str = "", team: str = "", kind: str = ""
) -> QuerySet[DeliveryIntegration]:
    """The readable integrations by name, with `rejects_count`; each argument given narrows them."""
    found = _counted(DeliveryIntegration.objects.readable_by(caller))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(title__icontains=text))
    if team:
        found = found.filter(team__slug=team)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("name", "pk")


def integration(*, caller: Caller, name: str) -> DeliveryIntegration:
    """One readable integration, with `rejects_count`. Raises NotFound, for private ones of other teams, too."""
    found = _counted(DeliveryIntegration.objects.readable_by(caller)).filter(name=name).first()
    if found is None:
        raise NotFound(f"there is no delivery integration {name!r}, or it is not yours to see")
    return found


def integration_addressed(*, name: str) -> DeliveryIntegration | None:
    """Whose address a sender uses, before it has proven itself. For nobody else."""
    return DeliveryIntegration.objects.select_related("team", "service").filter(name=name).first()


def payloads_of(*, integration: DeliveryIntegration, state: str = "") -> QuerySet[RawDelivery]:
    """What came in, the newest first, without the bodies. Ask `integration()` first: it checks the caller."""
    found = RawDelivery.objects.filter(integration=integration).defer("body")
    return (found.filter(state=state) if state else found).order_by("-received_at", "-pk")


def payload(*, integration: DeliveryIntegration, payload_id: int) -> RawDelivery:
    """Raises NotFound."""
    found = RawDelivery.objects.filter(integration=integration, pk=payload_id).first()
    if found is None:
        raise NotFound("this integration has no such payload: the oldest are forgotten")
    return found


def health_of(integration: DeliveryIntegration, *, now: datetime) -> str:
    """A state's slug: disabled, failing (the last payload was rejected within a day), healthy, or nothing yet."""
    if not integration.is_enabled:
        return "disabled"
    failed_at, received_at = integration.last_error_at, integration.last_received_at
    if failed_at is not None and now - failed_at < RECENT and (received_at is None or failed_at >= received_at):
        return "failing"
    return "waiting_for_alerts" if received_at is None else "healthy"


def _counted(rows: QuerySet[DeliveryIntegration]) -> QuerySet[DeliveryIntegration]:
    rejected = RawDelivery.objects.filter(integration=OuterRef("pk"), state=RawDelivery.State.REJECTED).order_by()
    count = Subquery(rejected.values("integration").annotate(total=Count("pk")).values("total"))
    return rows.select_related("team", "service").annotate(rejects_count=Coalesce(count, 0))
