"""/api/v1/chaos/schedules: when experiments run by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import experiment as readable_experiment
from chaos.schedules.api import schemas
from chaos.schedules.models import Schedule
from chaos.schedules.selectors import schedules as selectors
from chaos.schedules.selectors.preview import next_firings
from chaos.schedules.services import schedules
from chaos.schedules.services.drafts import ScheduleDraft, check, draft_of
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Chaos schedules"])

_OURS = frozenset({"experiment", "why", "revision"})


class ExperimentScheduleQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    experiment: Annotated[str, Field(max_length=63, description="slug")] = ""
    state: schemas.ScheduleState | None = None
    q: Annotated[str, Field(max_length=200, description="words of the experiment")] = ""


@router.get(
    "",
    response=Page[schemas.ExperimentScheduleOut],
    operation_id="listExperimentSchedules",
    summary="List schedules of chaos",
)
def list_all(request: AccessRequest, query: Query[ExperimentScheduleQuery]) -> Any:
    """Readable schedules, the next to fire first."""
    filters = selectors.ScheduleFilters(query.team, query.service, query.experiment, query.state or "", query.q)
    page = page_of(queryset=selectors.list_schedules(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [schemas.schedule_out(one, caller=request.caller) for one in page["items"]]}


@router.post(
    "",
    response={201: schemas.ExperimentScheduleOut},
    operation_id="createExperimentSchedule",
    summary="Schedule an experiment",
)
def create(request: AccessRequest, response: HttpResponse, body: schemas.ExperimentScheduleCreate) -> Any:
    """It runs in the caller's name. Needs the role editor in the team of the experiment."""
    experiment = _experiment(request.caller, body.experiment)
    made = schedules.create(
        caller=request.caller, experiment=experiment, draft=_draft(body), why=body.why, now=timezone.now()
    )
    return Status(201, _answer(request, response, made.pk))


@router.post(
    "/preview",
    response=list[schemas.AheadOut],
    operation_id="previewExperimentSchedule",
    summary="The next firings of a schedule that is not stored",
)
def preview(request: AccessRequest, body: schemas.ExperimentScheduleCreate) -> Any:
    """The next ten, with what would keep each from starting as known now."""
    experiment = _experiment(request.caller, body.experiment)
    require(caller=request.caller, team_id=experiment.team_id, role=Role.EDITOR)
    now = timezone.now()
    checked = check(experiment=experiment, draft=_draft(body), former_once_at=None, now=now)
    found = next_firings(timing=checked.timing, experiment=experiment, mode=body.mode.value, now=now)
    return [schemas.ahead_out(one) for one in found]


@router.get(
    "/{int:pk}",
    response=schemas.ExperimentScheduleOut,
    operation_id="getExperimentSchedule",
    summary="Read a schedule of chaos",
)
def get_one(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    return _answer(request, response, pk)


@router.patch(
    "/{int:pk}",
    response=schemas.ExperimentScheduleOut,
    operation_id="changeExperimentSchedule",
    summary="Change a schedule of chaos",
)
def change(
    request: AccessRequest,
    response: HttpResponse,
    pk: int,
    body: schemas.ExperimentScheduleChange,
    if_match: IfMatch = None,
) -> Any:
    """The caller is its owner from then on. What was due before is not fired."""
    found = _editable(request, pk)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if name not in _OURS}
    draft = replace(draft_of(schedule=found), **_one_of_both(given))
    schedules.edit(
        caller=request.caller,
        schedule=found,
        draft=draft,
        expected_revision=expected,
        why=body.why,
        now=timezone.now(),
    )
    return _answer(request, response, pk)


@router.delete(
    "/{int:pk}", response={204: None}, operation_id="deleteExperimentSchedule", summary="Delete a schedule of chaos"
)
def delete(request: AccessRequest, pk: int) -> Any:
    """With the history of its firings; its runs stay."""
    schedules.delete(caller=request.caller, schedule=_editable(request, pk), now=timezone.now())
    return Status(204, None)


@router.post(
    "/{int:pk}/pause",
    response=schemas.ExperimentScheduleOut,
    operation_id="pauseExperimentSchedule",
    summary="Pause a schedule of chaos",
)
def pause(request: AccessRequest, response: HttpResponse, pk: int, body: schemas.ExperimentScheduleReason) -> Any:
    """Nothing fires until it is resumed. Needs the role responder."""
    found = selectors.schedule(caller=request.caller, pk=pk)
    schedules.pause(caller=request.caller, schedule=found, reason=body.reason, now=timezone.now())
    return _answer(request, response, pk)


@router.post(
    "/{int:pk}/resume",
    response=schemas.ExperimentScheduleOut,
    operation_id="resumeExperimentSchedule",
    summary="Resume a schedule of chaos",
)
def resume(request: AccessRequest, response: HttpResponse, pk: int) -> Any:
    """It fires again from now on; what was due meanwhile is not made up for."""
    schedules.resume(caller=request.caller, schedule=_editable(request, pk), now=timezone.now())
    return _answer(request, response, pk)


@router.get(
    "/{int:pk}/firings",
    response=Page[schemas.ExperimentFiringOut],
    operation_id="listScheduleFirings",
    summary="What became of the firings of a schedule",
)
def list_firings(request: AccessRequest, pk: int, query: Query[PageQuery]) -> Any:
    """The newest first."""
    found = selectors.schedule(caller=request.caller, pk=pk)
    page = page_of(queryset=selectors.firings_of(schedule=found), query=query)
    return {**page, "items": [schemas.firing_out(one) for one in page["items"]]}


@router.get(
    "/{int:pk}/next",
    response=list[schemas.AheadOut],
    operation_id="listScheduleNext",
    summary="The next firings of a schedule",
)
def list_next(request: AccessRequest, pk: int) -> Any:
    """The next ten, as known now; none while it is paused."""
    found = selectors.schedule(caller=request.caller, pk=pk)
    if found.is_paused:
        return []
    ahead = next_firings(timing=found.timing, experiment=found.experiment, mode=found.mode, now=timezone.now())
    return [schemas.ahead_out(one) for one in ahead]


def _answer(request: AccessRequest, response: HttpResponse, pk: int) -> dict[str, Any]:
    found = selectors.schedule(caller=request.caller, pk=pk)
    tag(response, found.revision)
    return schemas.schedule_out(found, caller=request.caller)


def _editable(request: AccessRequest, pk: int) -> Schedule:
    """404 before 403 before what is wrong with the body."""
    found = selectors.schedule(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _experiment(caller: Caller, slug: str) -> Experiment:
    try:
        return readable_experiment(caller=caller, slug=slug)
    except NotFound as error:
        raise Invalid(details=[{"field": "experiment", "message": error.message}]) from error


def _one_of_both(given: dict[str, Any]) -> dict[str, Any]:
    """Who sends an instant alone means no cron any more, and the other way about."""
    if given.get("once_at") is not None:
        return {"cron": "", **given}
    return {"once_at": None, **given} if given.get("cron") else given


def _draft(body: schemas.ExperimentScheduleFields) -> ScheduleDraft:
    return ScheduleDraft(**{name: value for name, value in body.model_dump().items() if name not in _OURS})
