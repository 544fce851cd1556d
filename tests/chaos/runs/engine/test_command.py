"""`manage.py chaos` on the command line."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from chaos.runs.domain.states import Mode, State
from chaos.runs.models import Run
from chaos.runs.selectors.global_stop import in_force
from tests.chaos.runs.engine.conftest import Bench, put


def test_runs_are_asked_for_listed_and_stopped(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = bench.experiment(put())
    call_command("chaos", "run", experiment.slug, "--dry", "--reason", "to see")
    run = Run.objects.get()
    assert (run.mode, run.reason, run.origin) == (Mode.DRY, "to see", "command line")
    call_command("chaos", "list")
    assert f"{run.pk}\twaiting\t{experiment.slug}" in capsys.readouterr().out
    call_command("chaos", "stop", str(run.pk), "--reason", "seen")
    run.refresh_from_db()
    assert run.state == State.ENDED
    with pytest.raises(CommandError, match="has ended"):
        call_command("chaos", "stop", str(run.pk))
    with pytest.raises(CommandError, match="no experiment"):
        call_command("chaos", "run", "nothing")


def test_the_global_stop_is_pressed_and_lifted(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("chaos", "stop", "--all", "--reason", "outage")
    assert in_force() is not None
    call_command("chaos", "list")
    assert "outage" in capsys.readouterr().out
    call_command("chaos", "lift")
    assert in_force() is None
    with pytest.raises(CommandError, match="nothing to lift"):
        call_command("chaos", "lift")
