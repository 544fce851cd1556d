"""RTO and RPO: measured from the first fault, never better than what was seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.runs.domain.looks import AFTER, BEFORE, DURING, RECOVERY, Look, Seen
from chaos.runs.domain.recovery import Objective, objectives, rpo_seconds, rto_seconds

BEGAN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DOCUMENT = {"steady-state-hypothesis": {"probes": [{"name": "lag", "measures": "rpo_seconds", "tolerance": [0, 60]}]}}


def look(after: float, phase: str, is_met: bool, lag: object = None) -> Look:
    return Look(BEGAN + timedelta(seconds=after), phase, is_met, (Seen("lag", is_met, value=lag),))


def test_recovery_is_the_first_look_of_the_last_steady_row() -> None:
    looks = [
        look(-5, BEFORE, True),
        look(5, DURING, True),
        look(10, DURING, False),
        look(15, DURING, False),
        look(20, AFTER, True),
        look(25, RECOVERY, True),
    ]
    assert rto_seconds(looks=looks, fault_began_at=BEGAN) == 20


def test_what_never_left_its_state_is_seen_to_be_steady_at_the_first_look() -> None:
    looks = [look(-5, BEFORE, True), look(5, DURING, True), look(20, AFTER, True)]
    assert rto_seconds(looks=looks, fault_began_at=BEGAN) == 5


@pytest.mark.parametrize(
    "looks",
    [
        [look(5, DURING, True)],
        [look(5, AFTER, True), look(9, RECOVERY, False)],
        [look(-5, BEFORE, True)],
        [],
    ],
    ids=["nobody looked afterwards", "it fell again", "only before", "no look"],
)
def test_a_recovery_that_was_not_verified_has_no_figure(looks: list[Look]) -> None:
    assert rto_seconds(looks=looks, fault_began_at=BEGAN) is None


def test_without_a_fault_there_is_nothing_to_recover_from() -> None:
    assert rto_seconds(looks=[look(5, AFTER, True)], fault_began_at=None) is None


def test_the_worst_of_the_tagged_probe_since_the_fault_is_what_was_lost() -> None:
    looks = [look(-5, BEFORE, True, 900), look(5, DURING, True, "12.5"), look(9, AFTER, True, 3)]
    assert rpo_seconds(document=DOCUMENT, looks=looks, fault_began_at=BEGAN) == 12.5
    assert rpo_seconds(document=DOCUMENT, looks=looks, fault_began_at=BEGAN, others=[("lag", 40)]) == 40


@pytest.mark.parametrize("value", [None, "soon", float("nan"), True, -3, {"seconds": 4}], ids=repr)
def test_what_is_no_number_of_seconds_is_not_measured(value: object) -> None:
    looks = [look(5, AFTER, True, value)]
    assert rpo_seconds(document=DOCUMENT, looks=looks, fault_began_at=BEGAN) is None


def test_a_probe_that_is_not_tagged_measures_nothing() -> None:
    untagged = {"steady-state-hypothesis": {"probes": [{"name": "lag"}]}}
    assert rpo_seconds(document=untagged, looks=[look(5, AFTER, True, 3)], fault_began_at=BEGAN) is None


def test_objectives_say_whether_they_were_met() -> None:
    found = objectives(rto_asked=60, rpo_asked=10, rto=60.0, rpo=None)
    assert [(one.is_met, one.words) for one in found] == [
        (True, "RTO 60 s meets its objective of 60 s"),
        (None, "RPO was not measured (asked: at most 10 s)"),
    ]
    assert not Objective("RTO", 60, 60.5).is_met


@given(st.lists(st.tuples(st.sampled_from([DURING, AFTER, RECOVERY]), st.booleans()), min_size=1, max_size=12))
def test_all_looks_from_the_recovery_on_were_steady(steps: list[tuple[str, bool]]) -> None:
    looks = [look(5 * number, phase, is_met) for number, (phase, is_met) in enumerate(steps, 1)]
    found = rto_seconds(looks=looks, fault_began_at=BEGAN)
    if found is None:
        assert not looks[-1].is_met or looks[-1].phase == DURING
    else:
        again = BEGAN + timedelta(seconds=found)
        assert all(one.is_met for one in looks if one.at >= again)
        earlier = [one for one in looks if one.at < again]
        assert not earlier or not earlier[-1].is_met
