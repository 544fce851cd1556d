"""/api/v1/chaos/runs: listed, asked for, read and stopped."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Status
from pydantic import Field

from chaos.experiments.models import Experiment
from chaos.experiments.selectors.experiments import experiment as readable_experiment
from chaos.runs.api.schemas import RunCreate, RunOut, RunReason, RunState, run_out
from chaos.runs.domain.states import Mode, State, Verdict
from chaos.runs.models import Run
from chaos.runs.selectors import runs
from chaos.runs.services.requests import request_run
from chaos.runs.services.stopping import stop_run
from reliability.access.domain.caller import Caller
from reliability.access.requests import AccessRequest
from reliability.kit.instants import EARLIEST, END
from reliability.kit.periods import Period
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Chaos runs"])

# The body of requests without one.
NOTHING = RunReason()


class RunQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    experiment: Annotated[str, Field(max_length=63, description="slug")] = ""
    state: list[RunState] = Field(default_factory=list, description="any of these; repeat the parameter")
    verdict: list[Verdict] = Field(default_factory=list, description="any of these")
    mode: Mode | None = None
    origin: Annotated[str, Field(max_length=80)] = ""
    q: Annotated[str, Field(max_length=200, description="words of the experiment")] = ""
    start: Annotated[Instant | None, Field(alias="from", description="asked for at or after")] = None
    end: Annotated[Instant | None, Field(alias="to", description="asked for before")] = None

    def filters(self) -> runs.RunFilters:
        return runs.RunFilters(
            team_slug=self.team,
            service_name=self.service,
            experiment_slug=self.experiment,
            states=tuple(State(word) for word in self.state),
            verdicts=tuple(self.verdict),
            mode=self.mode,
            origin=self.origin,
            text=self.q,
            requested=_period(self.start, self.end),
        )


@router.get("", response=Page[RunOut], operation_id="listRuns", summary="List runs")
def list_runs(request: AccessRequest, query: Query[RunQuery]) -> Any:
    """Readable runs, the newest first."""
    page = page_of(queryset=runs.list_runs(caller=request.caller, filters=query.filters()), query=query)
    return {**page, "items": [run_out(one, caller=request.caller) for one in page["items"]]}


@router.post("", response={201: RunOut}, operation_id="requestRun", summary="Ask for a run")
def ask_for_run(
    request: AccessRequest,
    response: HttpResponse,
    body: RunCreate,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="a request repeated with its key makes no second run and gets the same one",
        ),
    ] = None,
) -> Any:
    """Of the newest version. It begins when every guard lets it go. Needs the role responder in the team."""
    caller, now = request.caller, timezone.now()
    experiment = _experiment(caller, body.experiment)
    run = request_run(
        caller=caller,
        experiment=experiment,
        mode=body.mode,
        reason=body.reason,
        not_before=body.not_before or now,
        not_after=body.not_after,
        origin="api",
        origin_key=_origin_key(caller, idempotency_key),
        now=now,
    )
    if run.requested_at != now:
        _refuse_another(run, body, experiment)
        response["Idempotency-Replayed"] = "true"
    return Status(201, _answer(request, run.pk))


@router.get("/{int:number}", response=RunOut, operation_id="getRun", summary="Read a run")
def get_run(request: AccessRequest, number: int) -> Any:
    return _answer(request, number)


@router.post("/{int:number}/stop", response=RunOut, operation_id="stopRun", summary="Stop a run")
def stop(request: AccessRequest, number: int, body: RunReason = NOTHING) -> Any:
    """Nothing further is injected and everything is taken back; asked twice, the first wish stays."""
    seen(request, number)
    stop_run(caller=request.caller, run_id=number, reason=body.reason, now=timezone.now())
    return _answer(request, number)


def seen(request: AccessRequest, number: int) -> Run:
    """404 before anything else for what is not the caller's to see."""
    return runs.run(caller=request.caller, run_id=number)


def _answer(request: AccessRequest, number: int) -> dict[str, Any]:
    return run_out(seen(request, number), caller=request.caller)


def _experiment(caller: Caller, slug: str) -> Experiment:
    """A name that is nobody's or not readable is a mistake of the field, not a missing page."""
    try:
        return readable_experiment(caller=caller, slug=slug)
    except NotFound as error:
        raise Invalid(details=[{"field": "experiment", "message": error.message}]) from error


def _origin_key(caller: Caller, key: str | None) -> str | None:
    if key is None:
        return None
    owner = f"token:{caller.token_id}" if caller.token_id else f"user:{caller.user_id}"
    return f"api:{owner}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _refuse_another(run: Run, body: RunCreate, experiment: Experiment) -> None:
    is_same = (
        run.experiment_id == experiment.pk
        and run.mode == body.mode
        and run.reason == body.reason.strip()
        and body.not_before in (None, run.not_before)
        and body.not_after in (None, run.not_after)
    )
    if not is_same:
        raise Invalid(
            "this Idempotency-Key was used for another request: send a fresh key with each new body",
            reason="idempotency_key_reused",
        )


def _period(start: datetime | None, end: datetime | None) -> Period | None:
    if start is None and end is None:
        return None
    first, last = start or EARLIEST, end or END
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    return Period(first, last)
