"""All that the public may see of a page, read into values: a fixed number of queries whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from incidents.status_page.domain import bounds
from incidents.status_page.domain.content import (
    Affected,
    ComponentView,
    Content,
    GroupView,
    IncidentView,
    MaintenanceView,
    PageView,
    UpdateView,
)
from incidents.status_page.domain.days import DayView
from incidents.status_page.domain.shown import shown
from incidents.status_page.domain.states import UNRESOLVED, ComponentState, Impact, IncidentStatus, MaintenanceStatus
from incidents.status_page.models import (
    Component,
    DayState,
    Maintenance,
    PublicIncident,
    StatusPage,
    Update,
    UpdateComponent,
    UpdateEdit,
)
from incidents.status_page.selectors.known import known_of
from reliability.kit.days import day_of
from reliability.kit.periods import Period

_OPEN = Q(status__in=[one.value for one in UNRESOLVED])
_PLANNED = ~Q(status=MaintenanceStatus.COMPLETED.value)


def recent(*, now: datetime) -> tuple[Q, Q]:
    """Incidents and maintenances of the page itself: open ones, and those of the last days."""
    since = now - timedelta(days=bounds.RECENT_DAYS + 1)
    return _OPEN | Q(started_at__gte=since) | Q(resolved_at__gte=since), _PLANNED | Q(ends_at__gte=since)


def of_period(period: Period) -> tuple[Q, Q]:
    """Those that began in it."""
    began = {"gte": period.start, "lt": period.end}
    return (
        Q(**{f"started_at__{name}": at for name, at in began.items()}),
        Q(**{f"starts_at__{name}": at for name, at in began.items()}),
    )


EVERYTHING = (Q(pk__gt=0), Q(pk__gt=0))  # an empty Q is lost beside another


def content_of(
    *,
    page: StatusPage,
    root: str,
    now: datetime,
    wanted: tuple[Q, Q] | None = None,
    limit: int = bounds.LISTED_MAX,
    has_days: bool = False,
) -> Content:
    """*wanted*: which incidents and maintenances (open ones always), the newest *limit* of each. has_days: with the
    last 90 days of components that show them."""
    of_incidents, of_maintenances = wanted or recent(now=now)
    components = _components(page, now=now, has_days=has_days)
    listed = {one.code for one in components}
    incidents = _incidents(page.incidents.filter(of_incidents | _OPEN), limit)
    maintenances = _maintenances(page.maintenances.filter(of_maintenances | _PLANNED), limit)
    codes = [*(one.components for one in incidents), *(one.components for one in maintenances)]
    named = {code for several in codes for code in several} - listed
    gone = dict(page.components.filter(code__in=named).values_list("code", "name")) if named else {}
    return Content(
        page=_page(page, root),
        groups=_groups(page),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        gone=gone,
    )


def _page(page: StatusPage, root: str) -> PageView:
    return PageView(
        code=page.code,
        title=page.title,
        description=page.description,
        support_url=page.support_url,
        zone=page.zone,
        root=root,
        changed_at=page.changed_at,
        is_public=page.is_public,
    )


def _groups(page: StatusPage) -> tuple[GroupView, ...]:
    """In order, those that have components."""
    held = Component.objects.filter(group=OuterRef("pk"), removed_at=None)
    rows = page.groups.filter(Exists(held)).order_by("position", "pk")
    return tuple(
        GroupView(one.code, one.name, one.description, place, one.created_at, one.updated_at)
        for place, one in enumerate(rows, 1)
    )


def _components(page: StatusPage, *, now: datetime, has_days: bool) -> tuple[ComponentView, ...]:
    rows = list(
        page.components.filter(removed_at=None)
        .select_related("group")
        .annotate(slos_count=Count("slos"))
        .order_by("position", "pk")
    )
    known = known_of(components=rows)
    today = day_of(now, zone_name=page.zone)
    days = _days(rows, today) if has_days else {}
    views = []
    for place, row in enumerate(rows, 1):
        seen = shown(known=known[row.pk], now=now)
        is_dark = row.slos_count > 0 and not row.is_measured
        views.append(
            ComponentView(
                code=row.code,
                name=row.name,
                description=row.description,
                group_code=row.group.code if row.group else None,
                position=place,
                state=seen.state,
                is_stale=is_dark and seen.state is not ComponentState.UNKNOWN and seen.cause == "automatic",
                measured_at=row.measured_at,
                show_uptime=row.show_uptime,
                started_on=row.started_on,
                created_at=row.created_at,
                updated_at=max(row.updated_at, row.shown_since_at),
                days=days.get(row.pk, ()),
            )
        )
    return tuple(views)


def _days(rows: Sequence[Component], today: date) -> dict[int, tuple[DayView, ...]]:
    """The last 90 days, oldest first, of components that show them; what was not computed is no data."""
    showing = {row.pk: row for row in rows if row.show_uptime}
    first = today - timedelta(days=bounds.DAYS_SHOWN - 1)
    found: dict[tuple[int, date], DayView] = {}
    names = ("component_id", "day", "minutes", "measured_minutes", "down_minutes", "good", "valid")
    stored = DayState.objects.filter(component_id__in=showing, day__gte=first, day__lte=today)
    for component_id, *values in stored.order_by().values_list(*names):
        found[component_id, values[0]] = DayView(*values)
    wanted = [first + timedelta(days=step) for step in range(bounds.DAYS_SHOWN)]
    return {
        pk: tuple(
            found.get((pk, day)) or DayView(day) for day in wanted if row.started_on is None or day >= row.started_on
        )
        for pk, row in showing.items()
    }


def _updates() -> QuerySet[Update]:
    said = UpdateComponent.objects.select_related("component").order_by("component__position", "pk")
    is_edited = Exists(UpdateEdit.objects.filter(update_said=OuterRef("pk")))
    return (
        Update.objects.annotate(is_edited=is_edited)
        .prefetch_related(Prefetch("components", said))
        .order_by("-at", "-pk")
    )


def _incidents(rows: QuerySet[PublicIncident], limit: int) -> tuple[IncidentView, ...]:
    found = rows.prefetch_related(Prefetch("updates", _updates())).order_by("-started_at", "-pk")[:limit]
    return tuple(_incident(one) for one in found)


def _incident(one: PublicIncident) -> IncidentView:
    updates = tuple(_update(update) for update in one.updates.all())
    return IncidentView(
        code=one.code,
        title=one.title,
        impact=Impact(one.impact),
        status=IncidentStatus(one.status),
        started_at=one.started_at,
        monitoring_at=one.monitoring_at,
        resolved_at=one.resolved_at,
        created_at=one.created_at,
        updated_at=one.updated_at,
        components=_codes(updates),
        updates=updates,
    )


def _codes(updates: Iterable[UpdateView]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.code for update in updates for each in update.affected))


def _maintenances(rows: QuerySet[Maintenance], limit: int) -> tuple[MaintenanceView, ...]:
    named = Prefetch("components", Component.objects.order_by("position", "pk"))
    found = rows.prefetch_related(named, Prefetch("updates", _updates())).order_by("-starts_at", "-pk")[:limit]
    return tuple(
        MaintenanceView(
            code=one.code,
            title=one.title,
            status=MaintenanceStatus(one.status),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            completed_at=one.completed_at,
            is_cancelled=one.cancelled_at is not None,
            created_at=one.created_at,
            updated_at=one.updated_at,
            components=tuple(each.code for each in one.components.all()),
            updates=tuple(_update(update) for update in one.updates.all()),
        )
        for one in found
    )


def _update(one: Update) -> UpdateView:
    return UpdateView(
        code=one.code,
        status=one.status,
        body=one.body,
        at=one.at,
        created_at=one.created_at,
        updated_at=one.updated_at,
        is_edited=bool(getattr(one, "is_edited", False)),
        is_told=one.is_told,
        affected=tuple(
            Affected(each.component.code, each.component.name, ComponentState(each.before), ComponentState(each.state))
            for each in one.components.all()
        ),
    )


def months_of(*, page: StatusPage) -> list[date]:
    """The first days of months in which something began, newest first, by the clocks of the page."""
    found: dict[date, None] = defaultdict(None)
    for instants in (
        page.incidents.order_by("-started_at", "-pk").values_list("started_at", flat=True),
        page.maintenances.order_by("-starts_at", "-pk").values_list("starts_at", flat=True),
    ):
        for at in instants:
            found[day_of(at, zone_name=page.zone).replace(day=1)] = None
    return sorted(found, reverse=True)
