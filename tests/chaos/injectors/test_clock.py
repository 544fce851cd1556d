"""A real process under libfaketime, whose clock is shifted and set right again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chaos.injectors.clock import file
from chaos.injectors.clock.injector import INJECTOR
from chaos.injectors.protocol import InjectorError, Reach
from tests.chaos.injectors.faults import cuts, fault, wait

HOUR = 3600
TELL = "import sys,time\nfor _ in sys.stdin: print(int(time.time()), flush=True)"
needs_library = pytest.mark.skipif(bool(INJECTOR.works_here()), reason="libfaketime is not installed")


@dataclass
class Clocked:
    """A process that tells its time when asked."""

    process: subprocess.Popen[str]
    path: Path

    @property
    def config(self) -> dict[str, str]:
        return {"file": str(self.path)}

    def shift(self) -> int:
        """Seconds that it is ahead of us."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return round((int(self.process.stdout.readline()) - time.time()) / 10) * 10


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    library = next(found for found in Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))
    path = tmp_path / "clock"
    path.write_text("+0s\n")
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(path),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    argv = [sys.executable, "-S", "-c", TELL]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        one = Clocked(process=process, path=path)
        assert one.shift() == 0
        yield one
        process.kill()


@needs_library
@pytest.mark.parametrize("shift", [HOUR, -2 * HOUR])
def test_the_process_sees_another_time_until_it_is_taken_back(clocked: Clocked, shift: int) -> None:
    skew = fault(INJECTOR, "skew", clocked.config, shift_seconds=shift)
    assert skew.inject()["pids"] == [clocked.process.pid]
    assert clocked.shift() == shift
    assert not skew.is_gone
    skew.undo()
    skew.undo()
    assert clocked.shift() == 0
    assert skew.is_gone


@needs_library
def test_a_shift_cut_off_anywhere_is_set_right(clocked: Clocked) -> None:
    for line in cuts(fault(INJECTOR, "skew", clocked.config, shift_seconds=HOUR), number=6):
        skew = fault(INJECTOR, "skew", clocked.config, shift_seconds=HOUR)
        skew.inject_elsewhere(cut_at=line)
        skew.undo()
        assert skew.is_gone, f"cut off at line {line}"
        assert clocked.shift() == 0
        assert list(clocked.path.parent.iterdir()) == [clocked.path]


@needs_library
def test_the_deadline_sets_it_right_although_whoever_shifted_it_is_dead(clocked: Clocked) -> None:
    skew = fault(INJECTOR, "skew", clocked.config, shift_seconds=HOUR, duration=1)
    skew.inject_elsewhere()
    wait(lambda: skew.is_gone)
    assert clocked.shift() == 0
    wait(lambda: not skew.is_watched)


@needs_library
def test_a_file_that_was_lost_is_made_again_since_the_process_keeps_its_shift(clocked: Clocked) -> None:
    skew = fault(INJECTOR, "skew", clocked.config, shift_seconds=HOUR)
    skew.inject()
    clocked.path.unlink()
    skew.undo()
    assert clocked.shift() == 0


@needs_library
def test_a_shift_of_somebody_else_is_kept(clocked: Clocked) -> None:
    clocked.path.write_text("+1d\n")
    skew = fault(INJECTOR, "skew", clocked.config, shift_seconds=HOUR)
    with pytest.raises(InjectorError, match="shifts the clock already by"):
        skew.inject()
    skew.undo()
    assert skew.is_gone
    assert file.shift_in(clocked.path) == "+1d"


@needs_library
def test_a_file_no_process_was_started_with_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    skew = fault(INJECTOR, "skew", {"file": str(path)}, shift_seconds=1)
    with pytest.raises(InjectorError, match="there is no file"):
        skew.inject()
    path.write_text("+0\n")
    again = fault(INJECTOR, "skew", {"file": str(path)}, shift_seconds=1)
    with pytest.raises(InjectorError, match="no process runs that was started with"):
        again.inject()
    for one in (skew, again):
        one.undo()
        assert one.is_gone
    assert path.read_text() == "+0\n"


def test_the_file_keeps_its_mode_and_is_never_empty(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text("; by hand\n\n+0s\n")
    path.chmod(0o640)
    file.check_unshifted(path)
    file.write(path, shift="+60s", key="run-1-1")
    assert path.stat().st_mode & 0o777 == 0o640
    assert (file.key_in(path), file.shift_in(path)) == ("run-1-1", "+60s")
    file.write(path, shift=file.UNSHIFTED, key="run-1-1")
    assert (file.key_in(path), file.shift_in(path)) == (None, "+0s")


@pytest.mark.parametrize("path", ["clock", "/srv/../etc/clock"])
def test_a_file_is_named_by_its_whole_path(path: str) -> None:
    assert any("whole path" in problem for problem in INJECTOR.problems_of_target({"file": path}))


def test_no_shift_is_no_fault() -> None:
    reach = Reach(slug="clock", config={"file": "/srv/clock"})
    with pytest.raises(InjectorError, match="must not be 0"):
        INJECTOR.plan(action="skew", fault_key="k", reach=reach, arguments={"shift_seconds": 0})


def test_a_machine_without_the_library_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("chaos.injectors.clock.injector._PLACES", (str(tmp_path),))
    assert "apt-get install libfaketime" in INJECTOR.works_here()
