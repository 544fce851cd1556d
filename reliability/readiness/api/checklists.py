"""/api/v1/readiness/checklists: what teams ask of their services."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.readiness.api import schemas
from reliability.readiness.selectors.checklists import TeamChecklist, checklist_of
from reliability.readiness.services import checklists
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Readiness"])


@router.get(
    "/{slug}",
    response=schemas.ReadinessChecklistOut,
    operation_id="getReadinessChecklist",
    summary="Checklist of a team",
)
def get_one(request: AccessRequest, response: HttpResponse, slug: str) -> Any:
    owner = team_named(caller=request.caller, slug=slug)
    return _answer(response, owner, checklist_of(team=owner))


@router.put(
    "/{slug}",
    response=schemas.ReadinessChecklistOut,
    operation_id="putReadinessChecklist",
    summary="Change the checklist of a team",
)
def put_one(
    request: AccessRequest,
    response: HttpResponse,
    slug: str,
    body: schemas.ChecklistBody,
    if_match: IfMatch = None,
) -> Any:
    """The whole definition: built-in items that it does not name are as they are built in. A new version."""
    owner = team_named(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=owner.pk, role=Role.EDITOR)
    stored = checklist_of(team=owner).version
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=stored)
    found = checklists.define(
        caller=request.caller,
        team=owner,
        definition=body.definition(),
        expected_revision=expected,
        reason=body.reason,
        now=timezone.now(),
    )
    return _answer(response, owner, found)


def _answer(response: HttpResponse, owner: Team, found: TeamChecklist) -> dict[str, Any]:
    tag(response, found.version)
    items = [{**asdict(item), "tiers": item.tiers_in_order} for item in found.items]
    return {
        "team": owner.slug,
        "revision": found.version,
        "remind_days": found.remind_days,
        "review_days": found.review_days,
        "definition": found.definition,
        "items": items,
    }
