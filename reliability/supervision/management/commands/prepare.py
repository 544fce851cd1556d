from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import ProgrammingError, connection

from reliability.supervision import prepared


class Command(BaseCommand):
    help = "Bring database and static files up to this release. Quick when there is nothing to do."
    # They import every address, page and schema: a second, which only a change is worth.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        checked, collected = (settings.STATIC_ROOT.with_name(f"{name}.stamp") for name in ("checked", "static"))
        code = prepared.fingerprint_of(prepared.code())
        if not _is_stamped(checked, code):
            self.check()
        call_command("migrate", interactive=False, verbosity=options["verbosity"], skip_checks=True)
        settings.STATIC_ROOT.parent.mkdir(parents=True, exist_ok=True)
        checked.write_text(code)
        self._collect(collected)
        mark_database(prepared.mark_of(prepared.note_prepared(settings.DATA_DIR)))

    def _collect(self, collected: Path) -> None:
        files = prepared.fingerprint_of(
            Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list(None)
        )
        wanted = hashlib.sha256(f"{files} {settings.STORAGES['staticfiles']['BACKEND']}".encode()).hexdigest()
        if _is_stamped(collected, wanted) and settings.STATIC_ROOT.is_dir():
            return
        self.stdout.write("collecting and compressing static files (only after a change)")
        call_command("collectstatic", interactive=False, verbosity=0)
        collected.write_text(wanted)


def mark_database(mark: int) -> None:
    """Note in the database which release has prepared it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA user_version = {mark:d}")
            return
        # Its owner alone may; for others each start prepares.
        with contextlib.suppress(ProgrammingError):
            cursor.execute(f"COMMENT ON TABLE {prepared.MARKED} IS '{prepared.COMMENT}{mark:d}'")


def _is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted
