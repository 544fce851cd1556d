"""/api/v1/slos: objectives, their versions, and how they change."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from slo.api.references import service_id, sli_id, team_id
from slo.api.slo_schemas import SloCreate, SloOut, SloPatch, SloReplace, SloVersionOut, slo_out, version_out
from slo.domain.status import State
from slo.models import Slo
from slo.selectors import definitions, slos
from slo.services import slos as slo_services
from slo.services.slos import SloDraft

router = Router(tags=["SLOs"])


class SloQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    sli: Annotated[str, Field(max_length=63)] = ""
    state: list[State] = Field(default_factory=list, description="any of these; repeat the parameter")
    q: Annotated[str, Field(max_length=200, description="words in name, title, description or service")] = ""
    ordering: Annotated[slos.SloOrdering, Field(description="each begins with the worst, name apart")] = (
        slos.SloOrdering.STATE
    )


@router.get("", response=Page[SloOut], operation_id="listSlos", summary="List SLOs")
def list_slos(request: AccessRequest, query: Query[SloQuery]) -> Any:
    """Readable SLOs with their newest evaluation, worst first."""
    filters = slos.SloFilters(
        team_slug=query.team, service_name=query.service, sli_name=query.sli, states=tuple(query.state), text=query.q
    )
    page = page_of(
        queryset=slos.list_slos(caller=request.caller, filters=filters, ordering=query.ordering), query=query
    )
    newest = definitions.newest_versions(slo_ids=[slo.pk for slo in page["items"]])
    return {**page, "items": [slo_out(slo, newest[slo.pk], caller=request.caller) for slo in page["items"]]}


@router.post("", response={201: SloOut}, operation_id="createSlo", summary="Create an SLO")
def create_slo(request: AccessRequest, response: HttpResponse, body: SloCreate) -> Any:
    draft = _draft(request, body.name, body)
    slo = slo_services.create(
        caller=request.caller,
        draft=draft,
        now=timezone.now(),
        reason=body.reason,
        effective_from=body.effective_from,
    )
    return Status(201, _answer(request, response, slo.name))


@router.get("/{name}", response=SloOut, operation_id="getSlo", summary="Read an SLO")
def get_slo(request: AccessRequest, response: HttpResponse, name: str) -> Any:
    return _answer(request, response, name)


@router.put("/{name}", response=SloOut, operation_id="replaceSlo", summary="Replace an SLO's definition")
def replace_slo(
    request: AccessRequest, response: HttpResponse, name: str, body: SloReplace, if_match: IfMatch = None
) -> Any:
    """A change of sli, objective, window or method makes a new version; history keeps the old one for its time."""
    slo = slos.get_slo(caller=request.caller, name=name)
    draft = _draft(request, slo.name, body, stored=slo)
    return _update(request, response, slo, draft, body, if_match)


@router.patch("/{name}", response=SloOut, operation_id="changeSlo", summary="Change some fields of an SLO")
def change_slo(
    request: AccessRequest, response: HttpResponse, name: str, body: SloPatch, if_match: IfMatch = None
) -> Any:
    """Like replacing, with the fields left out kept as they are."""
    slo = slos.get_slo(caller=request.caller, name=name)
    given = body.model_dump(exclude_unset=True, exclude={"revision", "effective_from", "reason"})
    changes: dict[str, Any] = {key: value for key, value in given.items() if key not in ("team", "service", "sli")}
    if "team" in given:
        changes["team_id"] = team_id(caller=request.caller, slug=given["team"])
    if "service" in given:
        changes["service_id"] = service_id(caller=request.caller, name=given["service"], stored=slo.service)
    if "sli" in given:
        changes["sli_id"] = sli_id(caller=request.caller, name=given["sli"], stored=slo.sli)
    return _update(request, response, slo, replace(slo_services.draft_of(slo=slo), **changes), body, if_match)


@router.delete("/{name}", response={204: None}, operation_id="deleteSlo", summary="Delete an SLO")
def delete_slo(
    request: AccessRequest, name: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """Deletes versions, exclusions and adjustments with it. The SLI and its series stay."""
    slo = slos.get_slo(caller=request.caller, name=name)
    slo_services.delete(caller=request.caller, slo=slo, now=timezone.now(), reason=reason)
    return Status(204, None)


@router.get(
    "/{name}/versions", response=list[SloVersionOut], operation_id="listSloVersions", summary="Versions of an SLO"
)
def list_versions(request: AccessRequest, name: str) -> Any:
    """What it asked for over time, newest first."""
    slo = slos.get_slo(caller=request.caller, name=name)
    return [version_out(version, caller=request.caller) for version in slos.versions_of(slo=slo)]


def _draft(request: AccessRequest, name: str, body: SloCreate | SloReplace, *, stored: Slo | None = None) -> SloDraft:
    caller = request.caller
    return SloDraft(
        name=name,
        title=body.title,
        team_id=team_id(caller=caller, slug=body.team),
        sli_id=sli_id(caller=caller, name=body.sli, stored=stored.sli if stored else None),
        service_id=service_id(caller=caller, name=body.service, stored=stored.service if stored else None),
        objective=body.objective,
        window=body.window,
        description=body.description,
        budgeting_method=body.budgeting_method.value,
        slice_minutes=body.slice_minutes,
        slice_target=body.slice_target,
        counts_no_data_as_bad=body.counts_no_data_as_bad,
        labels=dict(body.labels),
        alert_policies=list(body.alert_policies),
    )


def _update(
    request: AccessRequest,
    response: HttpResponse,
    slo: Slo,
    draft: SloDraft,
    body: SloReplace | SloPatch,
    if_match: str | None,
) -> Any:
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=slo.revision)
    slo_services.update(
        caller=request.caller,
        slo=slo,
        draft=draft,
        now=timezone.now(),
        reason=body.reason,
        effective_from=body.effective_from,
        expected_revision=expected,
    )
    return _answer(request, response, slo.name)


def _answer(request: AccessRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    slo = slos.get_slo(caller=request.caller, name=name)
    tag(response, slo.revision)
    return slo_out(slo, definitions.newest_versions(slo_ids=[slo.pk])[slo.pk], caller=request.caller)
