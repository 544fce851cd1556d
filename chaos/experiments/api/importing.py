"""/api/v1/chaos/experiments/validate and /import: documents before they are stored, and many at once."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Router

from chaos.experiments.api import bodies, schemas
from chaos.experiments.api.naming import service_id
from chaos.experiments.services.drafts import read
from chaos.experiments.services.importing import FileText, import_files, import_urls
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.errors import Invalid

router = Router(tags=["Experiments"])


@router.post(
    "/validate", response=schemas.ValidationOut, operation_id="validateExperiment", summary="Validate a document"
)
def validate(request: AccessRequest, body: bodies.ExperimentValidate) -> Any:
    """Every problem with its line; nothing is stored, and nothing that the document names is imported or called."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    _, problems = read(team_id=team.pk, text=body.text, format=body.format or "", kind=body.kind)
    return {"is_valid": not problems, "problems": [schemas.problem_out(problem) for problem in problems]}


@router.post(
    "/import", response=list[schemas.ImportOut], operation_id="importExperiments", summary="Import experiments"
)
def import_all(request: AccessRequest, body: bodies.ExperimentImport) -> Any:
    """A report for each file or address: one that is refused does not keep the others out."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    if bool(body.files) == bool(body.urls):
        raise Invalid(details=[{"field": "files", "message": "give either files or urls"}])
    given: dict[str, Any] = {
        "caller": request.caller,
        "team_id": team.pk,
        "service_id": service_id(caller=request.caller, name=body.service),
        "now": timezone.now(),
    }
    if body.urls:
        reports = import_urls(urls=body.urls, **given)
    else:
        files = [FileText(one.name, one.text.encode("utf-8", "replace")) for one in body.files]
        reports = import_files(files=files, is_updating=body.is_updating, **given)
    return [schemas.import_out(report) for report in reports]
