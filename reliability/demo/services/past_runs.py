"""Two runs of the days before, as an agent would have left them: one that deviated, and one after the fix that held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.experiments.models import Experiment
from chaos.runs.domain.states import State, UndoState
from chaos.runs.domain.verdict import RunEnd
from chaos.runs.models import Run
from chaos.runs.services import events, leases, requests, running, undoing
from chaos.runs.services.undoing import Draft, Progress
from reliability.access.domain.caller import Caller
from reliability.demo.domain import rates

ACTIVITY = "answers come 400 ms late"
PROBE = "rates are answered"


@dataclass(frozen=True, slots=True)
class Past:
    """looks: what the probe said while the fault was in place. after: what it said after it; None: the same."""

    hours: float
    reason: str
    looks: Sequence[int | str]
    after: int | None = None
    activity: str = ACTIVITY

    @property
    def last(self) -> int | str:
        return self.looks[-1] if self.after is None else self.after


PAST = (
    Past(rates.FIRST_RUN, "what we have never tried", (200, "the request timed out", "the request timed out")),
    Past(rates.SECOND_RUN, "the time-out is 2 s since yesterday: does it hold now?", (200, 200, 200, 200)),
)


def load_past_runs(*, caller: Caller, experiment: Experiment, now: datetime) -> None:
    for past in PAST:
        load_past_run(caller=caller, experiment=experiment, past=past, at=now + timedelta(hours=past.hours))


def load_past_run(*, caller: Caller, experiment: Experiment, past: Past, at: datetime) -> Run:
    """As an agent would have left it."""
    run = requests.request_run(caller=caller, experiment=experiment, reason=past.reason, not_before=at, now=at)
    return drive(run=run, past=past, at=at)


def drive(*, run: Run, past: Past, at: datetime) -> Run:
    """A run that was asked for, to its end."""
    Run.objects.filter(pk=run.pk).update(state=State.READY, ready_at=at)
    run.refresh_from_db()
    fence = leases.take(run=run, supervisor=rates.AGENT, now=at)
    if fence is None:
        raise RuntimeError(f"run {run.pk} of the demo was taken by somebody else")
    clock = at + timedelta(seconds=1)
    running.begin(run_id=run.pk, fence=fence, process_id=1, now=clock)
    _look(run, fence, "before", 200, clock)
    _tell(run, fence, "activity_began", past.activity, clock)
    draft = Draft("proxy", past.activity, rates.TARGET, {}, None, timedelta(seconds=300))
    record = undoing.write(run_id=run.pk, fence=fence, draft=draft, now=clock)
    clock += timedelta(seconds=1)
    injected = events.Entry("injected", f"proxy: {past.activity} on {rates.TARGET}", clock, {"target": rates.TARGET})
    undoing.note_injected(run_id=run.pk, fence=fence, record_id=record.pk, entry=injected)
    for said in past.looks:
        clock += timedelta(seconds=15)
        _look(run, fence, "during", said, clock)
    has_deviated = past.last != 200
    _tell(run, fence, "activity_ended", past.activity, clock, status="succeeded", seconds=15.0 * len(past.looks))
    _look(run, fence, "after", past.last, clock)
    clock += timedelta(seconds=1)
    gone = Progress(record.pk, UndoState.VERIFIED, 1, "", clock, clock, "the proxy has no toxic of that name")
    undoing.note(run_id=run.pk, fence=fence, progress=[gone], now=clock)
    clock += timedelta(seconds=2)
    _look(run, fence, "recovery", 200, clock)
    outcome = {
        "was_steady": True,
        "has_begun_method": True,
        "has_completed_method": not has_deviated,
        "has_deviated": has_deviated,
        "failed_actions": [],
        "failed_rollbacks": [],
    }
    running.close(run_id=run.pk, fence=fence, end=RunEnd(fence=fence, outcome=outcome), now=clock)
    run.refresh_from_db()
    return run


def _look(run: Run, fence: int, phase: str, said: int | str, at: datetime) -> None:
    is_met = said == 200
    probe = {"name": PROBE, "weight": 1, "is_met": is_met, "tolerance": 200, "value": said if is_met else None}
    probes = [probe | {"error": "" if is_met else said}]
    words = f"{phase}: {'steady' if is_met else 'not steady'}"
    data = {"phase": phase, "is_met": is_met, "probes": probes}
    events.record(run=run, kind="hypothesis", text=words, data=data, now=at, fence=fence)


def _tell(run: Run, fence: int, kind: str, name: str, at: datetime, **data: object) -> None:
    values = {"name": name, "section": "method", "type": "action", **data}
    events.record(run=run, kind=kind, text=name, data=values, now=at, fence=fence)
