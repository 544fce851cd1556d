"""Migrations keep the first start short."""

from __future__ import annotations

from importlib import import_module

import pytest

from reliability.database.first_tables import FirstTables
from tests.architecture.sources import ROOT

FIRST = sorted(
    str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
    for room in ("reliability", "slo", "chaos", "incidents")
    for path in (ROOT / room).rglob("migrations/0001_initial.py")
)


@pytest.mark.parametrize("module", FIRST)
def test_the_first_tables_of_a_room_are_made_at_once(module: str) -> None:
    migration = import_module(module).Migration
    assert issubclass(migration, FirstTables), f"make it FirstTables instead of migrations.Migration in {module}"
