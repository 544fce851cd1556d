"""/api/v1/chaos/experiments: experiments, their versions, and what is wrong with a document."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from chaos.experiments.api import bodies, schemas
from chaos.experiments.api.naming import service_id
from chaos.experiments.models import Experiment
from chaos.experiments.selectors import experiments as selectors
from chaos.experiments.selectors.differences import difference
from chaos.experiments.selectors.exporting import export
from chaos.experiments.services import experiments
from chaos.experiments.services.drafts import ExperimentDraft
from chaos.experiments.services.experiments import Stored
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Experiments"])


class ExperimentQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="words in slug, title or hypothesis")] = ""
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    layer: schemas.ExperimentLayer | None = None
    kind: schemas.ExperimentKind | None = None
    is_archived: Annotated[bool | None, Field(description="true: only archived ones")] = False


class ExportQuery(Schema):
    format: Annotated[
        schemas.ExperimentFormat | None, Field(description="absent: the text as it was written, byte for byte")
    ] = None
    version: Annotated[int | None, Field(ge=1, le=1_000_000, description="absent: the newest")] = None


@router.get("", response=Page[schemas.ExperimentBrief], operation_id="listExperiments", summary="List experiments")
def list_all(request: AccessRequest, query: Query[ExperimentQuery]) -> Any:
    found = selectors.list_experiments(
        caller=request.caller,
        text=query.q,
        team=query.team,
        service=query.service,
        layer=query.layer or "",
        kind=query.kind or "",
        is_archived=query.is_archived,
    )
    page = page_of(queryset=found, query=query)
    return {
        **page,
        "items": [schemas.brief_out(one, version=one.version_number, caller=request.caller) for one in page["items"]],
    }


@router.post("", response={201: schemas.ExperimentOut}, operation_id="createExperiment", summary="Create an experiment")
def create(request: AccessRequest, response: HttpResponse, body: bodies.ExperimentCreate) -> Any:
    """422 with the line of everything that is wrong with the document."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    draft = ExperimentDraft(
        team_id=team.pk, service_id=service_id(caller=request.caller, name=body.service), **body.given()
    )
    stored = experiments.create(caller=request.caller, draft=draft, now=timezone.now(), reason=body.reason)
    return Status(201, _answer(request, response, stored))


@router.get("/{slug}", response=schemas.ExperimentOut, operation_id="getExperiment", summary="Read an experiment")
def get_one(request: AccessRequest, response: HttpResponse, slug: str) -> Any:
    found = selectors.experiment(caller=request.caller, slug=slug)
    tag(response, found.revision)
    return schemas.experiment_out(found, selectors.newest_version(experiment=found), caller=request.caller)


@router.patch(
    "/{slug}", response=schemas.ExperimentOut, operation_id="changeExperiment", summary="Change an experiment"
)
def change(
    request: AccessRequest,
    response: HttpResponse,
    slug: str,
    body: bodies.ExperimentChange,
    if_match: IfMatch = None,
) -> Any:
    """Another text is a new version. 422 with the line of everything that is wrong with it."""
    found = _editable(request, slug)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    given = body.given()
    if "text" in given and "format" not in given:
        given["format"] = ""
    draft = replace(experiments.draft_of(experiment=found), **given)
    if "service" in body.model_fields_set:
        draft = replace(draft, service_id=service_id(caller=request.caller, name=body.service))
    stored = experiments.edit(
        caller=request.caller,
        experiment=found,
        draft=draft,
        now=timezone.now(),
        expected_revision=expected,
        reason=body.reason,
    )
    return _answer(request, response, stored)


@router.post(
    "/{slug}/archive", response=schemas.ExperimentOut, operation_id="archiveExperiment", summary="Archive an experiment"
)
def archive(request: AccessRequest, slug: str, body: bodies.WhyBody) -> Any:
    """It leaves lists and is run no more; its runs stay. Twice is once."""
    found = _editable(request, slug)
    done = experiments.archive(caller=request.caller, experiment=found, now=timezone.now(), reason=body.reason)
    return schemas.experiment_out(done, selectors.newest_version(experiment=done), caller=request.caller)


@router.post(
    "/{slug}/unarchive",
    response=schemas.ExperimentOut,
    operation_id="unarchiveExperiment",
    summary="Take an experiment out of the archive",
)
def unarchive(request: AccessRequest, slug: str, body: bodies.WhyBody) -> Any:
    found = _editable(request, slug)
    done = experiments.unarchive(caller=request.caller, experiment=found, now=timezone.now(), reason=body.reason)
    return schemas.experiment_out(done, selectors.newest_version(experiment=done), caller=request.caller)


@router.get(
    "/{slug}/versions",
    response=Page[schemas.VersionBrief],
    operation_id="listExperimentVersions",
    summary="Versions of an experiment",
)
def list_versions(request: AccessRequest, slug: str, query: Query[PageQuery]) -> Any:
    """Newest first."""
    found = selectors.experiment(caller=request.caller, slug=slug)
    page = page_of(queryset=selectors.versions_of(experiment=found), query=query)
    return {**page, "items": [schemas.version_out(one, is_brief=True) for one in page["items"]]}


@router.get(
    "/{slug}/versions/{int:number}",
    response=schemas.VersionOut,
    operation_id="getExperimentVersion",
    summary="A version of an experiment",
)
def get_version(request: AccessRequest, slug: str, number: int) -> Any:
    found = selectors.experiment(caller=request.caller, slug=slug)
    return schemas.version_out(selectors.version(experiment=found, number=number))


@router.get(
    "/{slug}/versions/{int:number}/diff",
    response=list[schemas.DiffLineOut],
    operation_id="diffExperimentVersion",
    summary="What a version changed",
)
def get_difference(
    request: AccessRequest,
    slug: str,
    number: int,
    against: Annotated[int, Query(ge=1, le=1_000_000, description="the older version")] = 1,
) -> Any:
    """Line by line; nothing when both texts are the same."""
    found = selectors.experiment(caller=request.caller, slug=slug)
    old, new = (selectors.version(experiment=found, number=one) for one in (against, number))
    return [
        {"kind": line.kind, "text": line.text, "old_number": line.old_number, "new_number": line.new_number}
        for line in difference(old=old, new=new)
    ]


@router.get(
    "/{slug}/export",
    operation_id="exportExperiment",
    summary="Export an experiment",
    openapi_extra={"responses": {200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}}},
)
def get_export(request: AccessRequest, slug: str, query: Query[ExportQuery]) -> HttpResponse:
    """The text as it was written, or the same document in the other format."""
    found = selectors.experiment(caller=request.caller, slug=slug)
    version = (
        selectors.newest_version(experiment=found)
        if query.version is None
        else selectors.version(experiment=found, number=query.version)
    )
    exported = export(version=version, format=query.format or "")
    answer = HttpResponse(exported.text, content_type=f"{exported.media_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{exported.name}"'
    return answer


def _editable(request: AccessRequest, slug: str) -> Experiment:
    found = selectors.experiment(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _answer(request: AccessRequest, response: HttpResponse, stored: Stored) -> dict[str, Any]:
    tag(response, stored.experiment.revision)
    return schemas.experiment_out(stored.experiment, stored.version, caller=request.caller)
