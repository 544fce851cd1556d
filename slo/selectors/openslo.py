"""What is stored, in the terms of OpenSLO documents: to compare with them and to export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.selectors import teams
from reliability.catalog.models import Service
from reliability.catalog.selectors import services
from reliability.telemetry.models import Source
from reliability.telemetry.selectors import sources
from reliability.web.errors import NotFound
from slo.domain.alerting_policy import Settings
from slo.domain.openslo.desired import ALERT_KINDS, Desired, Kind, Known
from slo.domain.openslo.own_alerting import alerting_json
from slo.domain.openslo.sources import DETAILS
from slo.domain.windows import parse_window
from slo.models import OpenSloDocument, Sli, Slo, SloVersion
from slo.selectors import definitions, slis, slos
from slo.selectors.alert_policies import settings_by_slo
from slo.selectors.composites import CompositeFilters, list_composites

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ExportFilters:
    """What to export; empty texts do not filter. A service or SLO brings what it refers to: SLIs, sources, alerts."""

    team_slug: str = ""
    service_name: str = ""
    slo_name: str = ""


def known_to(*, caller: Caller) -> Known:
    """Everything the caller's documents may refer to, in four queries."""
    documents: Any = OpenSloDocument.objects.readable_by(caller).filter(kind__in=[kind.value for kind in ALERT_KINDS])
    return Known(
        services=frozenset(services.list_services(caller=caller).values_list("name", flat=True)),
        source_kinds=dict(sources.list_sources(caller=caller).values_list("name", "kind")),
        indicator_specs=dict(slis.list_slis(caller=caller).values_list("name", "spec")),
        alert_documents=frozenset(documents.values_list("kind", "name")),
    )


def stored_objects(*, caller: Caller, wanted: Iterable[tuple[Kind, str]]) -> dict[tuple[Kind, str], Desired]:
    """The readable stored objects of these kinds and names, in a fixed number of queries."""
    names: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for kind, name in wanted:
        names[kind].add(name)
    kept = _documents(caller)
    found: list[Desired] = []
    found += _sources(sources.list_sources(caller=caller).filter(name__in=names[Kind.DATA_SOURCE]), kept)
    found += _services(services.list_services(caller=caller).filter(name__in=names[Kind.SERVICE]), kept)
    found += _slis(slis.list_slis(caller=caller).filter(name__in=names[Kind.SLI]), kept, caller)
    found += _slos(slos.list_slos(caller=caller).filter(name__in=names[Kind.SLO]), kept, caller)
    found += [item for item in _alerts(kept) if item.name in names[item.kind]]
    return {(item.kind, item.name): item for item in found}


def export(*, caller: Caller, filters: ExportFilters) -> list[Desired]:
    """All readable objects that pass the filters, with what they refer to.

    An SLO or SLI that is measured by what a private team of others keeps is left out: no document of this caller
    could name it. Raises NotFound for a filter that names nothing, and for such an SLO.
    """
    _check_filters(caller, filters)
    kept = _documents(caller)
    own_slos = slos.list_slos(
        caller=caller,
        filters=slos.SloFilters(team_slug=filters.team_slug, service_name=filters.service_name),
        ordering=slos.SloOrdering.NAME,
    )
    if filters.slo_name:
        own_slos = own_slos.filter(name=filters.slo_name)
    objectives = [item for item in _slos(own_slos, kept, caller) if item.fields["indicator"]]
    if filters.slo_name and not objectives:
        raise NotFound(f"the SLO {filters.slo_name} is measured by an SLI that is private to another team")
    readable_slis = [item for item in _slis(slis.list_slis(caller=caller), kept, caller) if item.fields["source"]]
    if filters == ExportFilters():
        catalogue = _services(services.list_services(caller=caller), kept)
        origins = _sources(sources.list_sources(caller=caller), kept)
        return [*origins, *catalogue, *readable_slis, *_alerts(kept), *objectives]
    used = {str(item.fields["indicator"]) for item in objectives}
    indicators = [item for item in readable_slis if item.name in used or _passes(item, filters)]
    named = {str(item.fields["service"]) for item in [*objectives, *indicators] if item.fields.get("service")}
    catalogue = [
        item
        for item in _services(services.list_services(caller=caller), kept)
        if item.name in named or item.name == filters.service_name or _is_of_team(item, filters)
    ]
    measured = {str(item.fields["source"]) for item in indicators}
    origins = [
        item
        for item in _sources(sources.list_sources(caller=caller), kept)
        if item.name in measured or _is_of_team(item, filters)
    ]
    return [*origins, *catalogue, *indicators, *_referred(_alerts(kept), objectives), *objectives]


def left_out(*, caller: Caller, filters: ExportFilters) -> list[str]:
    """What the filters name and no document can say: OpenSLO v1 has no composites. Names of those that are readable."""
    if filters.slo_name:
        return []
    wanted = CompositeFilters(team_slug=filters.team_slug, service_name=filters.service_name)
    names = list_composites(caller=caller, filters=wanted).order_by("name", "pk").values_list("name", flat=True)
    return [f"composite {name}: OpenSLO v1 has no composites (no_composites_in_v1)" for name in names]


def _check_filters(caller: Caller, filters: ExportFilters) -> None:
    """Raises NotFound for a name that is nobody's: an empty file would look like a deleted team."""
    if filters.team_slug:
        teams.team(caller=caller, slug=filters.team_slug)
    if filters.service_name:
        services.service(caller=caller, name=filters.service_name)
    if filters.slo_name:
        slos.get_slo(caller=caller, name=filters.slo_name)


def _passes(item: Desired, filters: ExportFilters) -> bool:
    if filters.slo_name or (filters.service_name and item.fields.get("service") != filters.service_name):
        return False
    return not filters.team_slug or item.team == filters.team_slug


def _is_of_team(item: Desired, filters: ExportFilters) -> bool:
    return bool(filters.team_slug) and not (filters.service_name or filters.slo_name) and item.team == filters.team_slug


def _referred(alerts: list[Desired], objectives: list[Desired]) -> list[Desired]:
    """The alert documents that the objectives' policies lead to."""
    policies = {name for item in objectives for name in item.fields["alertPolicies"]}
    chosen = [item for item in alerts if item.kind is Kind.ALERT_POLICY and item.name in policies]
    referred = {entry.get("conditionRef") for item in chosen for entry in item.fields["spec"].get("conditions", ())}
    referred |= {
        entry.get("targetRef") for item in chosen for entry in item.fields["spec"].get("notificationTargets", ())
    }
    return chosen + [item for item in alerts if item.kind is not Kind.ALERT_POLICY and item.name in referred]


# Objects of each kind as documents would ask for them.


def _documents(caller: Caller) -> dict[_Key, OpenSloDocument]:
    rows: Any = OpenSloDocument.objects.readable_by(caller).select_related("team")
    return {(row.kind, row.name): row for row in rows}


def _annotations(kept: Mapping[_Key, OpenSloDocument], kind: Kind, name: str, created_at: datetime) -> dict[str, Any]:
    """The annotations a document gave the object; those of an earlier object of its name are not its own."""
    row = kept.get((kind.value, name))
    if row is None or row.updated_at < created_at:
        return {}
    return dict(row.document.get("metadata", {}).get("annotations", {}))


def _sources(rows: Iterable[Source], kept: Mapping[_Key, OpenSloDocument]) -> list[Desired]:
    return [
        Desired(
            Kind.DATA_SOURCE,
            row.name,
            {
                "displayName": row.title,
                "type": row.kind,
                "annotations": _annotations(kept, Kind.DATA_SOURCE, row.name, row.created_at),
                **{f"{DETAILS}{name}": value for name, value in row.settings.items()},
            },
            row.team.slug,
        )
        for row in rows
    ]


def _services(rows: Iterable[Service], kept: Mapping[_Key, OpenSloDocument]) -> list[Desired]:
    return [
        Desired(
            Kind.SERVICE,
            row.name,
            {
                "displayName": row.title,
                "description": row.description,
                "labels": row.labels,
                "annotations": _annotations(kept, Kind.SERVICE, row.name, row.created_at),
                "tier": row.tier,
                "layer": row.layer,
                "runbook": row.runbook_url,
            },
            row.team.slug,
        )
        for row in rows
    ]


def _name(caller: Caller, related: Service | Source | Sli | None) -> str | None:
    """The name of a related object that the caller may see."""
    return related.name if related and visible(caller=caller, related=related) else None


def _slis(rows: Iterable[Sli], kept: Mapping[_Key, OpenSloDocument], caller: Caller) -> list[Desired]:
    return [
        Desired(
            Kind.SLI,
            row.name,
            {
                "displayName": row.title or row.name,
                "description": row.description,
                "labels": row.labels,
                "annotations": _annotations(kept, Kind.SLI, row.name, row.created_at),
                "source": _name(caller, row.source),
                "spec": {key: value.strip() if isinstance(value, str) else value for key, value in row.spec.items()},
                "service": _name(caller, row.service),
            },
            row.team.slug,
        )
        for row in rows
    ]


def _slos(rows: Iterable[Slo], kept: Mapping[_Key, OpenSloDocument], caller: Caller) -> list[Desired]:
    listed = list(rows)
    alerting = settings_by_slo(slo_ids=[row.pk for row in listed])
    newest = definitions.newest_versions(slo_ids=[row.pk for row in listed])
    return [
        Desired(
            Kind.SLO,
            row.name,
            {
                "displayName": row.title,
                "description": row.description,
                "service": _name(caller, row.service) or "",
                "labels": row.labels,
                "annotations": _annotations(kept, Kind.SLO, row.name, row.created_at),
                "alertPolicies": row.alert_policies,
                "alerting": alerting_json(alerting.get(row.pk, Settings())),
                "indicator": _name(caller, newest[row.pk].sli),
                **_definition(newest[row.pk]),
            },
            row.team.slug,
        )
        for row in listed
    ]


def _definition(version: SloVersion) -> dict[str, Any]:
    target = version.slice_target
    return {
        "objective": f"{version.objective.normalize():f}",
        "window": parse_window(version.window).to_json(),
        "budgetingMethod": version.budgeting_method,
        "timeSliceWindow": version.slice_minutes,
        "timeSliceTarget": None if target is None else f"{target.normalize():f}",
        "noDataCountsAsBad": version.counts_no_data_as_bad,
    }


def _alerts(kept: Mapping[_Key, OpenSloDocument]) -> list[Desired]:
    alerts = [Desired(Kind(row.kind), row.name, row.document, row.team.slug) for row in kept.values()]
    return [replace(item, fields=dict(item.fields)) for item in alerts if item.kind in ALERT_KINDS]
