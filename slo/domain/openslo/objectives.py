"""kind: SLO. One document with several objectives becomes one SLO each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import SLICE_MINUTES_MAX
from slo.domain.objective import ObjectiveError, parse_objective
from slo.domain.openslo.alerts import Alert
from slo.domain.openslo.fields import Field
from slo.domain.openslo.indicators import OPERATORS, Indicator, read_indicator
from slo.domain.openslo.metadata import Metadata, read_metadata
from slo.domain.openslo.own_alerting import read_own_alerting
from slo.domain.openslo.policies import read_policies
from slo.domain.openslo_windows import from_openslo
from slo.domain.window_errors import WindowError

_SLICE_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_KNOWN = (
    "description", "service", "indicator", "indicatorRef", "timeWindow", "budgetingMethod", "objectives",
    "alertPolicies",
)  # fmt: skip
_OBJECTIVE_KNOWN = (
    "displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow",
    "indicator", "indicatorRef", "compositeWeight",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Objective:
    """An SLO as written; `fields` lacks nothing but what references decide. limit: (op, value) of a thresholdMetric."""

    metadata: Metadata
    name: str
    fields: dict[str, Any]
    indicator: Indicator | None
    indicator_name: str
    limit: tuple[str, Decimal] | None
    place: Field
    spec: Field
    policies: tuple[tuple[str, Field], ...] = ()
    alerts: tuple[Alert, ...] = field(default=())


def read_objectives(metadata: Metadata, spec: Field) -> list[Objective]:
    if not spec.mapping(known=_KNOWN, required=("objectives",)):
        return []
    indicator = _read_inline(metadata, spec)
    reference = spec.get("indicatorRef").text(longest=63)
    window, method = _read_window(spec.get("timeWindow")), _read_method(spec.get("budgetingMethod"))
    policies, alerts = read_policies(spec.get("alertPolicies"))
    common: dict[str, Any] = {
        "description": spec.get("description").description(),
        "service": spec.get("service").text(longest=63),
        "indicator": indicator.metadata.name if indicator else reference,
        "window": window,
        "budgetingMethod": method,
        "noDataCountsAsBad": _read_no_data(metadata),
        "labels": metadata.labels,
        "annotations": metadata.annotations,
        "alertPolicies": [name for name, _ in policies],
    }
    own = read_own_alerting(metadata, spec.get("alertPolicies"))
    common |= {} if own is None else {"alerting": own}
    entries = list(spec.get("objectives").items())
    if spec.get("objectives") and not entries:
        spec.get("objectives").refuse("is empty: add one objective with a target")
    read = []
    for entry in entries:
        asked = _read_objective(entry, method)
        if asked is None or window is None or not common["indicator"]:
            continue
        name = _name_of(metadata, entry, is_alone=len(entries) == 1)
        words = [metadata.display_name or metadata.name, entry.get("displayName").text() if len(entries) > 1 else ""]
        fields = {"displayName": ": ".join(filter(None, words))[:160], **common, **asked}
        read.append(
            Objective(
                metadata,
                name,
                fields,
                indicator,
                fields["indicator"],
                _read_limit(entry),
                entry,
                spec,
                policies,
                alerts,
            )
        )
    return _once_each(read)


def _read_inline(metadata: Metadata, spec: Field) -> Indicator | None:
    inline, reference = spec.get("indicator"), spec.get("indicatorRef")
    if bool(inline) == bool(reference):
        if not any(entry.get("indicator") or entry.get("indicatorRef") for entry in spec.get("objectives").items()):
            spec.refuse("give exactly one of indicator and indicatorRef")
        return None
    if not inline or not inline.mapping(known=("metadata", "spec", "apiVersion", "kind"), required=("spec",)):
        return None
    inner = read_metadata(inline.get("metadata")) if inline.get("metadata") else metadata_for_inline(metadata)
    if inner is None or not inline.get("spec"):
        return None
    if "team" in metadata.ours:
        inner = replace(inner, ours={"team": metadata.ours["team"], **inner.ours})
    return read_indicator(inner, inline.get("spec"))


def metadata_for_inline(metadata: Metadata) -> Metadata:
    """An inline indicator without a name is called as its SLO."""
    kept = {name: value for name, value in metadata.ours.items() if name in ("kind", "histogram", "team")}
    return replace(metadata, labels={}, annotations={}, ours=kept)


def _read_window(windows: Field) -> dict[str, object] | None:
    if not windows:
        windows.warn("is not given: the last 28 days, rolling, are taken")
        return {"rolling": "28d"}
    entries = list(windows.items())
    if len(entries) != 1:
        windows.refuse("must have exactly one entry")
        return None
    entry = entries[0]
    if not entry.mapping(known=("duration", "isRolling", "calendar"), required=("duration",)):
        return None
    calendar = entry.get("calendar")
    is_rolling = entry.get("isRolling").boolean()
    if is_rolling is None:
        is_rolling = not calendar
    if is_rolling and calendar:
        calendar.refuse("belongs to windows that are not rolling: remove it, or write isRolling: false")
        return None
    if calendar and not calendar.mapping(known=("startTime", "timeZone"), required=("startTime", "timeZone")):
        return None
    try:
        window = from_openslo(
            duration=entry.get("duration").text(),
            is_rolling=is_rolling,
            start_time=calendar.get("startTime").text() or None,
            time_zone=calendar.get("timeZone").text() or None,
        )
    except WindowError as error:
        entry.refuse(str(error))
        return None
    for warning in window.warnings():
        entry.get("duration").warn(warning)
    return window.to_json()


def _read_method(method: Field) -> str | None:
    if not method:
        method.warn("is not given: Occurrences is taken")
        return BudgetingMethod.OCCURRENCES.value
    return method.choice([known.value for known in BudgetingMethod])


def _read_no_data(metadata: Metadata) -> bool:
    said = metadata.ours.get("no-data", "ignored")
    if said not in ("ignored", "bad"):
        metadata.annotation("no-data").refuse("must be ignored or bad")
    return said == "bad"


def _read_objective(entry: Field, method: str | None) -> dict[str, Any] | None:
    if not entry.mapping(known=_OBJECTIVE_KNOWN):
        return None
    target = None if _is_composite(entry) else _read_target(entry)
    if target is None or method is None:
        return None
    asked: dict[str, Any] = {"objective": f"{target:f}", "timeSliceWindow": None, "timeSliceTarget": None}
    if method == BudgetingMethod.OCCURRENCES:
        for name in ("timeSliceWindow", "timeSliceTarget"):
            if entry.get(name):
                entry.get(name).warn("has no effect with budgetingMethod Occurrences")
        return asked
    asked["timeSliceWindow"] = _read_slice(entry.get("timeSliceWindow"))
    if asked["timeSliceWindow"] is None:
        return None
    if method == BudgetingMethod.TIMESLICES:
        slice_target = _read_slice_target(entry.get("timeSliceTarget"))
        if slice_target is None:
            return None
        asked["timeSliceTarget"] = f"{slice_target:f}"
    return asked


def _is_composite(entry: Field) -> bool:
    for name in ("indicator", "indicatorRef", "compositeWeight"):
        if entry.get(name):
            entry.get(name).refuse(
                "composite SLOs are not read yet: write one SLO for each part, with its indicator under spec"
            )
            return True
    return False


def _read_target(entry: Field) -> Decimal | None:
    target, percent = entry.get("target"), entry.get("targetPercent")
    if bool(target) == bool(percent):
        entry.refuse("give exactly one of target (0.999) and targetPercent (99.9)")
        return None
    if target:
        return _as_objective(target, target.number())
    number = percent.number()
    return _as_objective(percent, None if number is None else number / 100)


def _as_objective(place: Field, number: Decimal | None) -> Decimal | None:
    if number is None:
        return None
    try:
        return parse_objective(number, name="the target")
    except ObjectiveError as error:
        place.refuse(str(error))
        return None


def _read_slice(window: Field) -> int | None:
    if not window:
        window.refuse("is required with this budgetingMethod: write 1m or 5m")
        return None
    value = window.node.value if window.node else None
    if isinstance(value, int) and not isinstance(value, bool):  # a bare number is minutes
        minutes = value
    else:
        duration = window.duration()
        if duration is None:
            return None
        if duration[1] not in _SLICE_MINUTES:
            window.refuse("must be minutes, hours or days, such as 5m")
            return None
        minutes = duration[0] * _SLICE_MINUTES[duration[1]]
    if not 1 <= minutes <= SLICE_MINUTES_MAX:
        window.refuse(f"must be 1 minute to 1 day, got {minutes} minutes")
        return None
    return minutes


def _read_slice_target(target: Field) -> Decimal | None:
    if not target:
        target.refuse("is required with budgetingMethod Timeslices: write a ratio such as 0.95")
        return None
    number = target.number()
    return Decimal(1) if number == 1 else _as_objective(target, number)


def _read_limit(entry: Field) -> tuple[str, Decimal] | None:
    if not entry.get("op") or not entry.get("value"):
        return None
    operator, value = entry.get("op").choice(OPERATORS), entry.get("value").number()
    return (operator, value) if operator is not None and value is not None else None


def _name_of(metadata: Metadata, entry: Field, *, is_alone: bool) -> str:
    """The SLO's name; of several objectives each adds its display name, or its target: foo-99-9."""
    if is_alone:
        return metadata.name
    target = entry.get("target") or entry.get("targetPercent")
    plain = target.node.plain() if target.node else ""
    words = entry.get("displayName").text() or (f"{float(plain) * 100:g}" if entry.get("target") else f"{plain:g}")
    suffix = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    name = f"{metadata.name}-{suffix}"
    if len(name) > 63:
        entry.refuse(f"the name {name} is too long (63): shorten metadata.name or this objective's displayName")
    return name[:63].rstrip("-")


def _once_each(objectives: list[Objective]) -> list[Objective]:
    seen: dict[str, Objective] = {}
    for objective in objectives:
        if objective.name in seen:
            objective.place.refuse(
                f"becomes the SLO {objective.name}, as the objective in line {seen[objective.name].place.line} does: "
                "give each a displayName of its own"
            )
        else:
            seen[objective.name] = objective
    return list(seen.values())
