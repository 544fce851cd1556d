"""What people of the team see of a page beside what the public does."""

from __future__ import annotations

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from incidents.status_page.domain.states import UNRESOLVED, MaintenanceStatus
from incidents.status_page.models import (
    Component,
    Maintenance,
    PublicIncident,
    StatusPage,
    Update,
    UpdateComponent,
    UpdateEdit,
)
from reliability.access.domain.caller import Caller
from slo.models import Slo

# SQLite sorts NULL first, PostgreSQL last.
_IN_ORDER = (F("group__position").asc(nulls_first=True), F("group_id").asc(nulls_first=True), "position", "pk")


def components_of(*, page: StatusPage) -> QuerySet[Component]:
    """Shown ones in the order of the page: without a group first, then by group; group, service and slos at hand."""
    rows = page.components.filter(removed_at=None).select_related("group", "service")
    named = Prefetch("slos", Slo.objects.select_related("team").order_by("title", "pk"))
    return rows.prefetch_related(named).order_by(*_IN_ORDER)


_HIDDEN_REASON = "measured by objectives that are not yours to see"


def components_seen(*, page: StatusPage, caller: Caller) -> list[Component]:
    """As `components_of`, without names of services and objectives that the caller may not read. Never save them."""
    named = Prefetch("slos", Slo.objects.readable_by(caller).order_by("title", "pk"))
    rows = page.components.filter(removed_at=None).select_related("group", "service").annotate(all_slos=Count("slos"))
    found = list(rows.prefetch_related(named).order_by(*_IN_ORDER))
    for one in found:
        if one.service is not None and not caller.may_read(one.service.team_id):
            one.service = None
        if len(one.slos.all()) < one.all_slos:
            one.automatic_reason = _HIDDEN_REASON
    return [*found]


def incidents_of(*, page: StatusPage, is_open: bool | None = None, text: str = "") -> QuerySet[PublicIncident]:
    """Newest first with `updates_count` and `newest_body`; is_open None: all."""
    rows = page.incidents.all()
    if is_open is not None:
        open_ones = Q(status__in=[one.value for one in UNRESOLVED])
        rows = rows.filter(open_ones if is_open else ~open_ones)
    for word in text.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(updates__body__icontains=word)).distinct()
    newest = Update.objects.filter(incident=OuterRef("pk")).order_by("-at", "-pk").values("body")[:1]
    return rows.annotate(updates_count=Count("updates", distinct=True), newest_body=Subquery(newest)).order_by(
        "-started_at", "-pk"
    )


def maintenances_of(*, page: StatusPage, is_over: bool | None = None) -> QuerySet[Maintenance]:
    """Newest first with components; is_over None: all."""
    rows = page.maintenances.all()
    if is_over is not None:
        over = Q(status=MaintenanceStatus.COMPLETED.value)
        rows = rows.filter(over if is_over else ~over)
    return rows.prefetch_related(Prefetch("components", Component.objects.order_by("position", "pk"))).order_by(
        "-starts_at", "-pk"
    )


def updates_of(*, owner: PublicIncident | Maintenance) -> QuerySet[Update]:
    """Newest first, with what they said of components and how they read before."""
    said = UpdateComponent.objects.select_related("component").order_by("component__position", "pk")
    edits = UpdateEdit.objects.order_by("-edited_at", "-pk")
    rows: QuerySet[Update] = owner.updates.all()
    return rows.prefetch_related(Prefetch("components", said), Prefetch("edits", edits)).order_by("-at", "-pk")
