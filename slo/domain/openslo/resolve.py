"""References between documents, and to what is stored, followed and checked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reliability.kit.problems import Problem
from slo.domain.openslo.alerts import Alert
from slo.domain.openslo.desired import ORDER, Desired, Kind, Known
from slo.domain.openslo.documents import Documents
from slo.domain.openslo.indicators import Indicator
from slo.domain.openslo.metadata import PREFIX
from slo.domain.openslo.objectives import Objective
from slo.domain.openslo.places import indicator_places, objective_places


def resolve(*, read: Documents, known: Known) -> list[Desired]:
    """What the documents ask for, in the order of application. Problems are added to `read.problems`."""
    return _Resolver(read, known).run()


class _Resolver:
    def __init__(self, read: Documents, known: Known) -> None:
        self.read = read
        self.known = known
        self.services = known.services | {d.name for d in read.simple if d.kind is Kind.SERVICE}
        kinds = {d.name: str(d.fields["type"]) for d in read.simple if d.kind is Kind.DATA_SOURCE}
        self.source_kinds: dict[str, str] = {**known.source_kinds, **kinds}
        self.desired: dict[tuple[Kind, str], Desired] = {}
        self.resolved: dict[str, Indicator] = {}

    def run(self) -> list[Desired]:
        for simple in self.read.simple:
            self._add(simple)
        self._indicators()
        alerts = [*self.read.alerts, *(alert for objective in self.read.objectives for alert in objective.alerts)]
        names = {(alert.kind, alert.name) for alert in alerts}
        for alert in alerts:
            self._alert(alert, names)
        for objective in self.read.objectives:
            self._objective(objective, names)
        return sorted(self.desired.values(), key=lambda d: (ORDER[d.kind], d.name))

    def _add(self, desired: Desired) -> None:
        first = self.desired.setdefault((desired.kind, desired.name), desired)
        if first is not desired and first.fields != desired.fields:
            self.read.problems.append(
                Problem(
                    desired.file,
                    desired.line,
                    "metadata.name",
                    f"the {desired.kind} {desired.name} is already described in {first.file}:{first.line}: remove one",
                )
            )

    def _refuse(self, place: Any, message: str) -> None:
        """Note a problem at a field after its file was read."""
        self.read.problems.append(Problem(place.notes.file, place.line, place.path, message))

    # Indicators.

    def _indicators(self) -> None:
        inline = [objective.indicator for objective in self.read.objectives if objective.indicator]
        for indicator in {id(found): found for found in [*self.read.indicators, *inline]}.values():
            self._indicator(indicator)

    def _indicator(self, indicator: Indicator) -> None:
        source = self._source_of(indicator)
        spec = self._spec_of(indicator)
        if source is None or spec is None:
            return
        if (self.source_kinds[source] == "counts") != (spec["kind"] == "pushed"):
            pushes = self.source_kinds[source] == "counts"
            hint = (
                "leave metricSource.spec.query out, its counts are pushed" if pushes else "add metricSource.spec.query"
            )
            self._refuse(indicator.place, f"the source {source} is of kind {self.source_kinds[source]}: {hint}")
            return
        if "" in (spec.get("query"), spec.get("metric"), spec.get("good"), spec.get("bad"), spec.get("valid")):
            self._refuse(indicator.place, "every metricSource needs spec.query")
            return
        metadata = indicator.metadata
        fields: dict[str, Any] = {
            "displayName": metadata.display_name or metadata.name,
            "description": indicator.description,
            "labels": metadata.labels,
            "annotations": metadata.annotations,
            "source": source,
            "spec": spec,
        }
        if "service" in metadata.ours:
            if metadata.ours["service"] not in self.services:
                self._refuse(
                    metadata.annotation("service"),
                    f"there is no service {metadata.ours['service']}: add a document of kind Service",
                )
                return
            fields["service"] = metadata.ours["service"]
        team = metadata.ours.get("team")
        places = indicator_places(indicator)
        self._add(Desired(Kind.SLI, metadata.name, fields, team, metadata.file, metadata.line, places))

    def _source_of(self, indicator: Indicator) -> str | None:
        """The one source of all queries of an indicator."""
        names = set()
        for query in indicator.queries:
            if query.source and query.source not in self.source_kinds:
                self._refuse(
                    query.place.get("metricSourceRef"),
                    f"there is no source {query.source}: add a document of kind DataSource, or make it under Sources",
                )
                return None
            name = query.source or self._only_source(query.kind, query.place)
            if name is None:
                return None
            if query.kind and self.source_kinds[name] != query.kind:
                self._refuse(query.place.get("type"), f"the source {name} is of kind {self.source_kinds[name]}")
                return None
            names.add(name)
        if len(names) > 1:
            self._refuse(indicator.place, f"all queries must have one source, these have {' and '.join(sorted(names))}")
            return None
        return names.pop()

    def _only_source(self, kind: str | None, place: Any) -> str | None:
        fitting = [name for name, known in self.source_kinds.items() if known == kind]
        if len(fitting) == 1:
            self.read.warnings.append(
                Problem(place.notes.file, place.line, place.path, f"names no metricSourceRef: {fitting[0]} is taken")
            )
            return fitting[0]
        choice = f"one of {', '.join(sorted(fitting))}" if fitting else "a DataSource"
        self._refuse(place.get("metricSourceRef"), f"is required: name {choice}")
        return None

    def _spec_of(self, indicator: Indicator) -> dict[str, Any] | None:
        """The measurement, with the limit that its objectives or its annotations give."""
        if not indicator.needs_limit:
            return indicator.spec
        limit = self._limit_of(indicator)
        if limit is None:
            return None
        operator, value = limit
        if indicator.spec["kind"] == "latency":
            if operator != "lte":
                self._refuse(
                    indicator.place, f"latency counts what is at or below its limit: write op: lte, not {operator}"
                )
                return None
            return {**indicator.spec, "threshold_seconds": float(value)}
        return {**indicator.spec, "op": operator, "value": float(value)}

    def _limit_of(self, indicator: Indicator) -> tuple[str, Decimal] | None:
        name = indicator.metadata.name
        users = [
            objective for objective in self.read.objectives if objective.indicator_name == name and objective.limit
        ]
        limits = {objective.limit for objective in users} | ({indicator.limit} if indicator.limit else set())
        if len(limits) == 1:
            return limits.pop()
        if len(limits) > 1:
            place = next(o.place for o in reversed(users))
            self._refuse(
                place,
                f"the SLI {name} has several limits: write one SLI for each op and value, for it is measured with them",
            )
            return None
        stored = self.known.indicator_specs.get(name, {})
        if "op" in stored and "value" in stored:
            return str(stored["op"]), Decimal(str(stored["value"]))
        if "threshold_seconds" in stored:
            return "lte", Decimal(str(stored["threshold_seconds"]))
        self._refuse(
            indicator.place,
            "a thresholdMetric is measured with the op and value of its objective: add the SLO to these files, "
            f'or the annotations {PREFIX}op: lt and {PREFIX}value: "0.5"',
        )
        return None

    # Alerts and objectives.

    def _alert(self, alert: Alert, names: set[tuple[Kind, str]]) -> None:
        for kind, name, place in alert.references:
            self._check_alert(kind, name, place, names)
        metadata = alert.metadata
        team = metadata.ours.get("team")
        fields = dict(alert.document)
        self._add(Desired(alert.kind, alert.name, fields, team, metadata.file, metadata.line, metadata.places()))

    def _check_alert(self, kind: Kind, name: str, place: Any, names: set[tuple[Kind, str]]) -> None:
        if name and (kind, name) not in names and (kind.value, name) not in self.known.alert_documents:
            self._refuse(place, f"there is no {kind} {name} in these files or stored: add it, or remove this")

    def _objective(self, objective: Objective, names: set[tuple[Kind, str]]) -> None:
        spec, service = objective.spec, objective.fields["service"]
        if service and service not in self.services:
            self._refuse(spec.get("service"), f"there is no service {service}: add a document of kind Service")
        for name, place in objective.policies:
            self._check_alert(Kind.ALERT_POLICY, name, place, names)
        if not objective.indicator and not self._is_known(objective.indicator_name):
            self._refuse(
                spec.get("indicatorRef"),
                f"there is no SLI {objective.indicator_name} in these files or stored: add it, or correct the name",
            )
        if not objective.indicator:
            self._check_limit(objective)
        metadata = objective.metadata
        team, places = metadata.ours.get("team"), objective_places(objective)
        self._add(Desired(Kind.SLO, objective.name, objective.fields, team, metadata.file, metadata.line, places))

    def _is_known(self, name: str) -> bool:
        return name in self.known.indicator_specs or any(i.metadata.name == name for i in self.read.indicators)

    def _check_limit(self, objective: Objective) -> None:
        """An objective's op and value must be those its stored SLI is measured with."""
        if any(i.metadata.name == objective.indicator_name for i in self.read.indicators):
            return
        stored = self.known.indicator_specs.get(objective.indicator_name, {})
        limit = _limit_in(stored)
        if objective.limit is None or limit is None or objective.limit == limit:
            return
        self._refuse(
            objective.place,
            f"the stored SLI {objective.indicator_name} is measured with {limit[0]} {limit[1]}: write these, "
            "or add the changed SLI to these files",
        )


def _limit_in(spec: Mapping[str, Any]) -> tuple[str, Decimal] | None:
    if "threshold_seconds" in spec:
        return "lte", Decimal(str(spec["threshold_seconds"]))
    if "op" in spec and "value" in spec:
        return str(spec["op"]), Decimal(str(spec["value"]))
    return None
