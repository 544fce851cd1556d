"""A run of Payments as its agent leaves it behind, moment by moment; views read the fixed instant of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from chaos.experiments.models import Target
from chaos.runs.domain.guards import Answer, Phase
from chaos.runs.domain.states import State, UndoState, Verdict
from chaos.runs.models import GuardDecision, Run, UndoRecord
from chaos.runs.services import events
from tests.chaos.runs.judging.conftest import (  # noqa: F401  the same run and its service
    Log,
    agent,
    log,
    policy,
    run,
    service,
    slo,
    target,
    version,
)

Move = Callable[..., Run]


@pytest.fixture(autouse=True)
def _stopped_clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def hurting(run: Run, target: Target, log: Log, now: datetime) -> Run:  # noqa: F811  fixtures
    """Its fault is in place for ten seconds, and the hypothesis is out."""
    began = now - timedelta(seconds=10)
    log(began - timedelta(seconds=5), "before")
    for kind in ("activity_began", "injected"):
        data = {"name": "pause payments", "section": "method"}
        events.record(run=run, kind=kind, text=f"{kind}: pause payments", data=data, now=began)
    log(began + timedelta(seconds=5), "during", answers=False)
    UndoRecord.objects.create(
        run=run,
        number=1,
        kind="process",
        activity="pause payments",
        target=target,
        recorded_at=began,
        injected_at=began,
        state=UndoState.RECORDED,
    )
    run.refresh_from_db()
    run.state, run.started_at, run.fault_began_at = State.RUNNING, began - timedelta(seconds=8), began
    run.deadline_at, run.supervisor = now + timedelta(minutes=9), "host-1"
    run.save()
    run.refresh_from_db()
    return run


@pytest.fixture
def over(hurting: Run, now: datetime) -> Run:
    """The burn guard ended it; its fault is gone and was seen to be."""
    hurting.refresh_from_db()
    hurting.undo_records.update(state=UndoState.VERIFIED, undone_at=now, verified_at=now, attempts=1)
    reason = "stopped by the guard burn rate: orders burns 40 × over 5 minutes, at most 14.4 × is allowed"
    GuardDecision.objects.create(
        run=hurting,
        phase=Phase.DURING,
        name="burn_rate",
        answer=Answer.NO,
        reason="orders burns 40 × over 5 minutes",
        at=now,
        seen_at=now,
    )
    values: dict[str, Any] = {
        "state": State.ENDED,
        "verdict": Verdict.ABORTED,
        "verdict_reason": reason,
        "fault_ended_at": now,
        "steady_again_at": now,
        "ended_at": now,
        "rto_seconds": 10.0,
        "score": 0.0,
        "figures": {"reasons": [reason], "probes": {"answers": 503}, "slos": []},
        "journal": {"status": "interrupted", "deviated": False},
    }
    for name, value in values.items():
        setattr(hurting, name, value)
    hurting.save()
    hurting.refresh_from_db()
    return hurting
