"""/api/v1/status-pages/…/maintenances: work that users may notice."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.status_page.api.named import ids_of, seen
from incidents.status_page.api.schemas import (
    CancelBody,
    MaintenanceCreate,
    MaintenanceFields,
    MaintenanceOut,
    MaintenancePut,
    MaintenanceUpdateBody,
)
from incidents.status_page.api.shapes import maintenance_out
from incidents.status_page.models import StatusPage
from incidents.status_page.selectors.editing import maintenances_of
from incidents.status_page.services import maintenances
from incidents.status_page.services.maintenances import MaintenanceDraft, maintenance_of
from incidents.status_page.services.updates import UpdateDraft
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Status pages"])


class MaintenanceListQuery(PageQuery):
    is_over: Annotated[bool | None, Field(description="left out: all")] = None


@router.get(
    "/{slug:slug}/maintenances",
    response=Page[MaintenanceOut],
    operation_id="listMaintenances",
    summary="List maintenance",
)
def list_all(request: AccessRequest, slug: str, query: Query[MaintenanceListQuery]) -> Any:
    """Newest first."""
    page = page_of(queryset=maintenances_of(page=seen(request, slug), is_over=query.is_over), query=query)
    return {**page, "items": [maintenance_out(one) for one in page["items"]]}


@router.post(
    "/{slug:slug}/maintenances",
    response={201: MaintenanceOut},
    operation_id="planMaintenance",
    summary="Announce maintenance",
)
def plan(request: AccessRequest, slug: str, body: MaintenanceCreate) -> Any:
    page = seen(request, slug)
    made = maintenances.plan(
        caller=request.caller,
        page_id=page.pk,
        draft=_draft(page, body),
        body=body.body,
        is_told=body.is_told,
        now=timezone.now(),
    )
    return Status(201, _out(page, made.code))


@router.get(
    "/{slug:slug}/maintenances/{slug:code}",
    response=MaintenanceOut,
    operation_id="getMaintenance",
    summary="Read a maintenance",
)
def get(request: AccessRequest, slug: str, code: str) -> Any:
    return _out(seen(request, slug), code)


@router.put(
    "/{slug:slug}/maintenances/{slug:code}",
    response=MaintenanceOut,
    operation_id="editMaintenance",
    summary="Change or move a maintenance",
)
def edit(request: AccessRequest, slug: str, code: str, body: MaintenancePut) -> Any:
    """Exclusions and silences that it made move with it."""
    page = seen(request, slug)
    maintenances.edit(
        caller=request.caller,
        page_id=page.pk,
        maintenance=code,
        draft=_draft(page, body),
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return _out(page, code)


@router.post(
    "/{slug:slug}/maintenances/{slug:code}/updates",
    response={201: MaintenanceOut},
    operation_id="updateMaintenance",
    summary="Tell more, begin it or end it",
)
def say(request: AccessRequest, slug: str, code: str, body: MaintenanceUpdateBody) -> Any:
    page = seen(request, slug)
    maintenances.say(
        caller=request.caller,
        page_id=page.pk,
        maintenance=code,
        draft=UpdateDraft(status=body.status, body=body.body, is_told=body.is_told),
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return Status(201, _out(page, code))


@router.post(
    "/{slug:slug}/maintenances/{slug:code}/cancel",
    response=MaintenanceOut,
    operation_id="cancelMaintenance",
    summary="Cancel a maintenance",
)
def cancel(request: AccessRequest, slug: str, code: str, body: CancelBody) -> Any:
    page = seen(request, slug)
    maintenances.cancel(
        caller=request.caller,
        page_id=page.pk,
        maintenance=code,
        body=body.body,
        is_told=body.is_told,
        now=timezone.now(),
    )
    return _out(page, code)


def _out(page: StatusPage, code: str) -> dict[str, Any]:
    return maintenance_out(maintenance_of(page=page, code=code))


def _draft(page: StatusPage, body: MaintenanceFields) -> MaintenanceDraft:
    return MaintenanceDraft(
        title=body.title,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        component_ids=ids_of(page, body.components),
        is_automatic=body.is_automatic,
        excludes_budget=body.excludes_budget,
        silences_alerts=body.silences_alerts,
    )
