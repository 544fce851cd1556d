"""Reading integrations: what a caller may see, and how each fares."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from incidents.intake.models import Integration, Reject
from incidents.response.models import Alert
from reliability.access.domain.caller import Caller
from reliability.access.services.vault import VaultError, decrypt
from reliability.web.errors import NotFound

RECENT = timedelta(days=1)


def named(*, caller: Caller, text: str = "", team: str = "", kind: str = "") -> QuerySet[Integration]:
    """The readable integrations by name; each argument given narrows them."""
    found: QuerySet[Integration] = (
        Integration.objects.readable_by(caller).select_related("team", "service", "policy").defer("secrets")
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(title__icontains=text))
    if team:
        found = found.filter(team__slug=team)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("name", "pk")


def list_integrations(
    *, caller: Caller, text: str = "", team: str = "", kind: str = "", now: datetime
) -> QuerySet[Integration]:
    """The same, with `rejects_count` of the last day."""
    recent = (
        Reject.objects.filter(integration=OuterRef("pk"), at__gte=now - RECENT)
        .order_by()
        .values("integration")
        .annotate(total=Sum("times"))
        .values("total")
    )
    found = named(caller=caller, text=text, team=team, kind=kind)
    return found.annotate(rejects_count=Coalesce(Subquery(recent), 0))


def integration(*, caller: Caller, name: str) -> Integration:
    """One readable integration. Raises NotFound, for private ones of other teams, too."""
    found: Integration | None = (
        Integration.objects.readable_by(caller).select_related("team", "service", "policy").filter(name=name).first()
    )
    if found is None:
        raise NotFound(f"there is no integration {name!r}, or it is not yours to see")
    return found


def rejects_of(*, integration: Integration) -> QuerySet[Reject]:
    """What was not taken, the newest first. Ask `integration()` first: it checks the caller."""
    return Reject.objects.filter(integration=integration).order_by("-at", "-pk")


def reject(*, integration: Integration, reject_id: int) -> Reject:
    """Raises NotFound."""
    found = rejects_of(integration=integration).filter(pk=reject_id).first()
    if found is None:
        raise NotFound("this integration has no such reject: the oldest are forgotten")
    return found


def recent_alerts(*, integration: Integration, limit: int = 10) -> list[Alert]:
    """The newest alerts that came in here, with their incidents."""
    rows = Alert.objects.filter(team_id=integration.team_id, origin=f"integration:{integration.pk}")
    return list(rows.select_related("incident").order_by("-received_at", "-pk")[:limit])


def open_alert_began_at(*, integration: Integration, key: str) -> datetime | None:
    """When the open alert of this key began; None when none is open."""
    found = Alert.objects.filter(origin=f"integration:{integration.pk}", key=key, resolved_at=None)
    began_at: datetime | None = found.order_by().values_list("started_at", flat=True).first()
    return began_at


def open_alerts_count(*, integration: Integration) -> int:
    return Alert.objects.filter(
        team_id=integration.team_id, origin=f"integration:{integration.pk}", resolved_at=None
    ).count()


def secrets_of(integration: Integration) -> dict[str, str]:
    """The decrypted credentials. Raises VaultError when their key is gone. Never to be shown."""
    return {} if not integration.secrets else dict(orjson.loads(decrypt(bytes(integration.secrets))))


def secret_names(integration: Integration) -> list[str]:
    """Which credentials are stored, by name; empty when their key is gone: they have to be entered again."""
    try:
        return sorted(secrets_of(integration))
    except VaultError:
        return []


def health_of(integration: Integration, *, now: datetime) -> str:
    """A state's slug: disabled, failing (the last request was not taken), degraded (it was, with something to change),
    healthy, or nothing yet.
    """
    if not integration.is_enabled:
        return "disabled"
    failed_at, received_at = integration.last_error_at, integration.last_received_at
    if failed_at is not None and now - failed_at < RECENT and (received_at is None or failed_at >= received_at):
        return "degraded" if failed_at == received_at else "failing"
    return "waiting_for_alerts" if received_at is None else "healthy"
