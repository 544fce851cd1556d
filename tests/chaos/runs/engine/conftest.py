"""A team with a target whose faults are files, and a real agent with real processes."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import timezone

from chaos.experiments.models import Experiment, Target
from chaos.runs.domain.states import State
from chaos.runs.models import GuardPolicy, Run
from chaos.runs.services import requests
from chaos.runs.supervision import forkserver
from chaos.runs.supervision.agent import Agent
from reliability.access.domain.caller import SYSTEM, Caller
from tests.cast import ExperimentFactory, ExperimentVersionFactory, ServiceFactory, TargetFactory
from tests.chaos.runs.engine.fake import KIND, acts, enroll
from tests.chaos.runs.engine.fake_runner import COMMAND


def put(name: str = "put", target: str = "files", **more: Any) -> dict[str, Any]:
    provider = {"type": "python", "module": f"chaos.injectors.{KIND}", "func": "put", "arguments": {"target": target}}
    return {"type": "action", "name": name, "provider": provider, **more}


def program(name: str, path: str, *arguments: str, **more: Any) -> dict[str, Any]:
    provider = {"type": "process", "path": path, "arguments": list(arguments)}
    return {"type": "action", "name": name, "provider": provider, **more}


def there(path: Path) -> dict[str, Any]:
    return {**program("there", "ls", str(path)), "type": "probe", "tolerance": 0}


@dataclass
class Bench:
    """directory: of the target. The settings allow the programs ls, sleep, touch, rm and sh."""

    directory: Path
    target: Target
    caller: Caller

    def experiment(self, *method: Mapping[str, Any], **parts: Any) -> Experiment:
        """parts: fields of the document; `deadline_seconds` is the experiment's."""
        deadline = parts.pop("deadline_seconds", 600)
        document = {
            "title": "Files",
            "description": "…",
            "extensions": [{"name": "reliability", "hypothesis_every": 0, "recovery_seconds": 3}],
            "method": list(method),
            **parts,
        }
        made: Experiment = ExperimentFactory(
            team=self.target.team, service=self.target.service, deadline_seconds=deadline
        )
        ExperimentVersionFactory(experiment=made, text=yaml.safe_dump(document), document=document)
        return made

    def request(self, experiment: Experiment, *, is_let: bool = True, **more: Any) -> Run:
        """is_let: past the guards, which have tests of their own."""
        now = timezone.now()
        run = requests.request_run(caller=self.caller, experiment=experiment, not_before=now, now=now, **more)
        if is_let:
            Run.objects.filter(pk=run.pk).update(state=State.READY, ready_at=now)
            run.refresh_from_db()
        return run

    @contextmanager
    def agent(self, *, name: str = "", runs_max: int = 5) -> Iterator[Agent]:
        agent = Agent(name=name, runs_max=runs_max)
        agent.start()
        try:
            yield agent
        finally:
            agent.end()
            for thread in agent.threads:
                thread.join(10)

    def wait(self, run: Run, is_so: Callable[[Run], bool], *, seconds: float = 30.0) -> Run:
        deadline = time.monotonic() + seconds
        while True:
            run.refresh_from_db()
            if is_so(run):
                return run
            if time.monotonic() > deadline:
                words = list(run.events.order_by("number").values_list("text", flat=True))
                pytest.fail(f"{run.state} {run.waits_for!r}: {words}")
            time.sleep(0.03)

    def wait_for_end(self, run: Run, *, seconds: float = 30.0) -> Run:
        return self.wait(run, lambda row: row.state == State.ENDED, seconds=seconds)

    def wait_for_fault(self, *, count: int = 1, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while len(self.faults()) < count:
            assert time.monotonic() < deadline, acts(self.directory)
            time.sleep(0.02)

    def kill(self, run: Run) -> None:
        """The process of the run, and nobody else."""
        run.refresh_from_db()
        assert run.process_id is not None
        os.kill(run.process_id, signal.SIGKILL)

    def faults(self) -> list[str]:
        return sorted(path.name for path in (self.directory / "faults").iterdir())

    def words(self, what: str) -> list[str]:
        """Keys of the faults that were begun, injected or undone."""
        return [key for word, key, _ in acts(self.directory) if word == what]

    def texts(self, run: Run, kind: str) -> list[str]:
        return list(run.events.filter(kind=kind).order_by("number").values_list("text", flat=True))


@pytest.fixture
def bench(transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bench:
    enroll()
    monkeypatch.setattr(forkserver, "COMMAND", COMMAND)
    (tmp_path / "places").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "places"))
    settings.CHAOS_PROGRAMS = ["ls", "sleep", "touch", "rm", "sh"]
    settings.CHAOS_LEASE_SECONDS = 3.0
    settings.CHAOS_UNDO_SECONDS = 5.0
    directory = tmp_path / "target"
    (directory / "faults").mkdir(parents=True)
    service = ServiceFactory()
    target = TargetFactory(
        team=service.team, service=service, slug="files", kind=KIND, config={"directory": str(directory)}
    )
    GuardPolicy.objects.create(
        team=service.team, needs_on_call=False, created_at=timezone.now(), updated_at=timezone.now()
    )
    return Bench(directory=directory, target=target, caller=SYSTEM)
