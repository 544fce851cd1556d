"""/api/v1/status-pages/…/incidents: what the public is told of trouble."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.status_page.api.named import said, seen
from incidents.status_page.api.schemas import IncidentBody, IncidentPut, PublicIncidentOut, UpdateBody, UpdatePut
from incidents.status_page.api.shapes import incident_out
from incidents.status_page.models import StatusPage
from incidents.status_page.selectors.editing import incidents_of
from incidents.status_page.services import incidents, updates
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.updates import UpdateDraft, incident_of, update_of
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.errors import NotFound

router = Router(tags=["Status pages"])


class IncidentListQuery(PageQuery):
    is_open: Annotated[bool | None, Field(description="left out: all")] = None
    q: Annotated[str, Field(max_length=100, description="words of title and updates")] = ""


@router.get(
    "/{slug:slug}/incidents",
    response=Page[PublicIncidentOut],
    operation_id="listPublicIncidents",
    summary="List public incidents",
)
def list_all(request: AccessRequest, slug: str, query: Query[IncidentListQuery]) -> Any:
    """Newest first."""
    rows = incidents_of(page=seen(request, slug), is_open=query.is_open, text=query.q)
    page = page_of(queryset=rows, query=query)
    return {**page, "items": [incident_out(one, caller=request.caller) for one in page["items"]]}


@router.post(
    "/{slug:slug}/incidents",
    response={201: PublicIncidentOut},
    operation_id="openPublicIncident",
    summary="Tell the public of a trouble",
)
def create(request: AccessRequest, slug: str, body: IncidentBody) -> Any:
    page = seen(request, slug)
    draft = IncidentDraft(body.title, body.impact, body.started_at, body.incident)
    made = incidents.open_incident(
        caller=request.caller, page_id=page.pk, draft=draft, update=_update(page, body), now=timezone.now()
    )
    return Status(201, _out(request, page, made.code))


@router.get(
    "/{slug:slug}/incidents/{slug:code}",
    response=PublicIncidentOut,
    operation_id="getPublicIncident",
    summary="Read a public incident",
)
def get(request: AccessRequest, slug: str, code: str) -> Any:
    return _out(request, seen(request, slug), code)


@router.put(
    "/{slug:slug}/incidents/{slug:code}",
    response=PublicIncidentOut,
    operation_id="editPublicIncident",
    summary="Change title, impact or start",
)
def edit(request: AccessRequest, slug: str, code: str, body: IncidentPut) -> Any:
    page = seen(request, slug)
    row = incident_of(page=page, code=code)
    incidents.edit(
        caller=request.caller,
        page_id=page.pk,
        incident=code,
        draft=IncidentDraft(body.title, body.impact, body.started_at, row.incident_id),
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return _out(request, page, code)


@router.post(
    "/{slug:slug}/incidents/{slug:code}/updates",
    response={201: PublicIncidentOut},
    operation_id="publishStatusUpdate",
    summary="Tell more",
)
def publish(request: AccessRequest, slug: str, code: str, body: UpdateBody) -> Any:
    page = seen(request, slug)
    updates.publish(
        caller=request.caller,
        page_id=page.pk,
        incident=code,
        draft=_update(page, body),
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return Status(201, _out(request, page, code))


@router.put(
    "/{slug:slug}/updates/{slug:code}",
    response=PublicIncidentOut,
    operation_id="editStatusUpdate",
    summary="Correct an update of an incident",
)
def edit_update(request: AccessRequest, slug: str, code: str, body: UpdatePut) -> Any:
    """What it said before is kept; subscribers are not told again."""
    page = seen(request, slug)
    row = update_of(page=page, code=code)
    if row.incident is None:
        raise NotFound("there is no such update of an incident on this page")
    updates.edit(
        caller=request.caller,
        page_id=page.pk,
        update=code,
        body=body.body,
        at=body.at,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return _out(request, page, row.incident.code)


def _out(request: AccessRequest, page: StatusPage, code: str) -> dict[str, Any]:
    return incident_out(incident_of(page=page, code=code), caller=request.caller)


def _update(page: StatusPage, body: UpdateBody) -> UpdateDraft:
    return UpdateDraft(
        status=body.status, body=body.body, components=said(page, body.components), at=body.at, is_told=body.is_told
    )
