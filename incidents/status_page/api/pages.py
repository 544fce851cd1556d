"""/api/v1/status-pages: pages and their components."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.status_page.api.named import component_draft, seen
from incidents.status_page.api.schemas import (
    ComponentBody,
    ComponentOut,
    ComponentOverrideBody,
    StatusPageCreate,
    StatusPageFields,
    StatusPageOut,
    StatusPagePut,
    StatusPageRow,
)
from incidents.status_page.api.shapes import component_out, page_out, row_out
from incidents.status_page.domain.states import ComponentState
from incidents.status_page.models import StatusPage
from incidents.status_page.selectors.editing import components_seen
from incidents.status_page.selectors.pages import PageFilters, list_pages
from incidents.status_page.services import components, pages
from incidents.status_page.services.pages import PageDraft
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as readable_team
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Status pages"])


class PageListQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    q: Annotated[str, Field(max_length=100, description="words of title, address and domain")] = ""


@router.get("", response=Page[StatusPageRow], operation_id="listStatusPages", summary="List status pages")
def list_all(request: AccessRequest, query: Query[PageListQuery]) -> Any:
    filters = PageFilters(team_slug=query.team, text=query.q)
    page = page_of(queryset=list_pages(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [row_out(one) for one in page["items"]]}


@router.post("", response={201: StatusPageOut}, operation_id="createStatusPage", summary="Make a status page")
def create(request: AccessRequest, body: StatusPageCreate) -> Any:
    try:
        team = readable_team(caller=request.caller, slug=body.team)
    except NotFound as error:
        raise Invalid(details=[{"field": "team", "message": error.message}]) from error
    made = pages.create(caller=request.caller, team_id=team.pk, draft=_draft(body), now=timezone.now())
    return Status(201, page_out(seen(request, made.slug), now=timezone.now()))


@router.get("/{slug:slug}", response=StatusPageOut, operation_id="getStatusPage", summary="Read a status page")
def get(request: AccessRequest, response: HttpResponse, slug: str) -> Any:
    page = seen(request, slug)
    tag(response, page.revision)
    return page_out(page, now=timezone.now())


@router.put("/{slug:slug}", response=StatusPageOut, operation_id="editStatusPage", summary="Change a status page")
def edit(
    request: AccessRequest, response: HttpResponse, slug: str, body: StatusPagePut, if_match: IfMatch = None
) -> Any:
    page = seen(request, slug)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=page.revision)
    made = pages.edit(
        caller=request.caller, page_id=page.pk, draft=_draft(body), expected_revision=expected, now=timezone.now()
    )
    return get(request, response, made.slug)


@router.delete("/{slug:slug}", response={204: None}, operation_id="deleteStatusPage", summary="Delete a status page")
def delete(request: AccessRequest, slug: str) -> Any:
    """With its history, its subscribers and its address."""
    pages.delete(caller=request.caller, page_id=seen(request, slug).pk, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{slug:slug}/components",
    response=list[ComponentOut],
    operation_id="listStatusComponents",
    summary="List components of a page",
)
def list_components(request: AccessRequest, slug: str) -> Any:
    """In the order of the page; at most a few hundred, so they come at once."""
    return [component_out(one) for one in components_seen(page=seen(request, slug), caller=request.caller)]


@router.post(
    "/{slug:slug}/components",
    response={201: ComponentOut},
    operation_id="createStatusComponent",
    summary="Add a component",
)
def create_component(request: AccessRequest, slug: str, body: ComponentBody) -> Any:
    page = seen(request, slug)
    draft = component_draft(request.caller, page, body)
    made = components.create(caller=request.caller, page_id=page.pk, draft=draft, now=timezone.now())
    return Status(201, _component(request, page, made.pk))


@router.put(
    "/{slug:slug}/components/{int:number}",
    response=ComponentOut,
    operation_id="editStatusComponent",
    summary="Change a component",
)
def edit_component(request: AccessRequest, slug: str, number: int, body: ComponentBody) -> Any:
    page = seen(request, slug)
    draft = component_draft(request.caller, page, body)
    components.edit(
        caller=request.caller,
        page_id=page.pk,
        component_id=number,
        draft=draft,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return _component(request, page, number)


@router.delete(
    "/{slug:slug}/components/{int:number}",
    response={204: None},
    operation_id="removeStatusComponent",
    summary="Take a component off the page",
)
def remove_component(request: AccessRequest, slug: str, number: int) -> Any:
    page = seen(request, slug)
    components.remove(caller=request.caller, page_id=page.pk, component_id=number, now=timezone.now())
    return Status(204, None)


@router.put(
    "/{slug:slug}/components/{int:number}/override",
    response=ComponentOut,
    operation_id="overrideStatusComponent",
    summary="Say what the public sees",
)
def override(request: AccessRequest, slug: str, number: int, body: ComponentOverrideBody) -> Any:
    """It wins over what is measured until it ends."""
    page = seen(request, slug)
    components.override(
        caller=request.caller,
        page_id=page.pk,
        component_id=number,
        state=ComponentState(body.state),
        reason=body.reason,
        until=body.until,
        now=timezone.now(),
    )
    return _component(request, page, number)


@router.delete(
    "/{slug:slug}/components/{int:number}/override",
    response=ComponentOut,
    operation_id="endStatusOverride",
    summary="Let what is measured count again",
)
def end_override(request: AccessRequest, slug: str, number: int) -> Any:
    page = seen(request, slug)
    components.end_override(caller=request.caller, page_id=page.pk, component_id=number, now=timezone.now())
    return _component(request, page, number)


def _component(request: AccessRequest, page: StatusPage, number: int) -> dict[str, Any]:
    rows = components_seen(page=page, caller=request.caller)
    return component_out(next(one for one in rows if one.pk == number))


def _draft(body: StatusPageFields) -> PageDraft:
    return PageDraft(**{name: getattr(body, name) for name in PageDraft.__dataclass_fields__})
