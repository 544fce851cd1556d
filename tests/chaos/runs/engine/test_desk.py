"""What the process of a run may have recorded: a fault of its own targets, by a key of its own, of their own kind."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.experiments.selectors.jobs import JobParts
from chaos.injectors.protocol import Reach
from chaos.runner.protocol import Answer, Ask
from chaos.runs.models import Run
from chaos.runs.supervision.desk import Desk
from chaos.runs.supervision.log import RunLog
from chaos.runs.supervision.office import Office


@pytest.fixture
def desk() -> Desk:
    parts = JobParts(
        document={}, targets={"gate": Reach("gate", {})}, kinds={"gate": "proxy"}, rows={}, secrets={}, allowed={}
    )
    nothing: Any = SimpleNamespace(host="here")
    return Desk(
        office=cast("Office", nothing),
        run=Run(pk=7),
        fence=1,
        parts=parts,
        log=cast("RunLog", nothing),
        why_no_fault=lambda: "",
        look_for_stop=lambda: None,
    )


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"target": "theirs"}, "theirs is no target of this run"),
        ({"kind": "process"}, "gate is no target of this run for the injector process"),
        ({"fault_key": "run-8-0-1"}, "no key of a fault of this run"),
        ({"fault_key": "{prefix}-1/../../etc"}, "no key of a fault of this run"),
    ],
)
def test_what_is_not_of_the_run_is_not_recorded(desk: Desk, asked: dict[str, str], reason: str) -> None:
    whole = {
        "activity": "x",
        "target": "gate",
        "kind": "proxy",
        "action": "latency",
        "fault_key": "{prefix}-1",
        "arguments": {},
        "undo": {},
        "expires_after_seconds": 5,
        **asked,
    }
    whole["fault_key"] = str(whole["fault_key"]).format(prefix=desk.prefix)
    answers: list[Answer] = []
    desk.answer(Ask(number=1, what="record_undo", arguments=whole), reply=answers.append, undo_all=list)
    assert not answers[0].is_ok
    assert reason in answers[0].reason
    assert desk.faults == []
