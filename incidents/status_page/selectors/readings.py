"""What is measured of components now, and which of our own incidents touch them: in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import Q

from incidents.response.domain.phases import OPEN
from incidents.response.models import ImpactedService
from incidents.status_page.domain.judging import Reading
from incidents.status_page.domain.shown import state_of_severity
from incidents.status_page.domain.states import ComponentState, worst
from incidents.status_page.models import Component
from slo.domain.alerting_rules import Urgency
from slo.domain.status import State
from slo.models import BurnAlert, SloStatus

_THROUGH = Component.slos.through
_SHORT, _HOUR = "5m", "1h"
_NEVER = Decimal("0.999")  # of an objective that was never evaluated: nothing is judged by it


def readings_of(*, components: Sequence[Component]) -> dict[int, list[Reading]]:
    """Of each component with objectives, by its id; an objective that was never evaluated has no data."""
    ids = [one.pk for one in components]
    pairs = list(
        _THROUGH.objects.filter(component_id__in=ids)
        .order_by("component_id", "slo_id")
        .values_list("component_id", "slo_id", "slo__title")
    )
    slo_ids = {slo_id for _, slo_id, _ in pairs}
    statuses = {
        row.slo_id: row for row in SloStatus.objects.filter(slo_id__in=slo_ids).select_related("version").order_by()
    }
    alerting = set(
        BurnAlert.objects.filter(
            slo_id__in=slo_ids, resolved_at=None, kind=BurnAlert.Kind.BURN, urgency=Urgency.URGENT.value
        ).values_list("slo_id", flat=True)
    )
    found: dict[int, list[Reading]] = defaultdict(list)
    for component_id, slo_id, title in pairs:
        found[component_id].append(_reading(title, statuses.get(slo_id), is_alerting=slo_id in alerting))
    return dict(found)


def _reading(title: str, status: SloStatus | None, *, is_alerting: bool) -> Reading:
    if status is None:
        return Reading(title, _NEVER, False, None, is_alerting, None, False, None)
    rates: Mapping[str, float | None] = status.burn_rates
    rate = rates.get(_SHORT) if rates.get(_SHORT) is not None else rates.get(_HOUR)
    budget = float(1 - status.version.objective)
    return Reading(
        name=title,
        objective=status.version.objective,
        has_data=status.state != State.NO_DATA,
        measured_until=status.measured_until,
        is_alerting=is_alerting,
        bad_share=None if rate is None else rate * budget,
        is_overspent=status.state == State.BREACHED,
        burn_1h=rates.get(_HOUR),
    )


def troubles_of(*, components: Sequence[Component]) -> dict[int, ComponentState]:
    """What our own open incidents on the services mean to the public, by component id.

    Of incidents that alerts opened only acknowledged ones count: a person has looked at them. What a burn alert
    means the objective itself tells.
    """
    by_service: dict[int, list[int]] = defaultdict(list)
    for one in components:
        if one.service_id is not None:
            by_service[one.service_id].append(one.pk)
    is_seen = Q(incident__acknowledged_at__isnull=False) | Q(incident__origin__in=("person", "api"))
    rows = ImpactedService.objects.filter(
        is_seen, service_id__in=by_service, incident__status__in=[one.value for one in OPEN], incident__merged_into=None
    ).order_by()
    found: dict[int, list[ComponentState]] = defaultdict(list)
    for service_id, severity in rows.values_list("service_id", "incident__severity"):
        state = state_of_severity(severity)
        if state is not None:
            for component_id in by_service[service_id]:
                found[component_id].append(state)
    return {pk: state for pk, states in found.items() if (state := worst(states)) is not None}
