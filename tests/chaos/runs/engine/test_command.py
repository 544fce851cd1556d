"""`manage.py chaos` on the command line."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from chaos.runs.domain.states import Mode, State, Verdict
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


@pytest.mark.parametrize(
    ("mode", "verdict", "status"),
    [
        pytest.param([], Verdict.HELD, 0, id="held is success"),
        pytest.param([], Verdict.DEVIATED, 3, id="deviated"),
        pytest.param([], Verdict.ABORTED, 4, id="aborted"),
        pytest.param([], Verdict.INCONCLUSIVE, 5, id="inconclusive"),
        pytest.param([], Verdict.FAILED_TO_UNDO, 6, id="a fault that stays"),
        pytest.param(["--dry"], Verdict.INCONCLUSIVE, 0, id="a dry run that planned every step"),
        pytest.param(["--dry"], Verdict.ABORTED, 4, id="a dry run that was refused"),
    ],
)
def test_who_waits_is_told_the_verdict_by_the_status(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, mode: list[str], verdict: Verdict, status: int
) -> None:
    experiment = bench.experiment(put())
    monkeypatch.setattr("time.sleep", lambda seconds: _end(verdict))
    if status == 0:
        call_command("chaos", "run", experiment.slug, "--wait", *mode)
        return
    with pytest.raises(CommandError, match=verdict.words) as refused:
        call_command("chaos", "run", experiment.slug, "--wait", *mode)
    assert refused.value.returncode == status


def test_interrupted_it_says_that_the_run_goes_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = bench.experiment(put())

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    with pytest.raises(CommandError, match="goes on: ") as refused:
        call_command("chaos", "run", experiment.slug, "--wait")
    assert refused.value.returncode == 130
    assert Run.objects.get().state == State.WAITING


def test_without_runs_the_list_says_so_beside_its_lines(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("chaos", "list")
    said = capsys.readouterr()
    assert said.out == ""
    assert "no run waits" in said.err


def test_every_part_explains_itself_with_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    for part in ("agent", "run", "list", "stop", "lift"):
        with pytest.raises(SystemExit) as ended:
            call_command("chaos", part, "--help")
        assert ended.value.code == 0
        assert "status" in capsys.readouterr().out


def _end(verdict: Verdict) -> None:
    Run.objects.update(state=State.ENDED, verdict=verdict, verdict_reason="as told")
