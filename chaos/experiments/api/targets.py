"""/api/v1/chaos/targets: what faults may be put into."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from chaos.experiments.api import bodies, schemas
from chaos.experiments.api.naming import service_id, service_named
from chaos.experiments.models import Target
from chaos.experiments.selectors import targets as selectors
from chaos.experiments.services import targets
from chaos.experiments.services.checking import check
from chaos.experiments.services.targets import TargetDraft
from chaos.injectors.protocol import Argument
from chaos.injectors.registry import injectors
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Experiments"])


class TargetQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="words in slug or title")] = ""
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    kind: Annotated[str, Field(max_length=32)] = ""
    environment: Annotated[str, Field(max_length=63)] = ""


class ArgumentOut(Schema):
    name: str
    kind: str = Field(description="text, integer, number, boolean, seconds or choice")
    help: str
    is_required: bool
    is_secret: bool
    default: Any
    least: float | None
    most: float | None
    choices: list[str]


class InjectorActionOut(Schema):
    name: str
    title: str
    arguments: list[ArgumentOut]


class InjectorOut(Schema):
    kind: str
    title: str
    is_local: bool = Field(description="only an agent on the target's own machine can do it")
    fields: list[ArgumentOut] = Field(description="of the config of a target")
    actions: list[InjectorActionOut]


@router.get("", response=Page[schemas.ChaosTargetOut], operation_id="listTargets", summary="List targets")
def list_all(request: AccessRequest, query: Query[TargetQuery]) -> Any:
    found = selectors.list_targets(
        caller=request.caller,
        text=query.q,
        team=query.team,
        service=query.service,
        kind=query.kind,
        environment=query.environment,
    )
    page = page_of(queryset=found, query=query)
    return {**page, "items": [_out(request, target) for target in page["items"]]}


@router.get("/kinds", response=list[InjectorOut], operation_id="listInjectors", summary="Kinds of targets")
def list_kinds(request: AccessRequest) -> Any:
    """What a target of each kind is made of, and which faults can be put into it."""
    return [
        {
            "kind": one.kind,
            "title": one.title,
            "is_local": one.is_local,
            "fields": [_argument(field) for field in one.target_fields],
            "actions": [
                {"name": action.name, "title": action.title, "arguments": [_argument(a) for a in action.arguments]}
                for action in one.actions.values()
            ],
        }
        for _, one in sorted(injectors().items())
    ]


@router.post("", response={201: schemas.ChaosTargetOut}, operation_id="createTarget", summary="Create a target")
def create(request: AccessRequest, response: HttpResponse, body: bodies.TargetCreate) -> Any:
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    service = service_named(caller=request.caller, name=body.service)
    draft = TargetDraft(team_id=team.pk, service_id=service.pk if service else 0, **body.given())
    made = targets.create(caller=request.caller, draft=draft, now=timezone.now(), reason=body.reason)
    tag(response, made.revision)
    return Status(201, _out(request, made))


@router.get("/{slug}", response=schemas.ChaosTargetOut, operation_id="getTarget", summary="Read a target")
def get_one(request: AccessRequest, response: HttpResponse, slug: str) -> Any:
    found = selectors.target(caller=request.caller, slug=slug)
    tag(response, found.revision)
    return _out(request, found)


@router.patch("/{slug}", response=schemas.ChaosTargetOut, operation_id="changeTarget", summary="Change a target")
def change(
    request: AccessRequest, response: HttpResponse, slug: str, body: bodies.TargetChange, if_match: IfMatch = None
) -> Any:
    """Slug, kind and team stay. What is absent stays; config replaces the old one as a whole."""
    found = selectors.target(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    draft = replace(targets.draft_of(target=found), **body.given())
    if body.service is not None:
        draft = replace(draft, service_id=service_id(caller=request.caller, name=body.service) or 0)
    changed = targets.update(
        caller=request.caller,
        target=found,
        draft=draft,
        now=timezone.now(),
        expected_revision=expected,
        reason=body.reason,
    )
    tag(response, changed.revision)
    return _out(request, changed)


@router.post("/{slug}/check", response=schemas.TargetChecked, operation_id="checkTarget", summary="Ask a target")
def check_one(request: AccessRequest, slug: str) -> Any:
    """Whether a fault could be put into it now. It is asked and nothing of it is changed; responders may."""
    found = selectors.target(caller=request.caller, slug=slug)
    checked = check(caller=request.caller, target=found, now=timezone.now())
    return {"found": checked.found.value, "words": list(checked.words)}


@router.delete("/{slug}", response={204: None}, operation_id="deleteTarget", summary="Delete a target")
def delete(
    request: AccessRequest, slug: str, reason: Annotated[str, Query(max_length=2000, description="why")] = ""
) -> Any:
    """409 while runs name it: switch it off instead."""
    found = selectors.target(caller=request.caller, slug=slug)
    targets.delete(caller=request.caller, target=found, now=timezone.now(), reason=reason)
    return Status(204, None)


def _out(request: AccessRequest, target: Target) -> dict[str, Any]:
    try:
        names = selectors.secret_names(target=target)
    except VaultError:
        names = []
    return schemas.target_out(target, secrets=names, caller=request.caller)


def _argument(argument: Argument) -> dict[str, Any]:
    names = ("name", "kind", "help", "is_required", "is_secret", "default", "least", "most")
    return {**{name: getattr(argument, name) for name in names}, "choices": list(argument.choices)}
