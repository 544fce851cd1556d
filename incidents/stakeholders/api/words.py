"""/api/v1/stakeholders/words: what each audience is told."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Router, Status

from incidents.stakeholders.api import schemas
from incidents.stakeholders.api.shapes import words_out
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.selectors.wordings import wording, wordings_of
from incidents.stakeholders.services import wordings
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.errors import NotFound

router = Router(tags=["Stakeholders"])


@router.get(
    "/{slug:slug}", response=list[schemas.WordsOut], operation_id="listStakeholderWords", summary="Words of a team"
)
def list_all(request: AccessRequest, slug: str) -> Any:
    """Every audience and kind of event: its own words, or those that everybody begins with."""
    team = team_named(caller=request.caller, slug=slug)
    return [words_out(one) for one in wordings_of(team_id=team.pk)]


@router.put(
    "/{slug:slug}/{slug:audience}/{slug:kind}",
    response=schemas.WordsOut,
    operation_id="putStakeholderWords",
    summary="Write a team's own words",
)
def put(request: AccessRequest, slug: str, audience: str, kind: str, body: schemas.WordsBody) -> Any:
    """An unknown placeholder is refused by name."""
    team, which, event = _named(request, slug, audience, kind)
    wordings.put(
        caller=request.caller,
        team_id=team.pk,
        audience=which,
        kind=event,
        subject=body.subject,
        text=body.text,
        is_automatic=body.is_automatic,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return words_out(wording(team_id=team.pk, audience=which, kind=event))


@router.delete(
    "/{slug:slug}/{slug:audience}/{slug:kind}",
    response={204: None},
    operation_id="resetStakeholderWords",
    summary="Back to the first words",
)
def reset(request: AccessRequest, slug: str, audience: str, kind: str) -> Any:
    """Twice is once."""
    team, which, event = _named(request, slug, audience, kind)
    wordings.reset(caller=request.caller, team_id=team.pk, audience=which, kind=event, now=timezone.now())
    return Status(204, None)


def _named(request: AccessRequest, slug: str, audience: str, kind: str) -> tuple[Team, Audience, EventKind]:
    team = team_named(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    try:
        return team, Audience(audience), EventKind(kind)
    except ValueError:
        raise NotFound("there are no such words: the list names each audience and kind") from None
