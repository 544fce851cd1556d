"""Kinds AlertPolicy, AlertCondition and AlertNotificationTarget: checked and kept as documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slo.domain.openslo.desired import Kind
from slo.domain.openslo.fields import Field
from slo.domain.openslo.metadata import Metadata, read_metadata

_OPERATORS = ("lte", "gte", "lt", "gt")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert document as written. references: (kind, name, where) that must exist."""

    kind: Kind
    name: str
    metadata: Metadata
    document: dict[str, Any]
    references: tuple[tuple[Kind, str, Field], ...] = field(default=())


def read_alert(kind: Kind, metadata: Metadata, document: Field) -> Alert | None:
    """Read one document of an alert kind, inline parts included."""
    spec = document.get("spec")
    if "own" in metadata.ours:
        metadata.annotation("own").refuse("is for policies written within their SLO: take it away here")
    references = _READERS[kind](spec)
    if references is None:
        return None
    plain = document.node.plain() if document.node else {}
    kept = {name: plain[name] for name in ("metadata", "spec") if name in plain}
    return Alert(kind, metadata.name, metadata, kept, tuple(references))


def read_inline_alert(entry: Field, *, kind: str) -> Alert | None:
    """An alert object written where a reference could stand."""
    if not entry.mapping(known=("apiVersion", "kind", "metadata", "spec"), required=("metadata", "spec")):
        return None
    said = entry.get("kind").text()
    if said and said != kind:
        entry.get("kind").refuse(f"must be {kind} here, got {said!r}")
        return None
    if not entry.get("metadata") or not entry.get("spec"):
        return None
    metadata = read_metadata(entry.get("metadata"), is_strict=False)
    return read_alert(Kind(kind), metadata, entry) if metadata else None


_References = list[tuple[Kind, str, Field]]


def _read_target(spec: Field) -> _References | None:
    if not spec.mapping(known=("description", "target"), required=("target",)):
        return None
    spec.get("description").description()
    spec.get("target").text(longest=200)
    return []


def _read_condition(spec: Field) -> _References | None:
    if not spec.mapping(known=("description", "severity", "condition"), required=("severity", "condition")):
        return None
    spec.get("description").description()
    spec.get("severity").text(longest=100)
    condition = spec.get("condition")
    known = ("kind", "op", "threshold", "lookbackWindow", "alertAfter")
    if not condition or not condition.mapping(known=known, required=("op", "threshold", "lookbackWindow")):
        return None
    condition.get("kind").choice(("burnrate",))
    condition.get("op").choice(_OPERATORS)
    condition.get("threshold").number()
    condition.get("lookbackWindow").duration()
    after = condition.get("alertAfter")
    if after and after.text() not in ("0m", "0"):
        after.duration()
    return []


def _read_policy(spec: Field) -> _References | None:
    known = (
        "description", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching", "conditions",
        "notificationTargets",
    )  # fmt: skip
    if not spec.mapping(known=known, required=("conditions", "notificationTargets")):
        return None
    spec.get("description").description()
    for name in ("alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"):
        spec.get(name).boolean()
    conditions = spec.get("conditions")
    if conditions and len(list(conditions.items())) != 1:
        conditions.refuse("must have exactly one entry, as OpenSLO v1 says")
    references = _references(conditions, "conditionRef", Kind.ALERT_CONDITION)
    return references + _references(spec.get("notificationTargets"), "targetRef", Kind.ALERT_NOTIFICATION_TARGET)


def _references(entries: Field, reference: str, kind: Kind) -> _References:
    """The names that a list refers to, with those its inline objects refer to."""
    found: _References = []
    for entry in entries.items():
        if entry.get(reference):
            if entry.mapping(known=(reference,)):
                found.append((kind, entry.get(reference).text(longest=63), entry.get(reference)))
            continue
        inline = read_inline_alert(entry, kind=kind.value)
        if inline:
            found.extend(inline.references)
    return found


_READERS: dict[Kind, Callable[[Field], _References | None]] = {
    Kind.ALERT_NOTIFICATION_TARGET: _read_target,
    Kind.ALERT_CONDITION: _read_condition,
    Kind.ALERT_POLICY: _read_policy,
}
