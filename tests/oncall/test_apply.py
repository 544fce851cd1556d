"""`manage.py apply`: documents of several kinds, all or nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from incidents.oncall.models import Schedule
from reliability.access.models import AuditEntry
from tests.cast import Cast

pytestmark = pytest.mark.django_db
ROTA = """\
kind: Schedule
metadata:
  name: payments-primary
spec:
  team: payments
  time_zone: Europe/Berlin
  layers:
    - name: Primary
      priority: 1
      rotation:
        unit: week
        length: 1
        start: 2026-01-05T09:00
        participants: [editor@example.org, responder@example.org]
      restrictions:
        - {weekdays: [mon, tue], start: 09:00, end: 17:00}
  overrides:
    - {start: 2026-04-01T09:00, end: 2026-04-02T09:00, user: viewer@example.org}
"""


def run(*names: Path | str, **options: Any) -> str:
    out = StringIO()
    call_command("apply", *map(str, names), stdout=out, stderr=out, **options)
    return out.getvalue()


def refused(*names: Path | str) -> str:
    out = StringIO()
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("apply", *map(str, names), stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def file(cast: Cast, tmp_path: Path) -> Path:
    path = tmp_path / "rota.yaml"
    path.write_text(ROTA)
    return path


def test_a_file_makes_a_schedule_and_applying_it_again_changes_nothing(file: Path) -> None:
    assert "+ Schedule payments-primary: added" in run(file)
    audited = AuditEntry.objects.count()
    assert "0 of 1 document changed" in run(file)
    assert AuditEntry.objects.count() == audited
    layers = Schedule.objects.get().versions.get().definition["layers"]
    assert layers[0]["restrictions"] == [{"weekdays": ["mon", "tue"], "start": "09:00", "end": "17:00"}]


def test_a_dry_run_tells_the_same_and_writes_nothing(file: Path) -> None:
    said = run(file, dry_run=True)
    assert "+ Schedule payments-primary: added" in said
    assert "nothing was written" in said
    assert not Schedule.objects.exists()
    assert not AuditEntry.objects.exists()


def test_one_mistake_anywhere_and_nothing_is_written(file: Path) -> None:
    wrong = file.with_name("wrong.yaml")
    wrong.write_text(ROTA.replace("payments-primary", "second").replace("unit: week", "unit: fortnight"))
    said = refused(file, wrong)
    assert f"{wrong}:11: Schedule second layers[0].rotation.unit: must be one of hour, day" in said
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: Schedule", "kind: Rota"), "rota.yaml:1: kind: must be one of"),
        (("  name: payments-primary", "  label: x"), "metadata.name: is required"),
        (("viewer@example.org", "nobody@example.org"), "rota.yaml:18: Schedule payments-primary overrides[0].user"),
        (("unit: week", "unit: week\n        unit: day"), "rota.yaml:12"),
    ],
    ids=["an unknown kind", "no name", "an override by nobody", "a key twice"],
)
def test_a_mistake_names_file_line_and_path(file: Path, change: tuple[str, str], said: str) -> None:
    file.write_text(ROTA.replace(*change))
    assert said in refused(file)


def test_several_documents_and_json_and_the_short_form(cast: Cast, tmp_path: Path) -> None:
    short = '{"kind": "Schedule", "name": "short", "team": "payments", "layers": []}'
    (tmp_path / "a.yaml").write_text(ROTA + "---\n" + short + "\n")
    (tmp_path / "b.json").write_text(f"[{short.replace('short', 'listed')}]")
    assert "3 of 3 documents changed" in run(tmp_path)
    assert set(Schedule.objects.values_list("slug", flat=True)) == {"payments-primary", "short", "listed"}


def test_the_same_object_twice_is_refused(file: Path, settings: Any) -> None:
    file.write_text(ROTA + "---\n" + ROTA)
    assert "stands in" in refused(file)
    settings.APPLY_DOCUMENTS_MAX = 1
    file.write_text(ROTA + "---\n" + ROTA.replace("payments-primary", "second"))
    assert "more than 1: apply them in parts" in refused(file)
