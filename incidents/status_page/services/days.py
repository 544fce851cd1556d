"""Days of components, computed from the minutes of their objectives and kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from incidents.status_page.domain import bounds
from incidents.status_page.domain.days import Measured, figures_of
from incidents.status_page.models import Component, DayState
from reliability.kit.days import day_of, period_of_days
from reliability.kit.periods import Period
from slo.domain.minutes import MinuteSeries
from slo.domain.versions import VersionError
from slo.models import Slo
from slo.selectors.series import kept_from, read_minutes
from slo.selectors.terms import Dossier, dossier_of

_NAMES = ("minutes", "measured_minutes", "down_minutes", "good", "valid", "computed_at")
# Late data and exclusions of the last days are seen within minutes, older ones within a day.
_FRESH_DAYS = 3


def measure_fresh(*, now: datetime) -> None:
    """Today and the days before it, of every component that shows its uptime."""
    _measure_all(now=now, count=_FRESH_DAYS)


def measure_all(*, now: datetime) -> None:
    """All days shown, of every component that shows its uptime."""
    _measure_all(now=now, count=bounds.DAYS_SHOWN)


def _measure_all(*, now: datetime, count: int) -> None:
    for component in Component.objects.filter(removed_at=None, show_uptime=True).select_related("page").order_by("pk"):
        measure(component=component, now=now, count=count)


def measure_one(*, component_id: int, now: datetime) -> None:
    """All days of one component, when it is new or has other objectives."""
    component = Component.objects.filter(pk=component_id, removed_at=None).select_related("page").first()
    if component is not None and component.show_uptime:
        measure(component=component, now=now)


def measure(*, component: Component, now: datetime, count: int = bounds.DAYS_SHOWN) -> int:
    """Compute the last *count* days of *component* anew, as far as minutes are kept. Returns how many rows differ."""
    zone = component.page.zone
    today = day_of(now, zone_name=zone)
    since = kept_from(now=now)
    days = {}
    for back in reversed(range(count)):
        whole = period_of_days(today - timedelta(days=back), 1, zone_name=zone)
        if whole.start >= since:
            days[today - timedelta(days=back)] = Period(whole.start, max(whole.start, min(whole.end, now)))
    if not days:
        return 0
    minutes = _Minutes(component=component, whole=Period(min(days.values()).start, max(days.values()).end))
    rows = [row for day, period in days.items() if (row := _row(component, day, period, minutes, now)) is not None]
    return _keep(component, list(days), rows)


class _Minutes:
    """The minutes of each objective of a component, each indicator read once."""

    def __init__(self, *, component: Component, whole: Period) -> None:
        self._whole = whole
        self._dossiers = [_dossier for slo in component.slos.order_by("pk") if (_dossier := _of(slo, whole))]
        self._series: dict[int, MinuteSeries] = {}

    def of(self, period: Period, *, now: datetime) -> list[Measured]:
        found = []
        for dossier in self._dossiers:
            terms = dossier.at(period.start, now=now)
            if terms.sli_id not in self._series:
                self._series[terms.sli_id] = read_minutes(sli_id=terms.sli_id, period=self._whole)
            series = self._series[terms.sli_id].between(start_minute=period.start_minute, end_minute=period.end_minute)
            found.append(Measured(series, terms.definition.objective, terms.exclusions))
        return found


def _of(slo: Slo, whole: Period) -> Dossier | None:
    try:
        return dossier_of(slo=slo, period=whole)
    except VersionError:
        return None


def _row(component: Component, day: date, period: Period, minutes: _Minutes, now: datetime) -> DayState | None:
    """None: nothing was measured."""
    figures = figures_of(measured=minutes.of(period, now=now), minutes=period.minutes)
    if not figures.valid:
        return None
    return DayState(
        component=component,
        day=day,
        minutes=figures.minutes,
        measured_minutes=figures.measured_minutes,
        down_minutes=figures.down_minutes,
        good=figures.good,
        valid=figures.valid,
        computed_at=now,
    )


def _keep(component: Component, days: list[date], rows: list[DayState]) -> int:
    with transaction.atomic():
        stored = {one.day: one for one in DayState.objects.filter(component=component, day__in=days)}
        differing = [row for row in rows if row.day not in stored or _differs(row, stored[row.day])]
        gone = set(stored) - {row.day for row in rows}
        if gone:
            DayState.objects.filter(component=component, day__in=gone).delete()
        if differing:
            DayState.objects.bulk_create(
                differing, update_conflicts=True, unique_fields=["component", "day"], update_fields=list(_NAMES)
            )
    return len(differing) + len(gone)


def _differs(row: DayState, old: DayState) -> bool:
    return any(getattr(row, name) != getattr(old, name) for name in _NAMES if name != "computed_at")
