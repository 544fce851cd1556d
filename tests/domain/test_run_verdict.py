"""The verdict on a run: every way in which it can end, and what must never pass as success."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runs.domain.looks import AFTER, BEFORE, DURING, RECOVERY, Look, Seen
from chaos.runs.domain.recovery import Objective
from chaos.runs.domain.states import Verdict
from chaos.runs.domain.verdict import Outcome, StopKind, judge

BEGAN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def look(phase: str, *, is_met: bool = True, after: float = 0, value: float = 0.2) -> Look:
    seen = Seen("latency", is_met, value=value, tolerance=[0, 0.5])
    return Look(BEGAN + timedelta(seconds=after), phase, is_met, (seen,))


HELD = Outcome(
    looks=(look(BEFORE, after=-5), look(DURING, after=5), look(DURING, after=10), look(AFTER, after=15)),
    weights={"latency": 1.0},
    fault_began_at=BEGAN,
    has_begun_method=True,
    has_completed_method=True,
    was_steady=True,
)
OUT = (look(DURING, is_met=False, after=5, value=1.5), look(DURING, is_met=False, after=10, value=1.7))


def test_a_run_whose_hypothesis_held_throughout_held() -> None:
    found = judge(HELD)
    assert (found.verdict, found.score) == (Verdict.HELD, 1.0)
    assert found.reason == "the hypothesis held at 3 of 3 looks"


def test_one_look_out_is_told_and_costs_score_without_being_a_deviation() -> None:
    looks = (
        look(BEFORE),
        look(DURING, after=5, is_met=False, value=0.7),
        look(DURING, after=10),
        look(AFTER, after=15),
    )
    found = judge(replace(HELD, looks=looks))
    assert found.verdict is Verdict.HELD
    assert found.score == pytest.approx(2 / 3)
    assert "for a moment it did not: latency was 0.7, tolerance [0, 0.5]" in found.reason


def test_two_looks_out_in_a_row_are_a_deviation_with_the_value_seen() -> None:
    found = judge(replace(HELD, looks=(look(BEFORE), *OUT), has_completed_method=False))
    assert found.verdict is Verdict.DEVIATED
    assert (
        found.reason
        == "the hypothesis deviated during the method, 2 looks in a row: latency was 1.7, tolerance [0, 0.5]"
    )
    assert found.score == 0.0


def test_out_after_the_method_is_a_deviation_whatever_was_before() -> None:
    found = judge(replace(HELD, looks=(*HELD.looks[:3], look(AFTER, is_met=False, after=15, value=9))))
    assert found.verdict is Verdict.DEVIATED
    assert "after the method: latency was 9" in found.reason


def test_a_state_that_does_not_come_back_has_deviated() -> None:
    late = (look(RECOVERY, is_met=False, after=20), look(RECOVERY, is_met=False, after=140))
    found = judge(replace(HELD, looks=(*HELD.looks, *late)))
    assert found.verdict is Verdict.DEVIATED
    assert "not steady again 120 s after the faults were gone" in found.reason


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"looks": HELD.looks[:3]}, "was not looked at after the method"),
        ({"failed_actions": ["add latency"]}, "failed, so it is not known what was tried: add latency"),
        ({"has_completed_method": False}, "did not come to its end"),
        ({"error": "ValueError: no"}, "the run broke: ValueError: no"),
        ({"weights": {}, "looks": ()}, "there is no hypothesis that could hold"),
        ({"has_begun_method": False, "looks": (look(BEFORE),)}, "the method was never begun"),
    ],
    ids=["pending", "a failed action", "cut off", "broken", "no hypothesis", "nothing tried"],
)
def test_what_is_not_known_is_inconclusive_and_no_success(change: dict[str, object], words: str) -> None:
    found = judge(replace(HELD, **change))  # type: ignore[arg-type]  # fields by name
    assert (found.verdict, found.score) == (Verdict.INCONCLUSIVE, None)
    assert words in found.reason


def test_not_steady_before_is_inconclusive_and_says_what_was_out() -> None:
    outcome = Outcome(looks=(look(BEFORE, is_met=False, value=3),), weights={"latency": 1}, was_steady=False)
    found = judge(outcome)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason == "not steady before the method, so nothing was tried: latency was 3, tolerance [0, 0.5]"


@pytest.mark.parametrize("kind", [kind for kind in StopKind if kind not in (StopKind.NONE, StopKind.NOT_STARTED)])
def test_what_was_stopped_is_aborted_with_who_and_why(kind: StopKind) -> None:
    found = judge(replace(HELD, stop=kind, stop_reason="because", guard="telemetry", looks=HELD.looks[:2]))
    assert (found.verdict, found.score) == (Verdict.ABORTED, None)
    assert found.reason.endswith(": because")


def test_a_guard_that_saw_users_hurt_scores_nothing_instead_of_saying_nothing() -> None:
    stopped = replace(HELD, stop=StopKind.GUARD, guard="burn_rate", stop_reason="checkout burns 90 ×")
    found = judge(stopped)
    assert (found.verdict, found.score) == (Verdict.ABORTED, 0.0)
    assert found.reason == "stopped by the guard burn rate: checkout burns 90 ×"


def test_a_deviation_that_was_seen_before_a_stop_stays_one() -> None:
    stopped = replace(HELD, looks=(look(BEFORE), *OUT), stop=StopKind.GUARD, guard="burn_rate", stop_reason="90 ×")
    found = judge(stopped)
    assert found.verdict is Verdict.DEVIATED
    assert found.reason.endswith("stopped by the guard burn rate: 90 ×")


def test_a_fault_that_may_be_left_trumps_everything() -> None:
    found = judge(replace(HELD, not_undone=["add latency (orders)"]))
    assert (found.verdict, found.score) == (Verdict.FAILED_TO_UNDO, 0.0)
    assert found.reason == "not seen to be gone: add latency (orders)"


def test_a_run_that_never_began_is_aborted_with_the_reason_it_was_given() -> None:
    found = judge(Outcome(was_begun=False, stop=StopKind.NOT_STARTED, stop_reason="declined by Ada: not today"))
    assert (found.verdict, found.reason, found.score) == (Verdict.ABORTED, "declined by Ada: not today", None)


def test_a_dry_run_proves_nothing() -> None:
    found = judge(replace(HELD, is_dry=True, looks=(), failed_actions=["add latency"]))
    assert (found.verdict, found.score) == (Verdict.INCONCLUSIVE, None)
    assert "could not be planned: add latency" in found.reason


@pytest.mark.parametrize(
    ("measured", "verdict", "score"),
    [(30.0, Verdict.HELD, 1.0), (61.0, Verdict.DEVIATED, 0.0), (None, Verdict.INCONCLUSIVE, None)],
    ids=["met", "missed", "not measured"],
)
def test_a_recovery_trial_is_judged_by_its_objective(
    measured: float | None, verdict: Verdict, score: float | None
) -> None:
    found = judge(replace(HELD, objectives=(Objective("RTO", 60, measured),)))
    assert (found.verdict, found.score) == (verdict, score)
    assert "RTO" in found.reason


PHASES = st.sampled_from([BEFORE, DURING, AFTER, RECOVERY])
OUTCOMES = st.builds(
    Outcome,
    is_dry=st.booleans(),
    was_begun=st.booleans(),
    looks=st.lists(st.builds(look, PHASES, is_met=st.booleans(), after=st.integers(-5, 100)), max_size=6).map(tuple),
    weights=st.sampled_from([{}, {"latency": 1.0}, {"latency": 2.0, "never looked at": 1.0}]),
    stop_after=st.integers(0, 3),
    fault_began_at=st.sampled_from([None, BEGAN]),
    stop=st.sampled_from(StopKind),
    guard=st.sampled_from(["", "burn_rate", "telemetry"]),
    has_begun_method=st.booleans(),
    has_completed_method=st.booleans(),
    has_deviated=st.booleans(),
    was_steady=st.sampled_from([None, True, False]),
    failed_actions=st.lists(st.just("kill"), max_size=1),
    error=st.sampled_from(["", "ValueError"]),
    not_undone=st.lists(st.just("kill (orders)"), max_size=1),
    objectives=st.lists(
        st.builds(Objective, st.just("RTO"), st.just(60), st.sampled_from([None, 1.0, 99.0])), max_size=1
    ),
)


@given(OUTCOMES)
def test_held_is_only_said_of_what_was_seen_to_hold(outcome: Outcome) -> None:
    found = judge(outcome)
    assert found.reasons, "every verdict has a reason"
    assert all(found.reasons)
    assert found.score is None or 0 <= found.score <= 1
    if outcome.not_undone:
        assert found.verdict is Verdict.FAILED_TO_UNDO
    if found.verdict is Verdict.HELD:
        after = [one for one in outcome.looks if one.phase == AFTER]
        assert after
        assert after[-1].is_met
        assert outcome.was_begun
        assert not outcome.is_dry
        assert outcome.has_completed_method
        assert not any((outcome.failed_actions, outcome.error, outcome.not_undone, outcome.has_deviated))
        assert outcome.stop is StopKind.NONE
        assert all(one.is_met for one in outcome.objectives)
