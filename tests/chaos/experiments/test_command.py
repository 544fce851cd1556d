"""`manage.py experiments`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chaos.experiments.models import Experiment, ExperimentVersion, Target
from reliability.access.models import AuditEntry
from tests.cast import Cast
from tests.chaos.experiments.documents import PLAIN

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("experiments", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        err.write(f"{error}\n")
    return out.getvalue(), err.getvalue()


def test_files_are_imported_exported_unchanged_and_imported_again(
    cast: Cast, orders_process: Target, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "slow.yaml").write_bytes(PLAIN.replace("\n", "\r\n").encode())
    out, err = run("import", str(tmp_path / "in"), "--team", "payments")
    assert f"+ {tmp_path}/in/slow.yaml: added as orders-survive-a-slow-payment" in out
    assert err == ""
    out, _ = run("export", "--team", "payments", "--to", str(tmp_path / "out"))
    assert "1 experiment written" in out
    written = tmp_path / "out" / "orders-survive-a-slow-payment.yaml"
    assert written.read_bytes() == (tmp_path / "in" / "slow.yaml").read_bytes()
    out, _ = run("import", str(written), "--team", "payments", "--update")
    assert out.startswith("=")
    written.write_text(PLAIN.replace("30", "20"))
    out, _ = run("import", str(written), "--team", "payments", "--update")
    assert out.startswith("~")
    assert ExperimentVersion.objects.count() == 2
    assert run("export", "orders-survive-a-slow-payment")[0] == PLAIN.replace("30", "20")
    assert run("export", "orders-survive-a-slow-payment", "--format", "json")[0].startswith("{")
    entry = AuditEntry.objects.order_by("pk").first()
    assert entry is not None
    assert entry.actor_name.startswith("command line (")


def test_validation_names_the_line_and_stores_nothing(cast: Cast, orders_process: Target, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(PLAIN)
    bad.write_text(PLAIN.replace("func: pause", "func: push"))
    out, err = run("validate", str(good), str(bad), "--team", "payments")
    assert f"= {good}: valid" in out
    assert f"{bad}:18: method[0].provider.func: process has no action 'push'" in err
    assert "1 of 2 files refused" in err
    assert not Experiment.objects.exists()


def test_what_cannot_be_done_is_said(cast: Cast, tmp_path: Path) -> None:
    assert "cannot be read" in run("import", str(tmp_path / "none.yaml"), "--team", "payments")[1]
    (tmp_path / "a.yaml").write_text(PLAIN)
    assert "there is no team 'nobody'" in run("validate", str(tmp_path), "--team", "nobody")[1]
    assert "no experiment 'none'" in run("export", "none")[1]
    assert "is no directory" in run("export", "--to", str(tmp_path / "gone"))[1]
