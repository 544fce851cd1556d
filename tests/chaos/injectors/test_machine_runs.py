"""Faults on the machine put in place by the real process of a run, which then dies."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from chaos.injectors.machine import processes
from chaos.injectors.protocol import Plan, Reach
from chaos.injectors.registry import get, injectors
from chaos.runner.protocol import Event
from tests.chaos.injectors.faults import new_key, victim, wait
from tests.chaos.runner.harness import supervised
from tests.chaos.runner.test_order import document


def activity(kind: str, func: str, **arguments: Any) -> dict[str, Any]:
    provider = {
        "type": "python",
        "module": f"chaos.injectors.{kind}",
        "func": func,
        "arguments": {"target": "it", **arguments},
    }
    return {"type": "action", "name": func, "provider": provider}


def injected_and_killed(kind: str, config: dict[str, Any], step: dict[str, Any]) -> tuple[Plan, Reach]:
    """A run whose process is killed as soon as its fault is in place; the plan as its supervisor recorded it."""
    targets = {"it": {"kind": kind, "config": config}}
    prefix = new_key()
    with supervised(document(method=[step]), targets=targets, prefix=prefix) as child:
        child.run_until(lambda line: isinstance(line, Event) and line.kind == "injected")
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait(timeout=10)
    recorded = next(ask.arguments for ask in child.asks if ask.what == "record_undo")
    plan = Plan(
        kind=recorded["kind"],
        action=recorded["action"],
        fault_key=recorded["fault_key"],
        arguments=recorded["arguments"],
        undo=recorded["undo"],
        expires_after=timedelta(seconds=recorded["expires_after_seconds"]),
    )
    return plan, Reach(slug="it", config=config)


def test_a_pause_is_taken_back_by_another_process_from_what_was_recorded() -> None:
    with victim() as (process, command):
        config = {"command": command}
        plan, reach = injected_and_killed("process", config, activity("process", "pause", duration=60))
        assert processes.is_stopped(process)
        get("process").undo(plan=plan, reach=reach)
        assert get("process").verify(plan=plan, reach=reach).is_gone
        assert not processes.is_stopped(process)


def test_a_pause_ends_at_its_deadline_when_nobody_takes_it_back() -> None:
    with victim() as (process, command):
        plan, reach = injected_and_killed("process", {"command": command}, activity("process", "pause", duration=2))
        wait(lambda: not processes.is_stopped(process))
        assert get("process").verify(plan=plan, reach=reach).is_gone


def test_the_injectors_of_the_machine_are_known_to_the_process_of_a_run(tmp_path: Path) -> None:
    assert {"process", "stress", "disk", "packet", "clock"} <= set(injectors())
    assert all(get(kind).is_local for kind in ("process", "stress", "disk", "packet", "clock"))
    config = {"directory": str(tmp_path), "may_be_system": True, "floor_mebibytes": 1}
    plan, reach = injected_and_killed("disk", config, activity("disk", "fill", mebibytes=1))
    assert len(list(tmp_path.iterdir())) == 1
    get("disk").undo(plan=plan, reach=reach)
    assert list(tmp_path.iterdir()) == []
