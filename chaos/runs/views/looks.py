"""Runs as rows and heads: which badge, how long, what of it the caller may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chaos.runs.domain.states import Mode, State
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.web.words import duration_text

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RunRow:
    """badge: a slug of reliability.web.states. lasts, fault_age: in words, blank before it began."""

    run: Run
    badge: str
    service: Service | None
    lasts: str
    fault_age: str
    score: str

    @property
    def is_dry(self) -> bool:
        return self.run.mode == Mode.DRY


def rows_of(runs: Iterable[Run], *, caller: Caller, now: datetime) -> list[RunRow]:
    """No query: list_runs brings what they need."""
    return [row_of(run, caller=caller, now=now) for run in runs]


def row_of(run: Run, *, caller: Caller, now: datetime) -> RunRow:
    return RunRow(
        run=run,
        badge=badge_of(run),
        service=visible(caller=caller, related=run.service),
        lasts=lasts_text(run, now=now),
        fault_age=fault_age(run, now=now),
        score=score_text(run.score),
    )


def badge_of(run: Run) -> str:
    """The verdict once there is one, else the state; a dry run that went well held nothing."""
    if run.state == State.ENDED:
        return str(run.verdict)
    return "stopping" if run.stop_requested_at is not None and run.state != State.UNDOING else str(run.state)


def lasts_text(run: Run, *, now: datetime) -> str:
    if run.started_at is None:
        return ""
    return _span((run.ended_at or now) - run.started_at)


def fault_age(run: Run, *, now: datetime) -> str:
    """How long the fault is in place, or was; blank without one."""
    if run.fault_began_at is None:
        return ""
    return _span((run.fault_ended_at or now) - run.fault_began_at)


@dataclass(frozen=True, slots=True)
class GuardLine:
    """What one guard said. answer: a slug of reliability.web.states."""

    title: str
    answer: str
    reason: str


class Said(Protocol):
    """A guard's result, or the row that keeps it."""

    @property
    def name(self) -> str: ...

    @property
    def answer(self) -> str: ...

    @property
    def reason(self) -> str: ...


def guard_lines(said: Iterable[Said]) -> list[GuardLine]:
    return [GuardLine(one.name.replace("_", " ").capitalize(), str(one.answer), one.reason) for one in said]


def is_fault_in_place(run: Run) -> bool:
    return run.fault_began_at is not None and run.fault_ended_at is None


def score_text(score: float | None) -> str:
    """Of 100; a dash when the run says nothing."""
    return "–" if score is None else f"{score * 100:.0f}"


def _span(length: timedelta) -> str:
    return duration_text(max(length, timedelta()) // _SECOND * _SECOND)
