"""Bringing one stored object to what a document asks for, through the services of its room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.selectors import teams
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.selectors import services as catalog
from reliability.catalog.services import services as catalog_services
from reliability.telemetry.selectors import sources
from reliability.telemetry.services import sources as source_services
from reliability.web.errors import Conflict
from slo.domain.openslo.desired import Desired, Kind
from slo.domain.openslo.sources import DETAILS
from slo.models import OpenSloDocument
from slo.selectors import slis, slos
from slo.services import slis as sli_services
from slo.services import slos as slo_services


@dataclass(frozen=True, slots=True)
class Write:
    """One object to write: who asks, what for, and when. is_new: it is not stored, as far as the caller may see."""

    caller: Caller
    wanted: Desired
    team: Team
    is_new: bool
    now: datetime
    reason: str

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.wanted.fields


def write_object(write: Write) -> None:
    """Create or change the object. Raises what its service raises: Invalid, Conflict, Forbidden, NotFound."""
    _WRITERS[write.wanted.kind](write)
    if "annotations" in write.fields:
        annotations = write.fields["annotations"]
        _keep_document(write, {"metadata": {"name": write.wanted.name, "annotations": annotations}})


def team_of(*, caller: Caller, slug: str) -> Team:
    return teams.team(caller=caller, slug=slug)


def _write_source(write: Write) -> None:
    fields = write.fields
    settings = {name.removeprefix(DETAILS): value for name, value in fields.items() if name.startswith(DETAILS)}
    if write.is_new:
        source_services.create(
            caller=write.caller,
            team=write.team,
            name=write.wanted.name,
            kind=fields["type"],
            settings=settings,
            title=fields.get("displayName", ""),
            now=write.now,
            reason=write.reason,
        )
        return
    source = sources.source(caller=write.caller, name=write.wanted.name)
    if source.kind != fields["type"]:
        raise Conflict(f"the source {source.name} is of kind {source.kind}, which stays: give the new one another name")
    source_services.update(
        caller=write.caller,
        source=source,
        settings={**source.settings, **settings},
        title=fields.get("displayName"),
        team=write.team,
        now=write.now,
        reason=write.reason,
    )


_SERVICE_FIELDS = {
    "displayName": "title",
    "description": "description",
    "tier": "tier",
    "layer": "layer",
    "runbook": "runbook_url",
    "labels": "labels",
}


def _write_service(write: Write) -> None:
    changes = {ours: write.fields[theirs] for theirs, ours in _SERVICE_FIELDS.items() if theirs in write.fields}
    if write.is_new:
        catalog_services.create(
            caller=write.caller,
            team=write.team,
            name=write.wanted.name,
            now=write.now,
            reason=write.reason,
            **changes,
        )
        return
    service = catalog.service(caller=write.caller, name=write.wanted.name)
    if service.team_id != write.team.pk:
        changes["team"] = write.team
    catalog_services.change(caller=write.caller, service=service, fields=changes, now=write.now, reason=write.reason)


def _write_sli(write: Write) -> None:
    fields, caller = write.fields, write.caller
    stored = None if write.is_new else slis.get_sli(caller=caller, name=write.wanted.name)
    service_id = stored.service_id if stored else None
    if "service" in fields:
        service_id = catalog.service(caller=caller, name=fields["service"]).pk
    draft = sli_services.SliDraft(
        name=write.wanted.name,
        team_id=write.team.pk,
        source_id=sources.source(caller=caller, name=fields["source"]).pk,
        spec=dict(fields["spec"]),
        title=fields["displayName"],
        description=fields["description"],
        service_id=service_id,
        labels=dict(fields["labels"]),
    )
    if stored is None:
        sli_services.create(caller=caller, draft=draft, now=write.now, reason=write.reason)
    else:
        sli_services.update(caller=caller, sli=stored, draft=draft, now=write.now, reason=write.reason)


def _write_slo(write: Write) -> None:
    fields, caller = write.fields, write.caller
    service = fields["service"]
    draft = slo_services.SloDraft(
        name=write.wanted.name,
        title=fields["displayName"],
        team_id=write.team.pk,
        sli_id=slis.get_sli(caller=caller, name=fields["indicator"]).pk,
        objective=fields["objective"],
        window=dict(fields["window"]),
        service_id=catalog.service(caller=caller, name=service).pk if service else None,
        description=fields["description"],
        budgeting_method=fields["budgetingMethod"],
        slice_minutes=fields["timeSliceWindow"],
        slice_target=fields["timeSliceTarget"],
        counts_no_data_as_bad=fields["noDataCountsAsBad"],
        labels=dict(fields["labels"]),
        alert_policies=list(fields["alertPolicies"]),
    )
    if write.is_new:
        slo_services.create(caller=caller, draft=draft, now=write.now, reason=write.reason)
        return
    slo = slos.get_slo(caller=caller, name=write.wanted.name)
    slo_services.update(caller=caller, slo=slo, draft=draft, now=write.now, reason=write.reason)


def _write_alert(write: Write) -> None:
    wanted = write.wanted
    require(caller=write.caller, team_id=write.team.pk, role=Role.EDITOR)
    hidden = OpenSloDocument.objects.filter(kind=wanted.kind.value, name=wanted.name).select_related("team").first()
    if hidden is not None:
        if not write.caller.may_read(hidden.team_id):
            raise Conflict(f"there is a {wanted.kind} {wanted.name} already, private to another team: use another name")
        require(caller=write.caller, team_id=hidden.team_id, role=Role.EDITOR)
    document = {name: value for name, value in wanted.fields.items() if name != "team"}
    _keep_document(write, document)
    audit.record(
        caller=write.caller,
        action="openslo.write",
        object_kind=wanted.kind.value,
        object_name=wanted.name,
        team_id=write.team.pk,
        now=write.now,
        changes={"document": [hidden.document if hidden else None, document]},
        reason=write.reason,
    )


def _keep_document(write: Write, document: Mapping[str, Any]) -> None:
    OpenSloDocument.objects.update_or_create(
        kind=write.wanted.kind.value,
        name=write.wanted.name,
        defaults={"team": write.team, "document": dict(document)},
    )


_WRITERS: dict[Kind, Callable[[Write], None]] = {
    Kind.DATA_SOURCE: _write_source,
    Kind.SERVICE: _write_service,
    Kind.SLI: _write_sli,
    Kind.SLO: _write_slo,
    Kind.ALERT_NOTIFICATION_TARGET: _write_alert,
    Kind.ALERT_CONDITION: _write_alert,
    Kind.ALERT_POLICY: _write_alert,
}
