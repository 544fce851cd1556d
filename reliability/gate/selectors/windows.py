"""Freeze windows: lists, one of them, and those that may hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from reliability.access.domain.caller import Caller, Scope
from reliability.catalog.models import Service
from reliability.gate.domain.freezes import Window
from reliability.gate.models import FreezeWindow
from reliability.kit.repeats import Repeat
from reliability.web.errors import NotFound

INSTALLATION = "installation"  # in filters, where slugs of teams stand
_LONGEST = timedelta(days=366)
_ID_END = 2**63


def readable(*, caller: Caller) -> QuerySet[FreezeWindow]:
    """Those of readable teams, and those of the installation: they hold for everybody."""
    rows = FreezeWindow.objects.all()
    if Scope.READ not in caller.scopes or caller.is_administrator:
        found: QuerySet[FreezeWindow] = rows.readable_by(caller)
        return found
    return rows.filter(Q(team_id__in=caller.team_ids() | caller.open_team_ids) | Q(team=None))


def list_windows(*, caller: Caller, team: str = "", service: str = "") -> QuerySet[FreezeWindow]:
    """With team and services at hand, the newest first. team: a slug or "installation". service: those about it."""
    found = readable(caller=caller)
    if team == INSTALLATION:
        found = found.filter(team=None)
    elif team:
        found = found.filter(team__slug=team)
    if service:
        pair = Service.objects.readable_by(caller).filter(name=service).values_list("pk", "team_id").first()
        pk, team_id = pair or (0, 0)
        through = FreezeWindow.services.through.objects.order_by()
        named = Q(pk__in=through.filter(service_id=pk).values("freezewindow_id"), team_id=team_id)
        for_all = Q(names_services=False) & (Q(team=None) | Q(team_id=team_id))
        found = found.filter(named | for_all) if pk else found.none()
    return found.select_related("team").prefetch_related("services").order_by("-start_at", "-pk")


def window(*, caller: Caller, pk: int) -> FreezeWindow:
    """One readable window. Raises NotFound, for those of private teams of others, too."""
    found = readable(caller=caller).select_related("team").prefetch_related("services")
    row = found.filter(pk=min(pk, _ID_END - 1)).first()
    if row is None:
        raise NotFound(f"there is no freeze window {pk}, or it is not yours to see")
    return row


def windows_that_may_hold(*, team_ids: Collection[int], at: datetime) -> list[FreezeWindow]:
    """Of these teams and of the installation: those that are not over, in order. One query."""
    once = Q(repeats=Repeat.NEVER.value)
    rows = FreezeWindow.objects.filter(Q(team_id__in=team_ids) | Q(team=None), start_at__lte=at).filter(
        (once & Q(end_at__gt=at)) | (~once & (Q(repeats_until_at=None) | Q(repeats_until_at__gt=at - _LONGEST)))
    )
    return list(rows.order_by("start_at", "pk"))


def values_of(rows: Collection[FreezeWindow]) -> list[Window]:
    """The same for the pure functions: one query for the services of all."""
    named: dict[int, set[int]] = defaultdict(set)
    pairs = FreezeWindow.services.through.objects.filter(freezewindow_id__in=[row.pk for row in rows])
    for window_id, service_id in pairs.order_by().values_list("freezewindow_id", "service_id"):
        named[window_id].add(service_id)
    return [
        Window(
            id=row.pk,
            title=row.title,
            reason=row.reason,
            rule=row.rule,
            team_id=row.team_id,
            service_ids=frozenset(named[row.pk]) if row.names_services else None,
            environment=row.environment,
            passes=row.kinds_that_pass,
            may_be_overridden=row.may_be_overridden,
        )
        for row in rows
    ]
