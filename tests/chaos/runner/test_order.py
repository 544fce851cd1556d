"""The order of a run, seen from outside: a real process, real programs, a real page."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

from chaos.runner.protocol import Event, Stop
from tests.chaos.runner.harness import supervised


def action(name: str, program: str, *arguments: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "action",
        "name": name,
        "provider": {"type": "process", "path": program, "arguments": list(arguments)},
        **more,
    }


def probe(name: str, program: str, *arguments: str, tolerance: Any = 0, **more: Any) -> dict[str, Any]:
    return {**action(name, program, *arguments), "type": "probe", "tolerance": tolerance, **more}


def document(**parts: Any) -> dict[str, Any]:
    return {
        "title": "A file that must be there",
        "description": "…",
        "extensions": [{"name": "reliability", "hypothesis_every": 0, "recovery_seconds": 5}],
        "method": [],
        **parts,
    }


def hypothesis(*probes: dict[str, Any]) -> dict[str, Any]:
    return {"title": "It is there", "probes": list(probes)}


PROGRAMS = ["ls", "touch", "rm", "sleep", "sh"]


def test_steady_before_method_steady_after_taken_back_and_steady_again(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    parts = document(
        **{"steady-state-hypothesis": hypothesis(probe("there", "ls", str(there)))},
        method=[action("remove", "rm", str(there))],
        rollbacks=[action("bring back", "touch", str(there))],
    )
    with supervised(parts, programs=PROGRAMS) as child:
        end = child.finish()
    phases = [(event.data["phase"], event.data["is_met"]) for event in child.events if event.kind == "hypothesis"]
    assert phases == [("before", True), ("after", False), ("recovery", True)]
    assert [ask.what for ask in child.asks] == ["record_rollbacks", "begin", "undo_all", "rolled_back"]
    assert end.outcome["has_deviated"]
    assert end.journal["deviated"]
    assert end.journal["status"] == "completed"
    assert [run["status"] for run in end.journal["run"]] == ["succeeded"]
    assert there.exists()


def test_nothing_is_done_to_what_is_not_steady_before(tmp_path: Path) -> None:
    parts = document(
        **{"steady-state-hypothesis": hypothesis(probe("there", "ls", str(tmp_path / "missing")))},
        method=[action("make", "touch", str(tmp_path / "made"))],
    )
    with supervised(parts, programs=PROGRAMS) as child:
        end = child.finish()
    assert end.outcome["was_steady"] is False
    assert not end.outcome["has_begun_method"]
    assert end.journal["status"] == "failed"
    assert not (tmp_path / "made").exists()


def test_a_probe_that_cannot_be_compared_with_its_tolerance_is_out(tmp_path: Path) -> None:
    odd = probe("odd", "ls", str(tmp_path), tolerance={"type": "regex", "pattern": "x", "target": "nothing"})
    with supervised(document(**{"steady-state-hypothesis": hypothesis(odd)}), programs=PROGRAMS) as child:
        end = child.finish()
    assert end.outcome["was_steady"] is False
    assert end.outcome["error"] == ""
    assert "cannot be compared" in child.events[0].data["probes"][0]["error"]


def test_a_deviation_while_the_method_runs_ends_it(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    parts = document(
        **{"steady-state-hypothesis": hypothesis(probe("there", "ls", str(there)))},
        method=[
            action("remove", "rm", str(there), pauses={"after": 2}),
            action("never", "touch", f"{tmp_path}/never"),
        ],
        rollbacks=[action("bring back", "touch", str(there))],
        extensions=[{"name": "reliability", "hypothesis_every": 0.2, "stop_after_deviations": 2}],
    )
    with supervised(parts, programs=PROGRAMS) as child:
        end = child.finish()
    assert end.outcome["has_deviated"]
    assert not end.outcome["has_completed_method"]
    assert not (tmp_path / "never").exists()
    assert len(end.journal["steady_states"]["during"]) >= 2


def test_what_pauses_while_the_method_ends_by_a_deviation_does_not_begin_after_it(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    parts = document(
        **{"steady-state-hypothesis": hypothesis(probe("there", "ls", str(there)))},
        method=[
            action("behind", "touch", f"{tmp_path}/behind", background=True, pauses={"before": 3}),
            action("remove", "rm", str(there)),
            action("next", "touch", f"{tmp_path}/next", pauses={"before": 60}),
        ],
        rollbacks=[action("wait", "sleep", "4")],
        extensions=[
            {"name": "reliability", "hypothesis_every": 0.2, "stop_after_deviations": 2, "recovery_seconds": 1}
        ],
    )
    began = time.monotonic()
    with supervised(parts, programs=PROGRAMS) as child:
        end = child.finish()
    assert time.monotonic() - began < 30, "a pause of the method does not hold up what takes it back"
    assert end.outcome["has_deviated"]
    assert not (tmp_path / "next").exists()
    assert not (tmp_path / "behind").exists(), "everything was taken back when its pause was over"
    assert end.outcome["failed_actions"] == [], "what was not begun did not fail"


def test_a_signal_lets_no_next_fault_in_and_everything_is_taken_back(tmp_path: Path) -> None:
    parts = document(
        method=[
            action("first", "touch", f"{tmp_path}/first"),
            action("wait", "sleep", "1.5"),
            action("second", "touch", f"{tmp_path}/second"),
        ],
        rollbacks=[action("unmake", "rm", f"{tmp_path}/first")],
    )
    for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT):
        with supervised(parts, programs=PROGRAMS) as child:
            child.run_until(lambda line: isinstance(line, Event) and line.text == "wait")
            child.process.send_signal(number)
            end = child.finish()
        assert number.name in end.outcome["stopped"]
        assert end.journal["status"] == "interrupted"
        assert not (tmp_path / "second").exists()
        assert not (tmp_path / "first").exists()


def test_a_stop_from_the_supervisor_lets_nothing_more_begin(tmp_path: Path) -> None:
    parts = document(method=[action("wait", "sleep", "1"), action("second", "touch", f"{tmp_path}/second")])
    with supervised(parts, programs=PROGRAMS) as child:
        child.run_until(lambda line: isinstance(line, Event) and line.text == "wait")
        child.send(Stop(reason="pressed by Ada"))
        end = child.finish()
    assert end.outcome["stopped"] == "pressed by Ada"
    assert not (tmp_path / "second").exists()


def test_a_child_whose_supervisor_is_gone_does_nothing_more(tmp_path: Path) -> None:
    parts = document(
        method=[action("wait", "sleep", "1"), action("second", "touch", f"{tmp_path}/second")],
        rollbacks=[action("unmake", "touch", f"{tmp_path}/unmade")],
    )
    with supervised(parts, programs=PROGRAMS) as child:
        child.run_until(lambda line: isinstance(line, Event) and line.text == "wait")
        assert child.process.stdin is not None
        child.process.stdin.close()
        assert child.process.stdout is not None
        child.process.stdout.read()
        child.process.wait(timeout=10)
    assert list(tmp_path.iterdir()) == [], "who finds its records takes everything back"


def test_activities_in_the_background_run_beside_the_others(tmp_path: Path) -> None:
    parts = document(
        method=[
            action("slow", "sh", "-c", f"sleep 1; touch {tmp_path}/slow", background=True),
            action("quick", "touch", f"{tmp_path}/quick"),
        ]
    )
    with supervised(parts, programs=PROGRAMS) as child:
        end = child.finish()
    assert [run["activity"]["name"] for run in end.journal["run"]] == ["quick", "slow"]
    assert (tmp_path / "slow").exists()
    assert end.outcome["has_completed_method"]


def test_a_dry_run_does_nothing_at_all(tmp_path: Path) -> None:
    parts = document(
        **{"steady-state-hypothesis": hypothesis(probe("look", "touch", f"{tmp_path}/looked"))},
        configuration={"found": probe("found", "touch", f"{tmp_path}/found")},
        method=[action("make", "touch", f"{tmp_path}/made", pauses={"before": 60})],
        rollbacks=[action("unmake", "touch", f"{tmp_path}/unmade")],
    )
    with supervised(parts, programs=PROGRAMS, is_dry=True) as child:
        end = child.finish()
    assert list(tmp_path.iterdir()) == []
    assert [event.data["name"] for event in child.events if event.kind == "planned"] == [
        "look",
        "make",
        "unmake",
        "found",
    ]
    assert child.asks == []
    assert end.outcome["error"] == ""


def test_only_rollbacks_are_replayed_when_that_is_the_job(tmp_path: Path) -> None:
    parts = document(
        method=[action("make", "touch", f"{tmp_path}/made")],
        rollbacks=[action("unmake", "touch", f"{tmp_path}/unmade"), action("broken", "rm", f"{tmp_path}/none")],
    )
    with supervised(parts, programs=PROGRAMS, part="rollbacks") as child:
        end = child.finish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["unmade"]
    assert end.outcome["failed_rollbacks"] == []  # a program that ran is a success to the toolkit, whatever it returned
