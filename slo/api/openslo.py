"""/api/v1/openslo: documents in and out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.kit.documents import BYTES_MAX
from reliability.web.api.bodies import UnsupportedTypeError, body_of, content_type_of
from reliability.web.errors import Invalid
from slo.domain.openslo.desired import Kind
from slo.domain.openslo.documents import SourceText
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.openslo.plan import Action, Plan
from slo.domain.openslo.printing import print_plan
from slo.selectors import openslo as openslo_selectors
from slo.services import openslo as openslo_services
from slo.services.editing import require_editor_somewhere

router = Router(tags=["OpenSLO"])

_TYPES = (
    "", "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain", "application/json",
)  # fmt: skip
_DOCUMENT = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata"],
    "properties": {
        "apiVersion": {"const": "openslo/v1"},
        "kind": {"enum": [kind.value for kind in Kind]},
        "metadata": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "spec": {"type": "object"},
    },
}


class FieldChangeOut(Schema):
    path: str
    old: Any = None
    new: Any = None


class ChangeOut(Schema):
    kind: Kind
    name: str
    action: Action
    fields: list[FieldChangeOut]
    line: int = Field(description="line of the body")


class WarningOut(Schema):
    line: int
    path: str
    message: str


class PlanOut(Schema):
    applied: bool = Field(description="whether anything was written; false for a dry run")
    created: int
    changed: int
    unchanged: int
    changes: list[ChangeOut]
    warnings: list[WarningOut]
    text: str = Field(description="the same for people")


@router.post(
    "",
    response=PlanOut,
    operation_id="applyOpenSlo",
    summary="Apply OpenSLO documents",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/yaml": {"schema": {"type": "string", "description": "documents separated by ---"}},
                "application/json": {"schema": {"oneOf": [_DOCUMENT, {"type": "array", "items": _DOCUMENT}]}},
            },
        }
    },
)
def apply_documents(
    request: AccessRequest,
    dry_run: Annotated[bool, Query(description="tell what would change and write nothing")] = False,
    team: Annotated[
        str, Query(max_length=63, description="slug of the team of new objects that name none themselves")
    ] = "",
    reason: Annotated[str, Query(max_length=2000, description="why, for the audit trail")] = "",
) -> Any:
    """All documents are applied, or none. Applying the same again changes nothing; nothing is ever deleted.

    A refused document answers 422, each detail with line, path and what to change.
    """
    require_editor_somewhere(caller=request.caller)
    content_type = content_type_of(request)
    if content_type not in _TYPES:
        raise UnsupportedTypeError(
            f"Content-Type {content_type!r} is not read here: send application/yaml or application/json"
        )
    body = body_of(request, bytes_max=BYTES_MAX)
    asked = openslo_services.OpenSloRequest(files=[SourceText("body", body)], team_slug=team, reason=reason)
    run = openslo_services.plan if dry_run else openslo_services.apply
    plan = run(caller=request.caller, request=asked, now=timezone.now())
    if plan.problems:
        count = len(plan.problems)
        raise Invalid(
            f"{count} problem{'' if count == 1 else 's'} in the documents, nothing was written: see details",
            reason="documents_refused",
            details=[problem.as_detail() for problem in plan.problems[:100]],
        )
    return _plan_out(plan, is_applied=not dry_run and not plan.is_empty)


@router.get(
    "",
    operation_id="exportOpenSlo",
    summary="Export as OpenSLO documents",
    openapi_extra={
        "responses": {
            200: {
                "description": "Documents that, applied, change nothing. Credentials are never among them.",
                "content": {
                    "application/yaml": {"schema": {"type": "string"}},
                    "application/json": {"schema": {"type": "array", "items": _DOCUMENT}},
                },
            }
        }
    },
)
def export_documents(
    request: AccessRequest,
    team: Annotated[str, Query(max_length=63, description="only this team's objects, and what they refer to")] = "",
    service: Annotated[str, Query(max_length=63, description="only this service's SLOs, and what they refer to")] = "",
    slo: Annotated[str, Query(max_length=63, description="only this SLO, and what it refers to")] = "",
    format: Annotated[Literal["yaml", "json"], Query()] = "yaml",  # noqa: A002 -- the name of the parameter
) -> HttpResponse:
    """Everything the caller may read, in the order in which it can be applied.

    Composites have no document in OpenSLO v1: comments at the beginning name those left out.
    """
    filters = openslo_selectors.ExportFilters(team_slug=team, service_name=service, slo_name=slo)
    stored = openslo_selectors.export(caller=request.caller, filters=filters)
    documents = to_documents(stored, specs=openslo_selectors.known_to(caller=request.caller).indicator_specs)
    if format == "json":
        return HttpResponse(orjson.dumps(documents), content_type="application/json")
    skipped = openslo_selectors.left_out(caller=request.caller, filters=filters)
    return HttpResponse(to_yaml(documents, skipped=skipped), content_type="application/yaml; charset=utf-8")


def _plan_out(plan: Plan, *, is_applied: bool) -> dict[str, Any]:
    return {
        "applied": is_applied,
        "created": plan.count(Action.CREATE),
        "changed": plan.count(Action.CHANGE),
        "unchanged": plan.count(Action.UNCHANGED),
        "changes": [
            {
                "kind": change.kind,
                "name": change.name,
                "action": change.action,
                "line": change.line,
                "fields": [{"path": field.path, "old": field.old, "new": field.new} for field in change.fields],
            }
            for change in plan.changes
        ],
        "warnings": [
            {"line": warning.line, "path": warning.path, "message": warning.message} for warning in plan.warnings
        ],
        "text": print_plan(plan, is_applied=is_applied),
    }
