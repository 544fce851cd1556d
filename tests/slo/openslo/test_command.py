"""`manage.py slo`, as people and pipelines run it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reliability.access.models import AuditEntry
from slo.models import Slo
from tests.cast import Cast

SHOP = Path(__file__).parent.parent.parent / "protocols" / "openslo" / "shop.yaml"

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("slo", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def applied(cast: Cast) -> None:
    run("apply", str(SHOP), "--team", "payments", "--reason", "the first ones")


def test_a_plan_is_printed_like_a_diff_and_writes_nothing(cast: Cast) -> None:
    out, _ = run("plan", str(SHOP), "--team", "payments")
    assert f"+ SLO checkout-availability will be created  ({SHOP}:" in out
    assert out.endswith("Plan: 17 to create, 0 to change, 0 unchanged.\n")
    assert not Slo.objects.exists()


def test_a_change_is_printed_field_by_field(applied: None, tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    changed.write_text(SHOP.read_text().replace("target: 0.999\n", "target: 0.9995\n"))
    out, _ = run("plan", str(changed))
    assert f"~ SLO checkout-availability will be changed  ({changed}:" in out
    assert 'objective  "0.999" → "0.9995"' in out
    assert "Plan: 0 to create, 1 to change, 16 unchanged." in out


def test_exit_codes_tell_whether_something_changes(applied: None, tmp_path: Path) -> None:
    assert "Nothing to change: 17 objects are as described." in run("plan", str(SHOP), "--detailed-exitcode")[0]
    changed = tmp_path / "changed.yaml"
    changed.write_text(SHOP.read_text().replace("target: 0.999\n", "target: 0.9995\n"))
    with pytest.raises(SystemExit) as exited:
        run("plan", str(changed), "--detailed-exitcode")
    assert exited.value.code == 2


def test_an_export_applies_without_a_change(applied: None, tmp_path: Path) -> None:
    exported = tmp_path / "exported.yaml"
    run("export", "--output", str(exported))
    assert "Nothing to change" in run("apply", str(exported))[0]
    assert run("export")[0] == exported.read_text()


def test_directories_are_read_whole(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "more" / ".hidden").mkdir(parents=True)
    for index, document in enumerate(SHOP.read_text().split("\n---\n")):
        (tmp_path / ("more" if index % 2 else ".") / f"{index}.yml").write_text(document)
    (tmp_path / "more" / ".hidden" / "broken.yaml").write_text("}")
    (tmp_path / "README.md").write_text("no document")
    out, _ = run("plan", str(tmp_path), "--team", "payments")
    assert out.endswith("Plan: 17 to create, 0 to change, 0 unchanged.\n")


def test_standard_input_is_a_file(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SHOP.read_bytes())))
    assert "Plan: 17 to create" in run("plan", "-", "--team", "payments")[0]


def test_problems_go_to_standard_error_with_file_and_line(cast: Cast, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(SHOP.read_text().replace("targetPercent: 99.5", "targetPercent: 995"))
    err = io.StringIO()
    with pytest.raises(CommandError, match="1 problem, nothing was written"):
        call_command("slo", "apply", str(broken), "--team", "payments", stderr=err)
    line = next(n for n, text in enumerate(broken.read_text().splitlines(), 1) if "targetPercent" in text)
    assert err.getvalue().startswith(f"{broken}:{line}: spec.objectives[0].targetPercent: ")


def test_validate_says_so(cast: Cast) -> None:
    out, err = run("validate", str(SHOP))
    assert out == "The documents are valid.\n"
    assert "metadata.labels.on" in err


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere.yaml", "cannot be read: No such file"), (".", "holds no .yaml, .yml or .json file")]
)
def test_files_that_are_not_there_are_named(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=said):
        run("plan", name)


def test_the_audit_trail_names_who_ran_it_and_why(applied: None) -> None:
    entry: Any = AuditEntry.objects.get(action="openslo.apply")
    assert entry.actor_name.startswith("command line (")
    assert entry.reason == "the first ones"


def test_one_slo_is_exported_with_what_it_refers_to(applied: None) -> None:
    out, _ = run("export", "--slo", "checkout-availability")
    assert out.count("kind: SLO") == 1
    assert "kind: DataSource" in out


@pytest.mark.parametrize("option", ["--team", "--service", "--slo"])
def test_an_export_of_what_is_not_there_says_so(applied: None, option: str) -> None:
    with pytest.raises(CommandError, match="nothing-here"):
        run("export", option, "nothing-here")


def test_an_unknown_team_is_told_at_its_option(cast: Cast) -> None:
    with pytest.raises(CommandError, match="--team: there is no team 'nobody'"):
        run("apply", str(SHOP), "--team", "nobody")
