"""When a start may leave `manage.py prepare` out: only what this release has prepared itself, as it lies there."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from reliability.supervision.management.commands.prepare import mark_database
from reliability.supervision.prepared import is_prepared, mark_of, note_prepared, release
from tests.servers.postgresql import free_port

ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "reliability.settings"}


def mark(directory: Path, value: int) -> None:
    with contextlib.closing(sqlite3.connect(directory / "reliability.sqlite3")) as connection:
        connection.execute(f"PRAGMA user_version = {value:d}")


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    (tmp_path / "static").mkdir()
    mark(tmp_path, mark_of(note_prepared(tmp_path, environment=ENVIRONMENT)))
    return tmp_path


def test_what_this_release_prepared_needs_nothing(prepared: Path) -> None:
    assert is_prepared(prepared, environment=ENVIRONMENT)


def test_an_older_backup_of_the_database_is_prepared_again(prepared: Path) -> None:
    mark(prepared, mark_of("0" * 64))
    assert not is_prepared(prepared, environment=ENVIRONMENT)


def test_a_fresh_database_is_prepared(prepared: Path) -> None:
    (prepared / "reliability.sqlite3").unlink()
    assert not is_prepared(prepared, environment=ENVIRONMENT)
    mark(prepared, 0)
    assert not is_prepared(prepared, environment=ENVIRONMENT)


def test_a_broken_database_is_left_to_whoever_prepares(prepared: Path) -> None:
    (prepared / "reliability.sqlite3").write_bytes(b"not a database" * 100)
    assert not is_prepared(prepared, environment=ENVIRONMENT)


def test_lost_static_files_are_collected_again(prepared: Path) -> None:
    (prepared / "static").rmdir()
    assert not is_prepared(prepared, environment=ENVIRONMENT)


def test_other_settings_and_other_databases_are_prepared(prepared: Path) -> None:
    assert not is_prepared(prepared, environment=ENVIRONMENT | {"DEBUG": "1"})
    assert not is_prepared(prepared, environment=ENVIRONMENT | {"DATABASE_URL": "mysql://db/reliability"})


def test_a_database_that_does_not_answer_is_left_to_whoever_prepares(prepared: Path) -> None:
    nobody = f"postgresql://reliability@127.0.0.1:{free_port()}/reliability"
    assert not is_prepared(prepared, environment=ENVIRONMENT | {"DATABASE_URL": nobody})


@pytest.mark.skipif(connection.vendor == "sqlite", reason="the file of SQLite is asked above")
@pytest.mark.django_db(transaction=True)
def test_postgresql_tells_which_release_prepared_it(prepared: Path) -> None:
    environment = os.environ | ENVIRONMENT | {"DATABASE_URL": _address()}
    now = mark_of(release(environment))
    assert not is_prepared(prepared, environment=environment)
    mark_database(now)
    assert is_prepared(prepared, environment=environment)
    mark_database(now - 1)
    assert not is_prepared(prepared, environment=environment)


def _address() -> str:
    """Of the tests' own database."""
    server = os.environ["TEST_DATABASE_URL"].rpartition("/")[0]
    return f"{server}/{connection.settings_dict['NAME']}"


def test_a_changed_file_of_the_product_is_another_release(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = prepared / "rooms"
    (rooms / "slo").mkdir(parents=True)
    monkeypatch.setattr("reliability.supervision.prepared.ROOT", rooms)
    before = release(ENVIRONMENT)
    (rooms / "slo" / "__pycache__").mkdir()
    (rooms / "slo" / "__pycache__" / "old.py").touch()
    assert release(ENVIRONMENT) == before
    (rooms / "slo" / "models.py").touch()
    assert release(ENVIRONMENT) != before
