"""Working directories of runs: none stays behind an agent that was killed, and none is taken from one that lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from chaos.runs.supervision import places
from tests.architecture.sources import ROOT

_HOLDER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from chaos.runs.supervision.places import Place
place = Place()
print(place.path, flush=True)
sys.stdin.read()
"""


def test_only_directories_without_a_living_holder_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    mine = places.Place()
    (tmp_path / "chaos-run-link").symlink_to(tmp_path / "other")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        theirs = Path(holder.stdout.readline().decode().strip())
        (theirs / "file").touch()
        places.sweep()
        assert (theirs / "file").exists(), "its holder lives"
        os.kill(holder.pid, signal.SIGKILL)
    places.sweep()
    assert not theirs.exists()
    assert Path(mine.path).is_dir()
    assert (tmp_path / "other" / "file").exists(), "no link is followed"
    mine.remove()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chaos-run-link", "other"]
