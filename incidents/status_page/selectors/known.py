"""What is known of components, for the rule of what the public sees: two queries whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from incidents.status_page.domain.shown import Known, Override
from incidents.status_page.domain.states import ACTIVE, UNRESOLVED, ComponentState
from incidents.status_page.models import Component, Maintenance, UpdateComponent

_THROUGH = Maintenance.components.through


def known_of(*, components: Sequence[Component]) -> dict[int, Known]:
    """By component id."""
    ids = [one.pk for one in components]
    said = _said(ids)
    busy = set(
        _THROUGH.objects.filter(component_id__in=ids, maintenance__status__in=[one.value for one in ACTIVE])
        .order_by()
        .values_list("component_id", flat=True)
    )
    return {
        one.pk: Known(
            automatic=ComponentState(one.automatic_state),
            of_incidents=ComponentState(one.incident_state) if one.incident_state else None,
            said=said.get(one.pk, ()),
            is_in_maintenance=one.pk in busy,
            override=Override(ComponentState(one.override_state), one.override_until) if one.override_state else None,
        )
        for one in components
    }


def _said(ids: Sequence[int]) -> dict[int, tuple[ComponentState, ...]]:
    """What open public incidents say: of each the newest word on each component."""
    rows = UpdateComponent.objects.filter(
        component_id__in=ids, update_said__incident__status__in=[one.value for one in UNRESOLVED]
    ).order_by("update_said__at", "update_said_id")
    newest: dict[tuple[int, int | None], ComponentState] = {}
    for component_id, incident_id, state in rows.values_list("component_id", "update_said__incident_id", "state"):
        newest[component_id, incident_id] = ComponentState(state)
    found: dict[int, list[ComponentState]] = defaultdict(list)
    for (component_id, _), state in newest.items():
        found[component_id].append(state)
    return {component_id: tuple(states) for component_id, states in found.items()}
