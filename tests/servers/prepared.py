"""What `manage.py prepare` makes of an empty data directory, made once for all products of a test run.

Migrating and compressing take most of the processor time of a start, and most tests are about what comes after.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from reliability.supervision.prepared import COMMENT, MARKED, is_prepared, mark_of
from tests.servers.postgresql import program

ROOT = Path(__file__).resolve().parent.parent.parent
_KEPT = ROOT / ".artifacts" / "prepared"
_DATABASE = "reliability.sqlite3"


def copy_prepared(data_dir: Path, *, environment: Mapping[str, str]) -> None:
    """Static files and the migrated database, where that is empty. The product prepares what is missing."""
    source = _prepared(environment)
    shutil.copytree(source / "static", data_dir / "static")
    for stamp in ("static.stamp", "checked.stamp", "prepared.stamp"):
        shutil.copy2(source / stamp, data_dir)
    address = environment.get("DATABASE_URL", "")
    if not address:
        shutil.copy2(source / _DATABASE, data_dir)
    elif address.startswith("postgres") and _is_empty(address):
        _fill(address, _KEPT / f"{_fingerprint()}.sql", environment=environment)
        _mark(address, release=(data_dir / "prepared.stamp").read_text())


def _mark(address: str, *, release: str) -> None:
    """The dump may be of older code, with the same migrations."""
    comment = f"{COMMENT}{mark_of(release):d}"
    with psycopg.connect(address) as connection:
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(MARKED), comment))


def _prepared(environment: Mapping[str, str]) -> Path:
    """Made by the first who asks, while the others wait; and made anew once the code has changed, as a start would do
    with each copy."""
    settings = environment.get("DJANGO_SETTINGS_MODULE", "reliability.settings")
    environment = {name: text for name, text in environment.items() if name != "DATABASE_URL"}
    environment["DJANGO_SETTINGS_MODULE"] = settings
    target = _KEPT / f"{settings}-{_fingerprint()}"
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            _prepare_new(target, environment)
        elif not is_prepared(target, environment=environment):
            _prepare(target, environment)
    return target


def _prepare_new(target: Path, environment: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(dir=_KEPT) as directory:
        made = Path(directory) / "data"
        made.mkdir()
        _migrate_by_copy(made)
        _prepare(made, environment)
        made.rename(target)


def _migrate_by_copy(directory: Path) -> None:
    """Other settings have the same tables: the probes of tests bring none."""
    for database in sorted(_KEPT.glob(f"*-{_fingerprint()}/{_DATABASE}"))[:1]:
        shutil.copy2(database, directory)


def _prepare(directory: Path, environment: Mapping[str, str]) -> None:
    prepare = [sys.executable, "manage.py", "prepare", "--verbosity", "0"]
    _run(prepare, environment={**environment, "DATA_DIR": str(directory)})


def _is_empty(address: str) -> bool:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT FROM pg_class WHERE relname = 'django_migrations'").fetchone() is None


def _fill(address: str, dump: Path, *, environment: Mapping[str, str]) -> None:
    """The first is migrated and written down, the others read that: a second instead of six."""
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if dump.is_file():
            _run([program("psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(dump), address])
            return
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
        with tempfile.TemporaryDirectory() as directory:
            _run(migrate, environment={**environment, "DATA_DIR": directory})
        made = dump.with_suffix(".making")
        _run([program("pg_dump"), "--no-owner", "-f", str(made), address])
        made.rename(dump)


def _run(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)


def _fingerprint() -> str:
    """Of the migrations: `migrate` itself would not see that one was written anew. Static files have their own."""
    found = hashlib.sha256()
    for path in sorted(path for room in ("reliability", "slo", "chaos", "incidents") for path in _migrations(room)):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _migrations(room: str) -> list[Path]:
    return list((ROOT / room).rglob("migrations/*.py"))
