"""The state machine of incidents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.response.domain.lifecycle import PHASE_AFTER, Action, Verdict, decide
from incidents.response.domain.phases import OPEN, Status


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", Status)
def test_every_action_is_decided_in_every_status_and_a_refusal_says_what_to_do(action: Action, status: Status) -> None:
    decision = decide(action=action, status=status)
    assert bool(decision.message) == decision.verdict.is_refusal
    if decision.verdict is not Verdict.ALLOWED:
        assert decision.to is status


@pytest.mark.parametrize("action", Action)
def test_a_merged_incident_sends_to_its_target(action: Action) -> None:
    decision = decide(action=action, status=Status.CLOSED, merged_into=7)
    assert (decision.verdict, decision.to) == (Verdict.MERGED, Status.CLOSED)
    assert "#7" in decision.message


@given(st.lists(st.sampled_from([a for a in Action if a not in (Action.MERGE, Action.SPLIT)]), max_size=30))
def test_doing_the_same_twice_changes_nothing_more(actions: list[Action]) -> None:
    status = Status.TRIGGERED
    for action in actions:
        decision = decide(action=action, status=status)
        again = decide(action=action, status=decision.to)
        assert again.to is decision.to
        if action in (Action.ACKNOWLEDGE, Action.RESOLVE, Action.REOPEN, Action.CLOSE, Action.UNACKNOWLEDGE):
            assert again.verdict is not Verdict.ALLOWED
        status = decision.to
        assert status in PHASE_AFTER


@pytest.mark.parametrize("status", Status)
def test_only_what_is_over_can_be_reopened_and_only_what_is_open_escalated(status: Status) -> None:
    assert (decide(action=Action.REOPEN, status=status).verdict is Verdict.ALLOWED) == (status not in OPEN)
    assert (decide(action=Action.ESCALATE, status=status).verdict is Verdict.ALLOWED) == (status in OPEN)
