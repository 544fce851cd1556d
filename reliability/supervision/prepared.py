"""Whether `manage.py prepare` has anything to do, found without loading what it would load.

Standard library only: the supervisor asks, which holds no Django. A start without change is two to three seconds
shorter by it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from reliability.supervision.places import ROOT

_ROOMS = ("reliability", "slo", "chaos", "incidents")
_SETTINGS = ("DJANGO_SETTINGS_MODULE", "DEBUG")  # what decides how static files are kept, and which apps there are
_ASK_SECONDS_MAX = 10.0
MARKED = "django_migrations"  # the table with the comment
COMMENT = "prepared by release "


def fingerprint_of(paths: Iterable[Path]) -> str:
    """Changes when any of the files does, by its size or time."""
    entries = [(str(path), (file := path.stat()).st_size, file.st_mtime_ns) for path in paths]
    return hashlib.sha256(json.dumps(sorted(entries)).encode()).hexdigest()


def code() -> Iterator[Path]:
    """Every Python file of the product."""
    return (path for path in _files() if path.suffix == ".py")


def release(environment: Mapping[str, str]) -> str:
    """Of everything that preparing depends on: our code and static files, what is installed, two settings."""
    ours = (path for path in _files() if path.suffix == ".py" or "static" in path.parts)
    installed = Path(sysconfig.get_path("purelib"))
    settings = [environment.get(name, "") for name in _SETTINGS]
    return hashlib.sha256(json.dumps([fingerprint_of([installed, *ours]), settings]).encode()).hexdigest()


def _files() -> Iterator[Path]:
    for room in _ROOMS:
        for directory, directories, names in os.walk(ROOT / room):
            directories[:] = [name for name in directories if name != "__pycache__"]
            yield from (Path(directory, name) for name in names)


def is_prepared(directory: Path, *, environment: Mapping[str, str]) -> bool:
    """By this release, with the database that is there now."""
    stamp = _stamp(directory)
    if not (stamp.is_file() and (directory / "static").is_dir()):
        return False
    now = release(environment)
    return stamp.read_text() == now and _mark(directory, environment) == mark_of(now)


def note_prepared(directory: Path, *, environment: Mapping[str, str] = os.environ) -> str:
    """To be written when all is done; returns the release that was prepared."""
    now = release(environment)
    _stamp(directory).write_text(now)
    return now


def mark_of(release_prepared: str) -> int:
    """What the database keeps of it: a backup of an older release brings its own back.

    SQLite in its file, as `user_version`; PostgreSQL as a table's comment, which dumps take along.
    """
    return int(release_prepared[:7], 16)


def _stamp(directory: Path) -> Path:
    return directory / "prepared.stamp"


def _mark(directory: Path, environment: Mapping[str, str]) -> int:
    """0 when it cannot be read now, or there is none: whoever prepares will say why."""
    address = environment.get("DATABASE_URL", "")
    if address.startswith(("postgres://", "postgresql://")):
        return _mark_on_postgresql(environment)
    return 0 if address else _mark_in(directory / "reliability.sqlite3")


def _mark_in(database: Path) -> int:
    if not database.is_file():
        return 0
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database, timeout=1)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    return 0


def _mark_on_postgresql(environment: Mapping[str, str]) -> int:
    """Asked by a process of its own: its driver would stay in the supervisor's memory."""
    command = [sys.executable, "-m", "reliability.supervision.postgresql_mark"]
    try:
        asked = subprocess.run(  # noqa: S603  our own command line
            command, env=dict(environment), cwd=ROOT, capture_output=True, timeout=_ASK_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired:
        return 0
    mark = asked.stdout.decode(errors="replace").removeprefix(COMMENT)
    return int(mark) if asked.returncode == 0 and mark.isdecimal() else 0
