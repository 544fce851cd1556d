"""Guards: each answer with its reason in words and numbers, and what they come to together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runs.domain import guards_before, guards_during
from chaos.runs.domain.guards import Answer, GuardResult, Policy, decide, go, no, wait
from chaos.runs.domain.guards_before import AgentSeen, TargetSeen, Told, Vote
from chaos.runs.domain.readings import Burned, SloReading, burn_limit, spent_share

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAYS_28 = 28 * 24 * 60
POLICY = Policy()
FINE = SloReading(
    slo_id=1,
    name="checkout",
    allowed_bad=0.001,
    window_minutes=DAYS_28,
    remaining=0.8,
    measured_until=NOW - MINUTE,
    recent=Burned(burn=0.5, bad=1, valid=2000, minutes=5, covered=5),
)


def answer(result: GuardResult) -> tuple[Answer, str]:
    return result.answer, result.reason


def test_one_no_is_no_and_every_reason_is_kept() -> None:
    results = [go("a", "fine"), wait("b", "later"), no("c", "bad"), no("d", "worse")]
    found = decide(results=results, at=NOW, not_after=NOW + 60 * MINUTE)
    assert (found.kind, found.reason, found.until) == (Answer.NO, "bad; worse", None)
    assert len(found.results) == 4


def test_what_waits_is_asked_again_when_the_first_of_it_may_change() -> None:
    results = [wait("a", "calm", until=NOW + MINUTE), wait("b", "told", until=NOW + 5 * MINUTE)]
    assert decide(results=results, at=NOW, not_after=NOW + 60 * MINUTE).until == NOW + MINUTE
    assert decide(results=results, at=NOW, not_after=NOW + MINUTE / 2).until == NOW + MINUTE / 2
    soon = decide(results=[wait("a", "any moment")], at=NOW, not_after=NOW + 60 * MINUTE).until
    assert soon == NOW + timedelta(seconds=15)


@given(st.lists(st.sampled_from(list(Answer)), max_size=8))
def test_a_run_goes_only_when_every_guard_lets_it(answers: list[Answer]) -> None:
    make = {Answer.GO: go, Answer.WAIT: wait, Answer.NO: no}
    results = [make[one](str(number), "…") for number, one in enumerate(answers)]
    found = decide(results=results, at=NOW, not_after=NOW + MINUTE)
    assert (found.kind is Answer.GO) == all(one is Answer.GO for one in answers)
    assert (found.kind is Answer.NO) == (Answer.NO in answers)
    assert (found.until is None) == (found.kind is not Answer.WAIT)


def test_the_window_opens_and_closes() -> None:
    times = {"not_before": NOW, "not_after": NOW + 60 * MINUTE}
    assert guards_before.window(**times, at=NOW - MINUTE).answer is Answer.WAIT
    assert guards_before.window(**times, at=NOW).answer is Answer.GO
    assert answer(guards_before.window(**times, at=NOW + 61 * MINUTE)) == (
        Answer.NO,
        "missed: it was to begin before 2026-03-02 13:00:00 UTC, 60 s ago",
    )


def test_a_budget_below_the_policy_is_no_with_both_numbers() -> None:
    poor = replace(FINE, name="search", remaining=0.1)
    found = guards_before.budget(policy=POLICY, readings=[FINE, poor])
    assert answer(found) == (Answer.NO, "search has 10 % left, at least 25 % of the error budget is asked for")
    assert found.data == {"left": {"checkout": 0.8, "search": 0.1}, "least": 0.25}
    at_the_bound = replace(FINE, remaining=0.25)
    assert guards_before.budget(policy=POLICY, readings=[at_the_bound]).answer is Answer.GO


def test_no_data_is_no_unless_the_policy_allows_it() -> None:
    blind = replace(FINE, remaining=None, measured_until=None)
    assert guards_before.budget(policy=POLICY, readings=[blind]).answer is Answer.NO
    assert guards_before.telemetry(policy=POLICY, readings=[blind], at=NOW).answer is Answer.WAIT
    lenient = replace(POLICY, allows_no_data=True)
    assert guards_before.budget(policy=lenient, readings=[blind]).answer is Answer.GO
    assert guards_before.telemetry(policy=lenient, readings=[blind], at=NOW).answer is Answer.GO


def test_a_service_without_objectives_is_told_what_would_end_the_run() -> None:
    assert "nothing but the hypothesis" in guards_before.budget(policy=POLICY, readings=[]).reason
    strict = replace(POLICY, needs_objectives=True)
    assert guards_before.budget(policy=strict, readings=[]).answer is Answer.NO


def test_what_burns_already_waits_to_calm_down() -> None:
    burning = replace(FINE, recent=Burned(burn=6.2, bad=60, valid=1000, minutes=60, covered=60))
    found = guards_before.burn(policy=POLICY, readings=[burning], at=NOW)
    assert answer(found) == (
        Answer.WAIT,
        "checkout burns 6.2 × over 60 minutes, less than 3 × is asked for",
    )


def test_approvals_count_while_they_last_and_never_by_who_is_concerned() -> None:
    policy = replace(POLICY, approvals_needed=1)
    later = NOW + 60 * MINUTE
    author = Vote("Ed", True, later, is_barred=True)
    assert guards_before.approval(policy=policy, votes=[author], at=NOW).answer is Answer.WAIT
    expired = Vote("Ada", True, NOW)
    found = guards_before.approval(policy=policy, votes=[expired], at=NOW)
    assert found.answer is Answer.WAIT
    assert found.reason.endswith(", 1 expired")
    assert guards_before.approval(policy=policy, votes=[Vote("Ada", True, later)], at=NOW).answer is Answer.GO


def test_one_who_declines_outweighs_all_who_approve() -> None:
    votes = [Vote("Ada", True, NOW + MINUTE), Vote("Bob", False, NOW + MINUTE, "peak hour")]
    assert answer(guards_before.approval(policy=POLICY, votes=votes, at=NOW)) == (
        Answer.NO,
        "declined by Bob: peak hour",
    )


def test_notice_must_be_old_enough_and_acknowledged() -> None:
    policy = replace(POLICY, notice_minutes=30, needs_acknowledgement=True)
    assert guards_before.notice(policy=policy, told=[], at=NOW).answer is Answer.NO
    unsent = [Told("#ops", None)]
    assert guards_before.notice(policy=policy, told=unsent, at=NOW).answer is Answer.WAIT
    silent = [Told("#ops", NOW - 40 * MINUTE)]
    assert "not acknowledged by #ops" in guards_before.notice(policy=policy, told=silent, at=NOW).reason
    fresh = [Told("#ops", NOW - 10 * MINUTE, is_acknowledged=True)]
    found = guards_before.notice(policy=policy, told=fresh, at=NOW)
    assert (found.answer, found.until) == (Answer.WAIT, NOW + 20 * MINUTE)
    known = [Told("#ops", NOW - 30 * MINUTE, is_acknowledged=True)]
    assert guards_before.notice(policy=policy, told=known, at=NOW).answer is Answer.GO
    failed = [Told("#ops", None, is_failed=True)]
    assert guards_before.notice(policy=policy, told=failed, at=NOW).answer is Answer.NO


def test_the_agent_must_be_alive_and_able() -> None:
    needed = frozenset({"proxy"})
    alive = AgentSeen("a-1", NOW - timedelta(seconds=3), frozenset({"proxy", "process"}))
    assert guards_before.agent(name="", agents=[alive], kinds=needed, at=NOW).answer is Answer.GO
    gone = replace(alive, seen_at=NOW - MINUTE)
    found = guards_before.agent(name="db", agents=[gone], kinds=needed, at=NOW)
    assert found.answer is Answer.WAIT
    assert "last 60 s ago: start one by manage.py chaos agent --name db" in found.reason
    unable = replace(alive, kinds=frozenset({"process"}))
    assert guards_before.agent(name="", agents=[unable], kinds=needed, at=NOW).data == {"lacking": ["proxy"]}


def test_targets_that_are_held_are_waited_for_and_those_switched_off_are_not() -> None:
    held = TargetSeen("orders", "proxy", held_by=7)
    assert answer(guards_before.targets(seen=[held])) == (Answer.WAIT, "orders is held by run 7")
    assert guards_before.targets(seen=[held, TargetSeen("db", "process", is_there=False)]).answer is Answer.NO


def during(reading: SloReading, policy: Policy = POLICY) -> dict[str, str]:
    found = guards_during.objectives(policy=policy, readings=[reading], at=NOW)
    return {one.name: one.reason for one in found}


def test_a_calm_run_is_not_stopped() -> None:
    assert during(replace(FINE, fault=Burned(burn=0.5, bad=1, valid=2000, minutes=5, covered=5))) == {}


def test_a_burning_objective_stops_the_run_with_its_numbers() -> None:
    found = during(replace(FINE, recent=Burned(burn=90, bad=45, valid=500, minutes=2, covered=2)))
    assert found == {
        "burn_rate": "checkout burns its error budget 90 × over 2 minutes (45 bad of 500), 14.4 × stops the run"
    }


def test_a_single_failed_request_stops_nothing() -> None:
    assert during(replace(FINE, recent=Burned(burn=100, bad=1, valid=10, minutes=2, covered=2))) == {}


def test_a_loose_objective_can_still_stop_a_run() -> None:
    """A 90 % objective burns at most 10 ×: the limit of 14.4 × would never be reached."""
    loose = replace(FINE, allowed_bad=0.1, recent=Burned(burn=7, bad=70, valid=100, minutes=1, covered=1))
    assert "5 × stops the run" in during(loose)["burn_rate"]


def test_a_run_may_spend_only_its_share_of_the_budget() -> None:
    fault = Burned(burn=300, bad=900, valid=3000, minutes=10, covered=10)
    found = during(replace(FINE, fault=fault))
    assert found["budget_spent"] == "the run spent 7.4 % of the error budget of checkout, 5 % stops it"


def test_a_budget_below_the_floor_and_lost_telemetry_stop_it_too() -> None:
    found = during(replace(FINE, remaining=-0.1, measured_until=NOW - 6 * MINUTE))
    assert set(found) == {"error_budget", "telemetry"}
    assert "last measured 360 s ago, more than 300 s stops the run" in found["telemetry"]


def test_the_deadline_stops_at_its_instant() -> None:
    assert not list(guards_during.deadline(deadline_at=NOW, at=NOW - timedelta(seconds=1)))
    assert [one.name for one in guards_during.deadline(deadline_at=NOW, at=NOW)] == ["deadline"]


@pytest.mark.parametrize(
    ("burn", "covered", "share"),
    [(14.4, 60, 0.0214), (1, DAYS_28, 1.0), (1000, 10, 0.248)],
    ids=["a page's burn for an hour", "the sustainable rate for the whole window", "an outage of ten minutes"],
)
def test_spent_is_burn_times_minutes_over_the_window(burn: float, covered: int, share: float) -> None:
    burned = Burned(burn=burn, minutes=covered, covered=covered)
    assert spent_share(burned=burned, window_minutes=DAYS_28) == pytest.approx(share, abs=5e-5)


@given(st.floats(0.01, 1000), st.floats(1e-6, 1))
def test_a_total_failure_always_reaches_the_limit(wanted: float, allowed_bad: float) -> None:
    assert burn_limit(wanted=wanted, allowed_bad=allowed_bad) <= 1 / allowed_bad
