"""What this room itself tells of rooms below it: deployments, changes, burns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.models import ServiceScopedQuerySet
from reliability.catalog.models import Service
from reliability.delivery.failures import causes
from reliability.delivery.models import Change, Deployment, Outcome
from reliability.overlay.domain.burns import Burn, Firing, burns_of
from reliability.overlay.domain.items import Item, Look, Named
from reliability.overlay.tracks import Scope
from reliability.web.words import number_text
from slo.models import BurnAlert, Slo

_ENDED = {
    Outcome.SUCCEEDED: ("deployed", Look.GOOD),
    Outcome.FAILED: ("deployment failed", Look.BAD),
    Outcome.CANCELLED: ("deployment cancelled", Look.STOPPED),
    Outcome.IN_PROGRESS: ("being deployed", Look.OPEN),
}
_REVISION_SHOWN = 12


def named(*services: Service | None, caller: Caller) -> tuple[Named, ...]:
    """Those of them that *caller* may know of."""
    shown = (visible(caller=caller, related=one) for one in services)
    return tuple(Named(one.name, one.title) for one in shown if one is not None)


def deployment_items(*, caller: Caller, scope: Scope, limit: int) -> list[Item]:
    """One flag each, where it finished; what is in progress, where it began. A query, and what names the failed."""
    period = scope.period
    found = _scoped(_of_team(Deployment.objects.readable_by(caller), scope), scope, caller)
    ended = Q(finished_at__gte=period.start, finished_at__lt=period.end)
    begun = Q(outcome=Outcome.IN_PROGRESS, started_at__gte=period.start, started_at__lt=period.end)
    found = found.filter(environment=scope.environment) if scope.environment else found.filter(is_production=True)
    # Two lists, so that each follows its own order; what is in progress is little.
    rows = list(_joined(found.filter(ended)).order_by("-finished_at", "-pk")[:limit])
    rows += list(_joined(found.filter(begun)).order_by("-started_at", "-pk")[:limit])
    broke = {one.deployment_id for one in causes(caller=caller, period=period, deployment_ids=[row.pk for row in rows])}
    items = [
        _of_deployment(row, at, row.pk in broke, caller) for row in rows if (at := row.finished_at or row.started_at)
    ]
    return sorted(items, key=lambda item: item.start, reverse=True)[:limit]


def change_items(*, caller: Caller, scope: Scope, limit: int) -> list[Item]:
    """Configuration, flags, and whatever else was told as a change: one flag each. One query."""
    found = _scoped(_of_team(Change.objects.readable_by(caller), scope), scope, caller)
    found = found.filter(at__gte=scope.period.start, at__lt=scope.period.end)
    return [
        Item(
            key=f"change-{row.pk}",
            start=row.at,
            end=row.at,
            label=row.title,
            url=_link(row.links),
            state="changed",
            services=named(row.service, caller=caller),
        )
        for row in _joined(found).order_by("-at", "-pk")[:limit]
    ]


def burn_items(*, caller: Caller, scope: Scope, limit: int) -> list[Item]:
    """Where burn alerts fired: of each objective one stretch, as strong as its highest burn. One query."""
    period = scope.period
    if scope.slo is not None:
        readable: QuerySet[Slo] = Slo.objects.readable_by(caller).filter(pk=scope.slo.pk)
    else:
        own = Slo.objects.readable_by(caller)
        readable = _scoped(own.filter(team__slug=scope.team_slug) if scope.team_slug else own, scope, caller)
    alerts = BurnAlert.objects.filter(
        Q(resolved_at=None) | Q(resolved_at__gt=period.start),
        kind=BurnAlert.Kind.BURN,
        slo__in=readable,
        fired_at__lt=period.end,
    ).select_related("slo", "slo__service")
    rows = list(alerts.order_by("-fired_at", "-pk")[: 4 * limit])
    objectives = {row.slo_id: row.slo for row in rows}
    burns = burns_of(Firing(row.slo_id, row.fired_at, row.resolved_at, _burn(row.numbers)) for row in rows)
    return [_of_burn(burn, objectives[burn.objective], caller) for burn in reversed(burns)][:limit]  # type: ignore[index]  # the objective of a burn is that of its firings


def _scoped(found: QuerySet[Any], scope: Scope, caller: Caller) -> QuerySet[Any]:
    """Rows with a service, as far as the scope goes, but for its team."""
    ids = scope.service_ids
    if scope.slo is not None:
        service = visible(caller=caller, related=scope.slo.service)
        ids = frozenset({service.pk} if service else ()) | (ids or frozenset())
    if ids is not None:
        found = found.filter(service_id__in=ids)
    return found


def _of_team(found: ServiceScopedQuerySet, scope: Scope) -> ServiceScopedQuerySet:
    return found.of_team(scope.team_slug) if scope.team_slug else found


def _joined(found: QuerySet[Any]) -> QuerySet[Any]:
    return found.select_related("service")


def _link(links: list[Any]) -> str:
    """The first that was told with it: a change has no page of its own."""
    urls = (str(one.get("href") or one.get("url") or "") for one in links if isinstance(one, dict))
    return next((url for url in urls if url.startswith(("https://", "http://"))), "")


def _of_deployment(row: Deployment, at: datetime, has_broken: bool, caller: Caller) -> Item:
    state, look = _ENDED[Outcome(row.outcome)]
    if row.is_rollback and look is Look.GOOD:
        state, look = "rolled back", Look.BACK
    elif has_broken:
        state, look = "broke production", Look.BAD
    revision = row.revision[:_REVISION_SHOWN] or row.key
    return Item(
        key=f"deployment-{row.pk}",
        start=at,
        end=at,
        label=f"{revision} to {row.environment}",
        url=reverse("deployment-detail", args=[row.pk]),
        state=state,
        look=look,
        services=named(row.service, caller=caller),
        detail=row.title,
    )


def _of_burn(burn: Burn, slo: Slo, caller: Caller) -> Item:
    strength = "" if burn.strength is None else f" at {number_text(round(burn.strength, 1))}×"
    return Item(
        key=f"burn-{slo.pk}-{int(burn.start.timestamp())}",
        start=burn.start,
        end=burn.end,
        label=slo.title,
        url=reverse("slo-alerts", args=[slo.name]),
        state=f"{'burns' if burn.end is None else 'burnt'}{strength}",
        look=Look.BAD,
        services=named(slo.service, caller=caller),
        strength=burn.strength,
        detail=f"{burn.firings} alert{'' if burn.firings == 1 else 's'}",
    )


def _burn(numbers: dict[str, Any]) -> float | None:
    value = numbers.get("burn_long")
    return float(value) if isinstance(value, int | float) else None
