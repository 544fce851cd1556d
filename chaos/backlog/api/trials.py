"""/api/v1/chaos/trials: how often recovery is tried, what was measured, when it is due."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from chaos.backlog.api import schemas
from chaos.backlog.models import Trial
from chaos.backlog.selectors import trials as selectors
from chaos.backlog.services import trials
from chaos.experiments.selectors.experiments import experiment as experiment_named
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag

router = Router(tags=["Chaos backlog"])


class TrialQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    due: Literal["overdue", "coming"] | None = None


@router.get("", response=Page[schemas.TrialOut], operation_id="listTrials", summary="List recovery trials")
def list_all(request: AccessRequest, query: Query[TrialQuery]) -> Any:
    """The next due first."""
    now = timezone.now()
    found = selectors.list_trials(
        caller=request.caller, team=query.team, service=query.service, due=query.due or "", now=now
    )
    page = page_of(queryset=found, query=query)
    standings = selectors.standings(trials=page["items"], now=now)
    return {**page, "items": [schemas.trial_out(one, caller=request.caller) for one in standings]}


@router.post("", response={201: schemas.TrialOut}, operation_id="createTrial", summary="Repeat a recovery trial")
def create(request: AccessRequest, response: HttpResponse, body: schemas.TrialCreate) -> Any:
    experiment = experiment_named(caller=request.caller, slug=body.experiment)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.EDITOR)
    made = trials.create(
        caller=request.caller,
        experiment=experiment,
        values=body.given(),
        channels=body.channels or (),
        people=body.people or (),
        reason=body.reason,
        now=timezone.now(),
    )
    return Status(201, _answer(request, response, made.pk))


@router.get("/{int:pk}", response=schemas.TrialOut, operation_id="getTrial", summary="Read a recovery trial")
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.patch("/{int:pk}", response=schemas.TrialOut, operation_id="changeTrial", summary="Change a recovery trial")
def change(
    request: AccessRequest, response: HttpResponse, pk: int, body: schemas.TrialChange, if_match: IfMatch = None
) -> Any:
    found = _editable(request, pk)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    trials.edit(
        caller=request.caller,
        trial=found,
        values=body.given(),
        channels=body.channels,
        people=body.people,
        expected_revision=expected,
        reason=body.reason,
        now=timezone.now(),
    )
    return _answer(request, response, pk)


@router.delete("/{int:pk}", response={204: None}, operation_id="deleteTrial", summary="Repeat it no more")
def delete(request: AccessRequest, pk: int, reason: Annotated[str, Query(max_length=500)] = "") -> Any:
    """The experiment and its runs stay."""
    trials.remove(caller=request.caller, trial=_editable(request, pk), now=timezone.now(), reason=reason)
    return Status(204, None)


def _editable(request: AccessRequest, pk: int) -> Trial:
    found = selectors.trial(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = selectors.trial(caller=request.caller, pk=pk)
    tag(response, found.revision)
    standing = selectors.standings(trials=[found], now=timezone.now())[0]
    return schemas.trial_out(standing, caller=request.caller)
