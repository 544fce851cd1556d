"""The stepper of a run, from what its rows say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chaos.experiments.domain.outline import outline_of, tolerance_words, value_text
from chaos.runs.domain.looks import Look, Seen
from chaos.runs.domain.progress import Facts, Fault, Happened, Mark, stages_of
from chaos.runs.domain.states import Mode, State, UndoState, Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOCUMENT = {
    "steady-state-hypothesis": {
        "title": "It answers",
        "probes": [
            {"type": "probe", "name": "answers", "tolerance": 200, "provider": {"type": "http", "url": "http://a/"}}
        ],
    },
    "method": [
        {
            "type": "action",
            "name": "pause",
            "provider": {
                "type": "python",
                "module": "chaos.injectors.process",
                "func": "pause",
                "arguments": {"target": "orders", "duration": 20},
            },
        },
        {"type": "probe", "name": "look", "provider": {"type": "http", "url": "http://b/"}},
    ],
}


def facts(**given: Any) -> Facts:
    common: dict[str, Any] = {
        "state": State.WAITING,
        "mode": Mode.REAL,
        "verdict": None,
        "waits_for": "",
        "started_at": None,
        "fault_began_at": None,
        "fault_ended_at": None,
        "steady_again_at": None,
        "ended_at": None,
        "looks": [],
        "happened": [],
        "faults": [],
    }
    return Facts(**(common | given))


def marks(**given: Any) -> dict[str, Mark]:
    return {one.slug: one.mark for one in stages_of(outline=outline_of(DOCUMENT), facts=facts(**given))}


def look(phase: str, *, is_met: bool) -> Look:
    return Look(NOON, phase, is_met, (Seen("answers", is_met, value=200 if is_met else 502),))


def happened(kind: str, name: str, **data: Any) -> Happened:
    return Happened(NOON, kind, {"name": name, "section": "method", **data})


def test_before_it_begins_nothing_is_done_and_nothing_skipped() -> None:
    found = marks(waits_for="1 of 1 approval")
    assert found.pop("guards") is Mark.RUNNING
    assert set(found.values()) == {Mark.WAITING}


def test_while_its_fault_is_in_place_the_method_runs_and_the_way_back_waits() -> None:
    found = marks(
        state=State.RUNNING,
        started_at=NOON,
        fault_began_at=NOON,
        looks=[look("before", is_met=True), look("during", is_met=False)],
        happened=[happened("activity_began", "pause"), happened("activity_ended", "pause", status="succeeded")],
        faults=[Fault(UndoState.RECORDED)],
    )
    assert found == {
        "guards": Mark.DONE,
        "before": Mark.DONE,
        "method": Mark.RUNNING,
        "after": Mark.WAITING,
        "undo": Mark.WAITING,
        "again": Mark.WAITING,
    }


def test_what_a_stop_cut_short_is_told_as_not_reached_and_never_as_done() -> None:
    stages = stages_of(
        outline=outline_of(DOCUMENT),
        facts=facts(
            state=State.ENDED,
            verdict=Verdict.ABORTED,
            started_at=NOON,
            ended_at=NOON + timedelta(seconds=9),
            fault_began_at=NOON,
            fault_ended_at=NOON + timedelta(seconds=8),
            looks=[look("before", is_met=True)],
            happened=[happened("activity_began", "pause")],
            faults=[Fault(UndoState.VERIFIED)],
        ),
    )
    found = {one.slug: one for one in stages}
    assert [one.mark for one in found["method"].steps] == [Mark.CUT, Mark.SKIPPED]
    assert found["method"].mark is Mark.CUT
    assert (found["after"].mark, found["after"].words) == (Mark.SKIPPED, "nobody looked")
    assert (found["undo"].mark, found["undo"].words) == (Mark.DONE, "1 of 1 seen to be gone")


def test_looks_at_a_method_that_was_cut_short_are_told_where_its_end_was_not_reached() -> None:
    stages = stages_of(
        outline=outline_of(DOCUMENT),
        facts=facts(
            state=State.ENDED,
            verdict=Verdict.ABORTED,
            started_at=NOON,
            fault_began_at=NOON,
            ended_at=NOON + timedelta(seconds=9),
            looks=[look("before", is_met=True), look("during", is_met=True), look("during", is_met=False)],
        ),
    )
    after = next(one for one in stages if one.slug == "after")
    assert after.words == "it ended before; steady at 1 of 2 looks until then"


@pytest.mark.parametrize(
    ("fault", "state", "mark"),
    [
        pytest.param(UndoState.RECORDED, State.UNDOING, Mark.RUNNING, id="it is being taken back"),
        pytest.param(UndoState.UNDONE, State.UNDOING, Mark.RUNNING, id="taken back is not yet gone"),
        pytest.param(UndoState.FAILED, State.ENDED, Mark.FAILED, id="given up is a failure"),
        pytest.param(UndoState.VERIFIED, State.ENDED, Mark.DONE, id="seen to be gone is done"),
    ],
)
def test_only_what_was_seen_to_be_gone_is_done(fault: UndoState, state: State, mark: Mark) -> None:
    verdict = Verdict.ABORTED if state is State.ENDED else None
    assert marks(state=state, verdict=verdict, started_at=NOON, faults=[Fault(fault)])["undo"] is mark


def test_what_never_was_out_is_not_told_to_be_steady_again() -> None:
    looks = [look("before", is_met=True), look("during", is_met=True), look("recovery", is_met=True)]
    given: dict[str, Any] = {"state": State.ENDED, "verdict": Verdict.ABORTED, "started_at": NOON}
    stages = stages_of(
        outline=outline_of(DOCUMENT),
        facts=facts(**given, fault_began_at=NOON, steady_again_at=NOON, ended_at=NOON, looks=looks),
    )
    assert (stages[-1].title, stages[-1].words) == ("Still steady", "it never was out")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param({"status": 200, "headers": {"a": "b"}, "body": "x" * 999}, "status 200", id="an HTTP answer"),
        pytest.param({"status": 0, "stdout": "up\n", "stderr": ""}, "exit 0: up", id="a program"),
        pytest.param({"a": 1, "b": [True, None]}, "a 1; b true, nothing", id="other values"),
        pytest.param(0.123456, "0.1235", id="a number"),
    ],
)
def test_values_of_probes_are_told_in_a_line(value: object, words: str) -> None:
    assert value_text(value) == words


def test_a_name_that_stands_twice_is_told_twice() -> None:
    document = {"method": [DOCUMENT["method"][1], DOCUMENT["method"][1]]}  # type: ignore[index]  # a list
    ended = happened("activity_ended", "look", status="succeeded", output=1)
    stages = stages_of(
        outline=outline_of(document),
        facts=facts(state=State.RUNNING, started_at=NOON, happened=[happened("activity_began", "look"), ended]),
    )
    assert [one.mark for one in stages[1].steps] == [Mark.DONE, Mark.WAITING]


def test_a_failed_step_tells_its_error() -> None:
    ended = happened("activity_ended", "pause", status="failed", error="no such process")
    stages = stages_of(
        outline=outline_of(DOCUMENT), facts=facts(state=State.RUNNING, started_at=NOON, happened=[ended])
    )
    step = next(one for one in stages if one.slug == "method").steps[0]
    assert (step.mark, step.words) == (Mark.FAILED, "no such process")


def test_a_dry_run_has_nothing_to_take_back() -> None:
    assert set(marks(mode=Mode.DRY)) == {"guards", "method"}


@pytest.mark.parametrize(
    ("tolerance", "words"),
    [
        pytest.param(200, "200", id="a number"),
        pytest.param(True, "true", id="a truth value"),
        pytest.param([0, 0.4], "from 0 to 0.4", id="two numbers are a range"),
        pytest.param(["a", "b", "c"], "one of a, b, c", id="several are a choice"),
        pytest.param(
            {"type": "range", "range": [1, 2], "target": "status"}, "status from 1 to 2", id="a range of a key"
        ),
        pytest.param({"type": "regex", "pattern": "^ok"}, "regex ^ok", id="a pattern"),
        pytest.param({"type": "jsonpath", "path": "$.a", "expect": 1}, "jsonpath $.a is 1", id="a path"),
        pytest.param(None, "", id="none"),
    ],
)
def test_tolerances_are_read_out(tolerance: object, words: str) -> None:
    assert tolerance_words(tolerance) == words


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"method": "no list", "steady-state-hypothesis": 7, "rollbacks": [1, None]}, id="wrong types"),
        pytest.param({"method": [{"provider": "x", "pauses": [], "ref": 3}]}, id="a broken activity"),
        pytest.param({"method": [{"ref": "gone"}, {"provider": {"type": "python"}}]}, id="a reference to nothing"),
    ],
)
def test_an_outline_is_made_of_anything(document: dict[str, Any]) -> None:
    assert outline_of(document).manner
