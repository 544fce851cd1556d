"""The end of a run: one verdict, under the fence, with its figures, journal and fact."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chaos.experiments.models import Target
from chaos.runs.domain.states import State, UndoState, Verdict
from chaos.runs.domain.verdict import RunEnd, StopKind
from chaos.runs.models import Run, RunTarget, UndoRecord
from chaos.runs.services.concluding import RUN_ENDED, conclude, settle
from chaos.runs.services.leases import LeaseLostError
from reliability.outbox.models import Due, Fact
from slo.models import Slo
from tests.chaos.runs.judging.conftest import MINUTE, Log, measure

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DONE = {"has_begun_method": True, "has_completed_method": True, "was_steady": True, "failed_actions": []}


@pytest.fixture
def undoing(run: Run, now: datetime) -> Run:
    """Everything was taken back; its fault lasted from the first second to the thirtieth."""
    run.state, run.fence, run.lease_until = State.UNDOING, 3, now + 10 * SECOND
    run.started_at, run.fault_began_at, run.fault_ended_at = now, now + SECOND, now + 30 * SECOND
    run.save()
    RunTarget.objects.update(is_held=True)
    return run


@pytest.fixture
def record(undoing: Run, target: Target, now: datetime) -> UndoRecord:
    return UndoRecord.objects.create(
        run=undoing,
        number=1,
        kind="process",
        activity="pause payments",
        target=target,
        state=UndoState.VERIFIED,
        recorded_at=now,
    )


def test_a_run_that_held_has_its_figures_journal_and_fact(
    undoing: Run, record: UndoRecord, log: Log, slo: Slo, now: datetime
) -> None:
    measure(slo, bad=2, until=now + MINUTE)
    log(now, "before")
    log(now + 6 * SECOND, "during", answers=False)
    log(now + 12 * SECOND, "during")
    log(now + 28 * SECOND, "after")
    log(now + 33 * SECOND, "recovery")
    end = RunEnd(fence=3, outcome=DONE, journal={"status": "completed"})
    found = conclude(run=undoing, end=end, now=now + 40 * SECOND)
    assert found.verdict is Verdict.HELD
    assert (undoing.state, undoing.verdict, undoing.lease_until) == ("ended", "held", None)
    assert undoing.score == pytest.approx((3 * 2 / 3 + 1) / 4)
    assert undoing.rto_seconds == 11
    assert undoing.rpo_seconds == 200  # the most that the tagged probe said since the fault
    assert undoing.journal == {"status": "completed"}
    assert undoing.figures["probes"] == {"answers": 200, "lag": 200}
    (spent,) = undoing.figures["slos"]
    assert (spent["slo"], spent["bad"], spent["burn"]) == ("orders", 2, pytest.approx(20))
    assert spent["spent"] == pytest.approx(20 / 40_320)
    assert not RunTarget.objects.filter(is_held=True).exists()
    fact = Fact.objects.get(kind=RUN_ENDED)
    assert (fact.payload["run_id"], fact.payload["verdict"]) == (undoing.pk, "held")
    assert undoing.events.order_by("number").values_list("kind", flat=True).last() == "ended"


def test_late_counts_are_summed_once_more(undoing: Run, log: Log, slo: Slo, now: datetime) -> None:
    log(now + 28 * SECOND, "after")
    conclude(run=undoing, end=RunEnd(fence=3, outcome=DONE), now=now + 40 * SECOND)
    assert undoing.figures["slos"][0]["spent"] is None
    assert Due.objects.filter(kind="chaos.figures", key=str(undoing.pk)).exists()
    measure(slo, bad=5, until=now + MINUTE)
    settle(run_id=undoing.pk, now=now + 7 * MINUTE)
    undoing.refresh_from_db()
    assert undoing.figures["slos"][0]["burn"] == pytest.approx(50)
    assert undoing.figures["is_settled"]
    assert undoing.figures["reasons"], "what was said stays"


def test_who_lost_the_lease_concludes_nothing(undoing: Run, now: datetime) -> None:
    with pytest.raises(LeaseLostError):
        conclude(run=undoing, end=RunEnd(fence=2, stop=StopKind.AGENT_LOST), now=now)
    undoing.refresh_from_db()
    assert (undoing.state, undoing.verdict) == ("undoing", "")
    assert not Fact.objects.filter(kind=RUN_ENDED).exists()


def test_a_run_ends_once(undoing: Run, log: Log, now: datetime) -> None:
    conclude(run=undoing, end=RunEnd(fence=3, outcome=DONE), now=now)
    with pytest.raises(LeaseLostError):
        conclude(run=undoing, end=RunEnd(fence=3, stop=StopKind.PERSON), now=now)
    assert Fact.objects.filter(kind=RUN_ENDED).count() == 1


def test_a_fault_that_may_be_left_is_told_and_its_target_stays_held(
    undoing: Run, record: UndoRecord, target: Target, log: Log, now: datetime
) -> None:
    record.state = UndoState.FAILED
    record.save()
    log(now + 28 * SECOND, "after")
    found = conclude(run=undoing, end=RunEnd(fence=3, outcome=DONE), now=now)
    assert found.verdict is Verdict.FAILED_TO_UNDO
    assert found.reason == "not seen to be gone: pause payments (payments-process)"
    assert RunTarget.objects.get(target=target).is_held
    assert undoing.lease_until is not None, "its fault is tried again"


def test_a_run_whose_agent_died_is_judged_by_its_log(undoing: Run, record: UndoRecord, log: Log, now: datetime) -> None:
    log(now, "before")
    log(now + 6 * SECOND, "during", answers=False)
    log(now + 12 * SECOND, "during", answers=False)
    end = RunEnd(fence=3, stop=StopKind.AGENT_LOST, stop_reason="not seen for 10 s")
    found = conclude(run=undoing, end=end, now=now + 40 * SECOND)
    assert found.verdict is Verdict.DEVIATED
    assert "answers was 503, tolerance 200" in found.reason
    assert "its agent was lost: not seen for 10 s" in found.reason
    assert undoing.journal is not None
    assert undoing.journal["status"] == "interrupted"
    assert len(undoing.journal["steady_states"]["during"]) == 2


def test_a_guard_that_stopped_it_is_named(undoing: Run, record: UndoRecord, log: Log, now: datetime) -> None:
    log(now, "before")
    end = RunEnd(fence=3, stop=StopKind.GUARD, guard="burn_rate", stop_reason="orders burns 400 ×")
    found = conclude(run=undoing, end=end, now=now)
    assert (found.verdict, found.score) == (Verdict.ABORTED, 0.0)
    assert undoing.verdict_reason == "stopped by the guard burn rate: orders burns 400 ×"
    assert undoing.figures["guard"] == "burn_rate"


def test_a_run_that_never_began_is_aborted_without_a_journal(run: Run, now: datetime) -> None:
    end = RunEnd(fence=0, stop=StopKind.NOT_STARTED, stop_reason="missed")
    found = conclude(run=run, end=end, now=now)
    assert (found.verdict, run.verdict_reason, run.journal) == (Verdict.ABORTED, "missed", None)
    assert not Due.objects.filter(kind="chaos.figures").exists()


@pytest.mark.parametrize(
    ("asked", "verdict"), [(60, "held"), (10, "deviated")], ids=["within its objective", "beyond it"]
)
def test_a_recovery_trial_is_held_to_its_objective(
    undoing: Run, log: Log, asked: int, verdict: str, now: datetime
) -> None:
    experiment = undoing.experiment
    experiment.kind, experiment.rto_objective_seconds = "dr_trial", asked
    experiment.save()
    log(now, "before")
    log(now + 12 * SECOND, "during", answers=False)
    log(now + 28 * SECOND, "after")
    conclude(run=undoing, end=RunEnd(fence=3, outcome=DONE), now=now + 40 * SECOND)
    assert undoing.verdict == verdict
    (objective,) = undoing.figures["objectives"]
    assert objective == {"name": "RTO", "asked_seconds": asked, "measured_seconds": 27.0, "is_met": asked == 60}
