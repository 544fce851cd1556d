"""/api/v1/incidents: listed, declared, read and changed."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Status
from pydantic import Field

from incidents.response.api.named import policy_id, service_ids, slo_ids, team_id
from incidents.response.api.schemas import IncidentCreate, IncidentOut, IncidentPatch, incident_out
from incidents.response.domain.phases import Status as IncidentStatus
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.selectors import incidents
from incidents.response.selectors.similar import similar
from incidents.response.services import lifecycle, receipts
from incidents.response.services.incidents import open_incident
from incidents.response.services.locking import require_responder
from reliability.access.requests import AccessRequest
from reliability.kit.instants import EARLIEST, END
from reliability.kit.periods import Period
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid

router = Router(tags=["Incidents"])


class IncidentFilterQuery(PageQuery):
    """Shared by the list and the figures."""

    status: list[IncidentStatus] = Field(default_factory=list, description="any of these; repeat the parameter")
    severity: list[Severity] = Field(default_factory=list, description="any of these, 1 is the worst")
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63, description="an affected one")] = ""
    slo: Annotated[str, Field(max_length=63, description="an affected objective")] = ""
    start: Annotated[Instant | None, Field(alias="from", description="detected at or after")] = None
    end: Annotated[Instant | None, Field(alias="to", description="detected before")] = None

    def filters(self, *, text: str = "", user_id: int | None = None) -> incidents.IncidentFilters:
        return incidents.IncidentFilters(
            statuses=tuple(self.status),
            severities=tuple(self.severity),
            team_slug=self.team,
            service_name=self.service,
            slo_name=self.slo,
            text=text,
            user_id=user_id,
            detected=period_of(self.start, self.end),
        )


class IncidentQuery(IncidentFilterQuery):
    q: Annotated[str, Field(max_length=200, description="words in title, summary or services, or a number")] = ""
    person_id: Annotated[int | None, Field(ge=1, le=2**62, description="who has a role in it now")] = None
    ordering: incidents.Ordering = incidents.Ordering.URGENCY


class SimilarIncidentOut(IncidentOut):
    score: float = Field(description="comparable within this answer only")
    reasons: list[str] = Field(examples=[["the same alert", "the same service: Checkout"]])


def period_of(start: Any, end: Any) -> Period | None:
    """The period asked for; one end may be open."""
    if start is None and end is None:
        return None
    first, last = start or EARLIEST, end or END
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    return Period(first, last)


@router.get("", response=Page[IncidentOut], operation_id="listIncidents", summary="List incidents")
def list_incidents(request: AccessRequest, query: Query[IncidentQuery]) -> Any:
    """Readable incidents; first those that nobody acknowledged, the worst of them first."""
    filters = query.filters(text=query.q, user_id=query.person_id)
    found = incidents.list_incidents(caller=request.caller, filters=filters, ordering=query.ordering)
    page = page_of(queryset=found, query=query)
    return {**page, "items": [incident_out(one, caller=request.caller) for one in page["items"]]}


@router.post("", response={201: IncidentOut}, operation_id="declareIncident", summary="Declare an incident")
def declare_incident(
    request: AccessRequest,
    response: HttpResponse,
    body: IncidentCreate,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="a request repeated with its key within two days opens nothing and gets the same incident",
        ),
    ] = None,
) -> Any:
    """Opens an incident and pages by its escalation policy. Needs the role responder in the team."""
    caller, now = request.caller, timezone.now()
    declare = partial(
        open_incident,
        caller=caller,
        team_id=team_id(caller=caller, slug=body.team),
        title=body.title,
        severity=body.severity,
        summary=body.summary,
        service_ids=service_ids(caller=caller, names=body.services),
        slo_ids=slo_ids(caller=caller, names=body.slos),
        policy_id=policy_id(caller=caller, slug=body.policy),
        origin="api",
        started_at=body.started_at,
        now=now,
    )
    declared = receipts.once(
        caller=caller,
        key=idempotency_key,
        body=request.body,
        now=now,
        declare=declare,
    )
    if declared.is_repeat:
        response["Idempotency-Replayed"] = "true"
    return Status(201, answer(request, response, declared.incident.pk))


@router.get("/{int:number}", response=IncidentOut, operation_id="getIncident", summary="Read an incident")
def get_incident(request: AccessRequest, response: HttpResponse, number: int) -> Any:
    return answer(request, response, number)


@router.patch("/{int:number}", response=IncidentOut, operation_id="changeIncident", summary="Change an incident")
def change_incident(
    request: AccessRequest, response: HttpResponse, number: int, body: IncidentPatch, if_match: IfMatch = None
) -> Any:
    """Title, summary, phase and severity. What is left out stays; status changes by its own acts."""
    incident = incidents.incident(caller=request.caller, number=number)
    require_responder(caller=request.caller, incident=incident)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=incident.revision)
    _change(request, incident, body, expected)
    return answer(request, response, number)


@router.get(
    "/{int:number}/similar",
    response=list[SimilarIncidentOut],
    operation_id="listSimilarIncidents",
    summary="Former incidents like this one",
)
def list_similar(request: AccessRequest, number: int) -> Any:
    """Those that share alerts, objectives, services or words, the most alike first, with the reasons."""
    incident = incidents.incident(caller=request.caller, number=number)
    found = similar(incident=incident, caller=request.caller, limit=10)
    return [
        {**incident_out(one.incident, caller=request.caller), "score": one.score, "reasons": list(one.reasons)}
        for one in found
    ]


def answer(request: AccessRequest, response: HttpResponse, number: int) -> dict[str, Any]:
    incident = incidents.incident(caller=request.caller, number=number)
    tag(response, incident.revision)
    return incident_out(incident, caller=request.caller)


@transaction.atomic
def _change(request: AccessRequest, incident: Incident, body: IncidentPatch, expected: int | None) -> None:
    """Both edits or neither; the second one is made from the revision that the first one left."""
    now = timezone.now()
    edited = lifecycle.edit(
        caller=request.caller,
        incident_id=incident.pk,
        title=body.title,
        summary=body.summary,
        phase=body.phase,
        expected_revision=expected,
        reason=body.reason,
        now=now,
    )
    if body.severity is not None:
        lifecycle.change_severity(
            caller=request.caller,
            incident_id=incident.pk,
            severity=body.severity,
            expected_revision=edited.revision,
            reason=body.reason,
            now=now,
        )
