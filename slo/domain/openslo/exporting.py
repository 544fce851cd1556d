"""Stored objects as OpenSLO documents that, read again, ask for exactly what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from reliability.kit.documents import read_plain
from slo.domain.openslo.desired import ALERT_KINDS, ORDER, Desired, Kind
from slo.domain.openslo.metadata import API_VERSION, PREFIX
from slo.domain.openslo.own_alerting import own_annotations, own_policies
from slo.domain.openslo.sources import DETAILS, TYPES
from slo.domain.openslo_windows import to_openslo
from slo.domain.windows import parse_window


class _Dumper(yaml.SafeDumper):
    """Quotes every text that the reader would take for a number or a word."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None if isinstance(read_plain(text), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def to_documents(stored: Iterable[Desired], *, specs: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Documents in the order of application. specs: measurement of every SLI that a stored SLO uses, by name."""
    ordered = sorted(stored, key=lambda d: (ORDER[d.kind], d.name))
    limited = {str(item.fields["indicator"]) for item in ordered if item.kind is Kind.SLO}
    return [_document(item, specs, has_limit_elsewhere=item.name in limited) for item in ordered]


def to_yaml(documents: Iterable[Mapping[str, Any]], *, skipped: Iterable[str] = ()) -> str:
    """One multi-document text; keys keep their order and long queries their line.

    skipped: what is left out and why, one line each, as comments at the beginning.
    """
    comments = "".join(f"# skipped: {line}\n" for line in skipped)
    return comments + yaml.dump_all(
        [dict(document) for document in documents],
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        explicit_start=True,
        width=10_000,
        default_flow_style=False,
    )


def _document(item: Desired, specs: Mapping[str, Mapping[str, Any]], *, has_limit_elsewhere: bool) -> dict[str, Any]:
    header = {"apiVersion": API_VERSION, "kind": item.kind.value}
    if item.kind in ALERT_KINDS:
        return {**header, **item.fields}
    return {**header, "metadata": _metadata(item, has_limit_elsewhere), "spec": _SPECS[item.kind](item, specs)}


def _metadata(item: Desired, has_limit_elsewhere: bool) -> dict[str, Any]:
    fields = item.fields
    annotations = dict(fields.get("annotations") or {})
    if item.team:
        annotations[f"{PREFIX}team"] = item.team
    annotations.update({f"{PREFIX}{name}": value for name, value in _ours(item, has_limit_elsewhere).items()})
    metadata = {
        "name": item.name,
        "displayName": fields.get("displayName"),
        "labels": fields.get("labels"),
        "annotations": annotations,
    }
    return {name: value for name, value in metadata.items() if value}


def _ours(item: Desired, has_limit_elsewhere: bool) -> dict[str, str]:
    """Annotations for what OpenSLO has no field for."""
    fields = item.fields
    ours: dict[str, str] = {}
    if item.kind is Kind.SERVICE:
        ours["tier"] = str(fields["tier"])
        ours["layer"] = str(fields["layer"])
        if fields.get("runbook"):
            ours["runbook"] = str(fields["runbook"])
    if item.kind is Kind.SLI:
        ours |= _measurement(fields["spec"], has_limit_elsewhere)
        if fields.get("service"):
            ours["service"] = str(fields["service"])
    if item.kind is Kind.SLO and fields.get("noDataCountsAsBad"):
        ours["no-data"] = "bad"
    if item.kind is Kind.SLO and "alerting" in fields:
        ours |= own_annotations(fields["alerting"])
    return ours


def _measurement(spec: Mapping[str, Any], has_limit_elsewhere: bool) -> dict[str, str]:
    """The kind, and the limit unless an exported SLO has it as op and value."""
    kind = spec["kind"]
    ours: dict[str, str] = {}
    if kind in ("latency", "boolean"):
        ours["kind"] = kind
    if kind == "latency":
        ours["histogram"] = str(spec.get("histogram", "classic"))
    limit = _limit(spec)
    if limit and not has_limit_elsewhere:
        ours |= {"op": limit[0], "value": _number(limit[1])}
    return ours


def _limit(spec: Mapping[str, Any]) -> tuple[str, Any] | None:
    if spec["kind"] == "latency":
        return "lte", spec["threshold_seconds"]
    return (spec["op"], spec["value"]) if spec["kind"] == "threshold" else None


def _number(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _source_spec(item: Desired, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    kind = str(item.fields["type"])
    details = {
        name.removeprefix(DETAILS): value
        for name, value in item.fields.items()
        if name.startswith(DETAILS) and value not in (None, "")
    }
    return {"type": TYPES.get(kind, kind), **({"connectionDetails": details} if details else {})}


def _service_spec(item: Desired, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    description = item.fields.get("description")
    return {"description": description} if description else {}


def _sli_spec(item: Desired, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    spec, source = item.fields["spec"], item.fields["source"]
    described = {"description": item.fields["description"]} if item.fields.get("description") else {}
    if spec["kind"] in ("threshold", "latency", "boolean"):
        return {**described, "thresholdMetric": _metric(source, spec.get("query") or spec.get("metric"))}
    if spec["kind"] == "raw_ratio":
        raw_type = "success" if "success" in spec else "failure"
        return {**described, "ratioMetric": {"rawType": raw_type, "raw": _metric(source, spec[raw_type])}}
    if spec["kind"] == "pushed":
        ratio = {"counter": True, "good": _metric(source, None), "total": _metric(source, None)}
        return {**described, "ratioMetric": ratio}
    names = (("good", "good"), ("bad", "bad"), ("valid", "total"))
    parts = {ours: _metric(source, spec[name]) for name, ours in names if name in spec}
    return {**described, "ratioMetric": {"counter": True, **parts}}


def _metric(source: str, query: str | None) -> dict[str, Any]:
    reference: dict[str, Any] = {"metricSourceRef": source}
    return {"metricSource": {**reference, "spec": {"query": query}} if query else reference}


def _slo_spec(item: Desired, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    fields = item.fields
    objective: dict[str, Any] = {"target": float(fields["objective"])}
    if fields.get("timeSliceTarget") is not None:
        objective["timeSliceTarget"] = float(fields["timeSliceTarget"])
    if fields.get("timeSliceWindow") is not None:
        objective["timeSliceWindow"] = f"{fields['timeSliceWindow']}m"
    measured = specs.get(fields["indicator"])
    limit = _limit(measured) if measured else None
    if limit:
        objective = {"op": limit[0], "value": limit[1], **objective}
    spec = {
        "description": fields.get("description"),
        "service": fields.get("service"),
        "indicatorRef": fields["indicator"],
        "timeWindow": [to_openslo(parse_window(fields["window"])).to_json()],
        "budgetingMethod": fields["budgetingMethod"],
        "objectives": [objective],
        "alertPolicies": [
            *({"alertPolicyRef": name} for name in fields.get("alertPolicies") or ()),
            *(own_policies(fields["alerting"]) if "alerting" in fields else ()),
        ],
    }
    return {name: value for name, value in spec.items() if value}


_SPECS = {
    Kind.DATA_SOURCE: _source_spec,
    Kind.SERVICE: _service_spec,
    Kind.SLI: _sli_spec,
    Kind.SLO: _slo_spec,
}
