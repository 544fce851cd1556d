"""The demo keeps to itself: everyone knows its password."""

from __future__ import annotations

from pathlib import Path

import pytest

from reliability.supervision.places import ROOT, data_dir, demo_note
from reliability.supervision.up import up


def test_the_demo_has_a_directory_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATA_DIR", raising=False)
    assert data_dir(is_demo=True) == ROOT / "var" / "demo"
    assert data_dir(is_demo=False) == ROOT / "var"


def test_the_product_does_not_start_on_the_data_of_a_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    demo_note(tmp_path).write_text("sign in as …")
    assert up(is_demo=False) == 2
    assert "name another directory" in "".join(capfd.readouterr())
