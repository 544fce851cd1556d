"""Bringing one stored object to what a document asks for, through the services of its room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import is_hidden
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
from slo.domain.openslo.own_alerting import alerting_json
from slo.domain.openslo.sources import DETAILS
from slo.models import OpenSloDocument, Slo
from slo.selectors import slis, slos
from slo.selectors.alert_policies import settings_of
from slo.services import alerts
from slo.services import slis as sli_services
from slo.services import slos as slo_services
from slo.services.alerts import AlertingDraft
from slo.services.openslo_written import Outcome, References


@dataclass(frozen=True, slots=True)
class Write:
    """One object to write: who asks, what for, and when. is_new: it is not stored, as far as the caller may see."""

    caller: Caller
    wanted: Desired
    team: Team
    is_new: bool
    now: datetime
    reason: str
    references: References

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.wanted.fields


def write_object(write: Write) -> Outcome:
    """Create or change the object. Raises what its service raises: Invalid, Conflict, Forbidden, NotFound."""
    outcome = _WRITERS[write.wanted.kind](write)
    if outcome.document is None and "annotations" in write.fields:
        annotations = write.fields["annotations"]
        document = _document(write, {"metadata": {"name": write.wanted.name, "annotations": annotations}})
        return replace(outcome, document=document)
    return outcome


def team_of(*, caller: Caller, slug: str) -> Team:
    return teams.team(caller=caller, slug=slug)


def _write_source(write: Write) -> Outcome:
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
        return Outcome()
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
    return Outcome()


_SERVICE_FIELDS = {
    "displayName": "title",
    "description": "description",
    "tier": "tier",
    "layer": "layer",
    "runbook": "runbook_url",
    "labels": "labels",
}


def _write_service(write: Write) -> Outcome:
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
        return Outcome()
    service = catalog.service(caller=write.caller, name=write.wanted.name)
    if service.team_id != write.team.pk:
        changes["team"] = write.team
    catalog_services.change(caller=write.caller, service=service, fields=changes, now=write.now, reason=write.reason)
    return Outcome()


def _write_sli(write: Write) -> Outcome:
    fields, caller = write.fields, write.caller
    stored = None if write.is_new else slis.get_sli(caller=caller, name=write.wanted.name)
    service_id = stored.service_id if stored else None
    if "service" in fields:
        service_id = write.references.service_id(fields["service"])
    draft = sli_services.SliDraft(
        name=write.wanted.name,
        team_id=write.team.pk,
        source_id=write.references.source_id(fields["source"]),
        spec=dict(fields["spec"]),
        title=fields["displayName"],
        description=fields["description"],
        service_id=service_id,
        labels=dict(fields["labels"]),
    )
    if stored is None:
        stored = sli_services.create(caller=caller, draft=draft, now=write.now, reason=write.reason)
    else:
        sli_services.update(caller=caller, sli=stored, draft=draft, now=write.now, reason=write.reason)
    write.references.note_sli(write.wanted.name, stored.pk)
    return Outcome()


def _write_slo(write: Write) -> Outcome:
    fields, caller = write.fields, write.caller
    stored = None if write.is_new else slos.get_slo(caller=caller, name=write.wanted.name)
    service_id = None
    if fields["service"]:
        service_id = write.references.service_id(fields["service"])
    elif stored and is_hidden(caller=caller, related=stored.service):
        service_id = stored.service_id  # a file of this caller cannot name it: saying nothing leaves it
    draft = slo_services.SloDraft(
        name=write.wanted.name,
        title=fields["displayName"],
        team_id=write.team.pk,
        sli_id=write.references.sli_id(fields["indicator"]),
        objective=fields["objective"],
        window=dict(fields["window"]),
        service_id=service_id,
        description=fields["description"],
        budgeting_method=fields["budgetingMethod"],
        slice_minutes=fields["timeSliceWindow"],
        slice_target=fields["timeSliceTarget"],
        counts_no_data_as_bad=fields["noDataCountsAsBad"],
        labels=dict(fields["labels"]),
        alert_policies=list(fields["alertPolicies"]),
    )
    if stored is None:
        slo, is_changed = slo_services.add(caller=caller, draft=draft, now=write.now, reason=write.reason), True
    else:
        altered = slo_services.alter(caller=caller, slo=stored, draft=draft, now=write.now, reason=write.reason)
        slo, is_changed = altered.slo, altered.is_changed
    return Outcome(slo=slo if _write_alerting(write, slo) or is_changed else None)


def _write_alerting(write: Write, slo: Slo) -> bool:
    """How the objective alerts, if the document says anything of it; whether that changed."""
    if "alerting" not in write.fields or write.fields["alerting"] == alerting_json(settings_of(slo=slo)):
        return False
    draft = AlertingDraft(**write.fields["alerting"])
    return alerts.change(caller=write.caller, slo=slo, draft=draft, now=write.now, reason=write.reason)[1]


def _write_alert(write: Write) -> Outcome:
    wanted = write.wanted
    require(caller=write.caller, team_id=write.team.pk, role=Role.EDITOR)
    hidden = OpenSloDocument.objects.filter(kind=wanted.kind.value, name=wanted.name).select_related("team").first()
    if hidden is not None:
        if not write.caller.may_read(hidden.team_id):
            raise Conflict(f"there is a {wanted.kind} {wanted.name} already, private to another team: use another name")
        require(caller=write.caller, team_id=hidden.team_id, role=Role.EDITOR)
    document = {name: value for name, value in wanted.fields.items() if name != "team"}
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
    return Outcome(document=_document(write, document))


def _document(write: Write, document: Mapping[str, Any]) -> OpenSloDocument:
    return OpenSloDocument(
        kind=write.wanted.kind.value, name=write.wanted.name, team=write.team, document=dict(document)
    )


_WRITERS: dict[Kind, Callable[[Write], Outcome]] = {
    Kind.DATA_SOURCE: _write_source,
    Kind.SERVICE: _write_service,
    Kind.SLI: _write_sli,
    Kind.SLO: _write_slo,
    Kind.ALERT_NOTIFICATION_TARGET: _write_alert,
    Kind.ALERT_CONDITION: _write_alert,
    Kind.ALERT_POLICY: _write_alert,
}
