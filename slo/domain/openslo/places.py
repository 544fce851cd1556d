"""Where documents say what our services call by other names, so that a refusal points at its line."""

from __future__ import annotations

from slo.domain.openslo.fields import Field
from slo.domain.openslo.indicators import Indicator
from slo.domain.openslo.objectives import Objective
from slo.domain.openslo.own_alerting import annotation_places


def indicator_places(indicator: Indicator) -> dict[str, Field]:
    """Of the fields of an SLI; those of the measurement under "spec."."""
    metadata, query = indicator.metadata, indicator.queries[0]
    return {
        **metadata.places(),
        "service": metadata.annotation("service"),
        "source": query.place.get("metricSourceRef") if query.source else query.place,
        "spec": indicator.place,
        **{f"spec.{name}": place for name, place in indicator.places.items()},
    }


def objective_places(objective: Objective) -> dict[str, Field]:
    """Of the fields of one SLO; its document may hold several objectives."""
    metadata, spec, entry = objective.metadata, objective.spec, objective.place
    windows = list(spec.get("timeWindow").items())
    return {
        **metadata.places(),
        "description": spec.get("description"),
        "service": spec.get("service"),
        "sli": spec.get("indicator") if objective.indicator else spec.get("indicatorRef"),
        "objective": entry.get("target") if entry.get("target") else entry.get("targetPercent"),
        "window": windows[0] if windows else spec.get("timeWindow"),
        "budgeting_method": spec.get("budgetingMethod"),
        "slice_minutes": entry.get("timeSliceWindow"),
        "slice_target": entry.get("timeSliceTarget"),
        "counts_no_data_as_bad": metadata.annotation("no-data"),
        "alert_policies": spec.get("alertPolicies"),
        **annotation_places(metadata, spec.get("alertPolicies")),
    }
