"""How one objective alerts, beside shared policies: its own conditions, and the settings of the default rules.

A condition of its own stands within the SLO as an inline AlertPolicy with the annotation reliability/own, so that other
tools read it as what it is, and a name of it is nobody else's. The settings, for which OpenSLO has no field, are
annotations of the SLO. A document that says nothing of either leaves both as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from slo.domain.alerting_conditions import Condition, stored_conditions
from slo.domain.alerting_policy import Settings
from slo.domain.alerting_rules import Operator, severity_of
from slo.domain.openslo.fields import Field
from slo.domain.openslo.metadata import PREFIX, Metadata, read_metadata

ANNOTATIONS = {
    "has_page": "alert-page",
    "has_ticket": "alert-ticket",
    "min_bad_events": "alert-min-bad-events",
    "min_valid_events": "alert-min-valid-events",
    "cold_start_bad_events": "alert-cold-start-bad-events",
    "watches_silence": "alert-no-data",
    "silence_minutes": "alert-no-data-after",
    "silence_severity": "alert-no-data-severity",
    "counts_no_traffic": "alert-no-traffic",
}
_SWITCHES = ("has_page", "has_ticket", "watches_silence", "counts_no_traffic")
_NUMBERS = ("min_bad_events", "min_valid_events", "cold_start_bad_events")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080}
_POLICY_KNOWN = (
    "description", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching", "conditions", "notificationTargets",
)  # fmt: skip
_ALWAYS = {"alertWhenBreaching": True, "alertWhenResolved": True, "alertWhenNoData": False}


def alerting_json(settings: Settings) -> dict[str, Any]:
    """Settings as JSON values that can be compared and saved."""
    return asdict(settings) | {"conditions": [one.to_json() for one in stored_conditions(settings.conditions)]}


def is_own(entry: Field) -> bool:
    """Whether an entry of alertPolicies is a condition of the objective itself."""
    return bool(entry.get("metadata").get("annotations").get(f"{PREFIX}own"))


def own_entries(policies: Field) -> list[Field]:
    return [entry for entry in policies.items() if is_own(entry)]


# Reading.


def read_own_alerting(metadata: Metadata, policies: Field) -> dict[str, Any] | None:
    """What an SLO says of its own alerting, whole; None when it says nothing."""
    entries = own_entries(policies)
    said = [name for name in ANNOTATIONS.values() if name in metadata.ours]
    if "alerting" in metadata.ours:
        if metadata.ours["alerting"] != "default" or said or entries:
            metadata.annotation("alerting").refuse(
                "must be default, and stand alone: it takes back own conditions and settings"
            )
        return alerting_json(Settings())
    if not said and not entries:
        return None
    alerting = alerting_json(Settings())
    for field, name in ANNOTATIONS.items():
        if name in metadata.ours:
            alerting[field] = _read_setting(field, metadata.annotation(name), alerting[field])
    conditions = [_read_condition(entry) for entry in entries]
    return alerting | {"conditions": [one.to_json() for one in conditions if one is not None]}


def _read_setting(field: str, place: Field, default: Any) -> Any:
    if field in _SWITCHES:
        said = place.choice(("true", "false"))
        return default if said is None else said == "true"
    if field in _NUMBERS:
        return _read_number(place, default)
    if field == "silence_minutes":
        length = _read_length(place)
        return default if length is None else length // timedelta(minutes=1)
    severity, is_known = severity_of(place.text())
    if not is_known:
        place.refuse("must be sev1 (worst) to sev5")
    return severity


def _read_number(place: Field, default: float) -> float:
    try:
        number = float(place.text())
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    place.refuse('must be a number in quotes, such as "10"')
    return default


def _read_length(place: Field) -> timedelta | None:
    duration = place.duration()
    if duration is None:
        return None
    if duration[1] not in _MINUTES:
        place.refuse("must be minutes, hours, days or weeks, such as 30m")
        return None
    return timedelta(minutes=duration[0] * _MINUTES[duration[1]])


def _read_condition(entry: Field) -> Condition | None:
    """The one condition of an inline policy that is an objective's own."""
    if not entry.mapping(known=("apiVersion", "kind", "metadata", "spec"), required=("metadata", "spec")):
        return None
    read_metadata(entry.get("metadata"))
    spec = entry.get("spec")
    if not spec or not spec.mapping(known=_POLICY_KNOWN, required=("conditions",)):
        return None
    for name, value in _ALWAYS.items():
        if spec.get(name).boolean() not in (None, value):
            spec.get(name).refuse(f"is {str(value).lower()} for a condition of the objective's own: leave it out")
    if list(spec.get("notificationTargets").items()):
        spec.get("notificationTargets").refuse("must be empty here: write the policy as a document of its own")
    conditions = list(spec.get("conditions").items())
    if len(conditions) != 1 or conditions[0].get("conditionRef"):
        spec.get("conditions").refuse("must have exactly one entry, written out")
        return None
    return _read_inline_condition(conditions[0])


def _read_inline_condition(entry: Field) -> Condition | None:
    if not entry.mapping(known=("apiVersion", "kind", "metadata", "spec"), required=("metadata", "spec")):
        return None
    metadata, spec = read_metadata(entry.get("metadata")), entry.get("spec")
    if not spec or not spec.mapping(known=("description", "severity", "condition"), required=("severity", "condition")):
        return None
    severity, is_known = severity_of(spec.get("severity").text(longest=100))
    if not is_known:
        spec.get("severity").refuse("must be sev1 (worst) to sev5, or a word such as critical, page or ticket")
    asked = spec.get("condition")
    known = ("kind", "op", "threshold", "lookbackWindow", "alertAfter")
    if not asked or not asked.mapping(known=known, required=("op", "threshold", "lookbackWindow")):
        return None
    asked.get("kind").choice(("burnrate",))
    operator = asked.get("op").choice([one.value for one in Operator])
    threshold, lookback = asked.get("threshold").number(), _read_length(asked.get("lookbackWindow"))
    after = asked.get("alertAfter")
    waits = _read_length(after) if after and after.text() not in ("0m", "0") else None
    if metadata is None or operator is None or threshold is None or lookback is None:
        return None
    return Condition(
        name=metadata.name,
        title=metadata.display_name.strip(),
        op=Operator(operator),
        threshold=float(threshold),
        lookback=lookback,
        short=_read_length(metadata.annotation("short")) if "short" in metadata.ours else None,
        alert_after=waits or timedelta(0),
        severity=severity,
    )


# Writing.


def own_annotations(alerting: Mapping[str, Any]) -> dict[str, str]:
    """Annotations, without their prefix, of the settings that are not the defaults."""
    defaults = alerting_json(Settings())
    return {
        name: _setting_text(field, alerting[field])
        for field, name in ANNOTATIONS.items()
        if alerting[field] != defaults[field]
    }


def _setting_text(field: str, value: Any) -> str:
    if field in _SWITCHES:
        return "true" if value else "false"
    if field in _NUMBERS:
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    return _shorthand(timedelta(minutes=value)) if field == "silence_minutes" else f"sev{value}"


def own_policies(alerting: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An inline AlertPolicy for each own condition."""
    for condition in stored_conditions(alerting["conditions"]):
        inner: dict[str, Any] = {"name": condition.name}
        if condition.title:
            inner["displayName"] = condition.title
        if condition.short:
            inner["annotations"] = {f"{PREFIX}short": _shorthand(condition.short)}
        asked = {
            "kind": "burnrate",
            "op": condition.op.value,
            "threshold": condition.threshold,
            "lookbackWindow": _shorthand(condition.lookback),
        }
        if condition.alert_after:
            asked["alertAfter"] = _shorthand(condition.alert_after)
        written = {
            "kind": "AlertCondition",
            "metadata": inner,
            "spec": {"severity": f"sev{condition.severity}", "condition": asked},
        }
        yield {
            "kind": "AlertPolicy",
            "metadata": {"name": condition.name, "annotations": {f"{PREFIX}own": "true"}},
            "spec": {**_ALWAYS, "conditions": [written], "notificationTargets": []},
        }


def _shorthand(length: timedelta) -> str:
    """OpenSLO's notation, which has one unit: the largest that fits."""
    minutes = length // timedelta(minutes=1)
    unit = next(letter for letter, size in reversed(_MINUTES.items()) if minutes % size == 0)
    return f"{minutes // _MINUTES[unit]}{unit}"


def annotation_places(metadata: Metadata, policies: Field) -> dict[str, Field]:
    """Where a document says what the service of alerting calls by these names."""
    conditions = {f"conditions.{index}": entry for index, entry in enumerate(own_entries(policies))}
    settings = {field: metadata.annotation(name) for field, name in ANNOTATIONS.items() if name in metadata.ours}
    return {"conditions": policies, **conditions, **settings}
