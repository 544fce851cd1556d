"""/api/v1/chaos/library: experiments to begin with."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from chaos.experiments.api import bodies, schemas
from chaos.experiments.api.naming import service_named
from chaos.experiments.library import Template, template, templates
from chaos.experiments.services.templates import create_from
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.errors import NotFound

router = Router(tags=["Experiments"])


class PlaceholderOut(Schema):
    name: str
    title: str
    help: str
    kind: str = Field(description="text, url, slo, number, seconds or source")
    default: str
    is_required: bool


class TemplateOut(Schema):
    slug: str
    title: str
    layer: schemas.ExperimentLayer
    kind: schemas.ExperimentKind
    injector: str = Field(description="kind of the targets it needs; blank: it needs none")
    targets_min: int
    hypothesis: str
    blast_radius: str
    teaches: str
    tags: list[str]
    placeholders: list[PlaceholderOut]
    text: str = Field(description="the document with its {{placeholders}}")


@router.get("", response=list[TemplateOut], operation_id="listTemplates", summary="List templates")
def list_all(request: AccessRequest) -> Any:
    """By layer, from the widest blast radius."""
    return [_out(one) for one in templates()]


@router.get("/{slug}", response=TemplateOut, operation_id="getTemplate", summary="Read a template")
def get_one(request: AccessRequest, slug: str) -> Any:
    return _out(_found(slug))


@router.post(
    "/{slug}/create",
    response={201: schemas.ExperimentOut},
    operation_id="createExperimentFromTemplate",
    summary="Create an experiment from a template",
)
def create(request: AccessRequest, slug: str, body: bodies.FromTemplate) -> Any:
    found = _found(slug)
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    stored = create_from(
        caller=request.caller,
        team_id=team.pk,
        template=found,
        targets=body.targets,
        service=service_named(caller=request.caller, name=body.service),
        values=body.values,
        title=body.title,
        slug=body.slug,
        now=timezone.now(),
        reason=body.reason,
    )
    return Status(201, schemas.experiment_out(stored.experiment, stored.version, caller=request.caller))


def _found(slug: str) -> Template:
    try:
        return template(slug)
    except KeyError as error:
        raise NotFound(f"the library has no template {slug[:63]!r}") from error


def _out(one: Template) -> dict[str, Any]:
    names = (
        "slug",
        "title",
        "layer",
        "kind",
        "injector",
        "targets_min",
        "hypothesis",
        "blast_radius",
        "teaches",
        "text",
    )
    of_placeholder = ("name", "title", "help", "kind", "default", "is_required")
    return {
        **{name: getattr(one, name) for name in names},
        "tags": list(one.tags),
        "placeholders": [{name: getattr(entry, name) for name in of_placeholder} for entry in one.placeholders],
    }
