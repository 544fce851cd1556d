"""kind: SLI, and the inline indicator of an SLO."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from slo.domain.openslo.fields import Field
from slo.domain.openslo.metadata import PREFIX, Metadata
from slo.domain.openslo.sources import read_type

OPERATORS = ("lte", "gte", "lt", "gt")
_THRESHOLD_KINDS = ("threshold", "latency", "boolean")
_HISTOGRAMS = ("classic", "native")


@dataclass(frozen=True, slots=True)
class Query:
    """One metricSource: the query (empty for pushed counts), and the source it names or only describes by kind."""

    text: str
    source: str
    kind: str | None
    place: Field


@dataclass(frozen=True, slots=True)
class Indicator:
    """An SLI as written. spec lacks `op` and `value` of thresholds until an objective or an annotation gives them."""

    metadata: Metadata
    description: str
    spec: dict[str, Any]
    queries: tuple[Query, ...]
    place: Field
    needs_limit: bool = False
    limit: tuple[str, Decimal] | None = None
    places: Mapping[str, Field] = field(default_factory=dict, compare=False, repr=False)  # by the names of spec

    def limited(self, operator: str, value: Decimal) -> Indicator:
        return replace(self, limit=(operator, value))


def read_indicator(metadata: Metadata, spec: Field) -> Indicator | None:
    if not spec.mapping(known=("description", "thresholdMetric", "ratioMetric")):
        return None
    ratio, threshold = spec.get("ratioMetric"), spec.get("thresholdMetric")
    if bool(ratio) == bool(threshold):
        spec.refuse("give exactly one of ratioMetric and thresholdMetric")
        return None
    description = spec.get("description").description()
    if ratio:
        return _read_ratio(metadata, description, ratio)
    return _read_threshold(metadata, description, threshold)


def _read_ratio(metadata: Metadata, description: str, ratio: Field) -> Indicator | None:
    if not ratio.mapping(known=("counter", "good", "bad", "total", "raw", "rawType")):
        return None
    given = [name for name in ("good", "bad", "total", "raw") if ratio.get(name)]
    queries = {name: query for name in given if (query := _read_query(ratio.get(name))) is not None}
    if len(queries) < len(given):
        return None
    spec = _raw_spec(ratio, queries) if "raw" in queries else _counts_spec(ratio, queries)
    if spec is None:
        return None
    ours = {"total": "valid", "raw": next((name for name in ("success", "failure") if name in spec), "raw")}
    places = {ours.get(name, name): query.place.get("spec").get("query") for name, query in queries.items()}
    return Indicator(metadata, description, spec, tuple(queries.values()), ratio, places=places)


def _raw_spec(ratio: Field, queries: dict[str, Query]) -> dict[str, Any] | None:
    if len(queries) > 1:
        ratio.get("raw").refuse("cannot stand beside good, bad or total: remove one or the other")
        return None
    if not ratio.get("rawType"):
        ratio.get("rawType").refuse("is required with raw: write success or failure")
        return None
    kind = ratio.get("rawType").choice(("success", "failure"))
    return {"kind": "raw_ratio", kind: queries["raw"].text} if kind else None


def _counts_spec(ratio: Field, queries: dict[str, Query]) -> dict[str, Any] | None:
    if ratio.get("rawType"):
        ratio.get("rawType").refuse("belongs to raw: remove it, or replace good, bad and total by raw")
    counter = ratio.get("counter").boolean()
    if counter is False:
        ratio.get("counter").refuse(
            "queries must select counters here (counter: true), the increase is computed by us; "
            "for a ratio that is stored ready-made use raw and rawType"
        )
        return None
    if counter is None:
        ratio.warn("counter is not given: the queries are taken as counters")
    wanted = {("good", "total"), ("bad", "total"), ("good", "bad")}
    if tuple(queries) not in wanted:
        ratio.refuse(
            "give good and total, or bad and total (or, beyond OpenSLO, good and bad), each with a metricSource"
        )
        return None
    if all(not query.text for query in queries.values()):
        return {"kind": "pushed"}
    names = {"good": "good", "bad": "bad", "total": "valid"}
    return {"kind": "ratio", **{names[name]: query.text for name, query in queries.items()}}


def _read_threshold(metadata: Metadata, description: str, threshold: Field) -> Indicator | None:
    query = _read_query(threshold)
    if query is None:
        return None
    kind = metadata.ours.get("kind", "threshold")
    if kind not in _THRESHOLD_KINDS:
        metadata.annotation("kind").refuse(f"must be one of {', '.join(_THRESHOLD_KINDS)}, got {kind!r}")
        return None
    spec: dict[str, Any]
    if kind == "latency":
        histogram = metadata.ours.get("histogram", "classic")
        if histogram not in _HISTOGRAMS:
            metadata.annotation("histogram").refuse("must be classic or native")
        spec = {"kind": "latency", "metric": query.text, "histogram": histogram}
    else:
        spec = {"kind": kind, "query": query.text}
    return Indicator(
        metadata,
        description,
        spec,
        (query,),
        threshold,
        needs_limit=kind != "boolean",
        limit=_annotated_limit(metadata),
        places={"metric" if kind == "latency" else "query": query.place.get("spec").get("query")},
    )


def _annotated_limit(metadata: Metadata) -> tuple[str, Decimal] | None:
    """The limit that `reliability/op` and `reliability/value` give to an SLI that stands alone."""
    operator, value = metadata.ours.get("op"), metadata.ours.get("value")
    if operator is None and value is None:
        return None
    if operator not in OPERATORS or value is None:
        metadata.annotation("op").refuse(f"must be one of {', '.join(OPERATORS)}, with {PREFIX}value beside it")
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        number = Decimal("nan")
    if not number.is_finite():
        metadata.annotation("value").refuse(f"must be a number in quotes, got {value!r}")
        return None
    return operator, number


def _read_query(metric: Field) -> Query | None:
    if not metric.mapping(known=("metricSource",), required=("metricSource",)):
        return None
    source = metric.get("metricSource")
    if not source or not source.mapping(known=("metricSourceRef", "type", "spec")):
        return None
    kind = read_type(source.get("type"))
    if source.get("type") and kind is None:
        return None
    reference = source.get("metricSourceRef").text(longest=63)
    if not reference and kind is None:
        source.get("metricSourceRef").refuse("is required: name the DataSource that answers this query")
        return None
    spec = source.get("spec")
    if spec and not spec.mapping(known=("query",)):
        return None
    return Query(spec.get("query").text().strip(), reference, kind, source)
