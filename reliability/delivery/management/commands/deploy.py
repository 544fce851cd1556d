"""`manage.py deploy`: record one deployment, or import those of the past from files."""

from __future__ import annotations

import getpass
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reliability.access.domain.caller import Caller
from reliability.delivery.domain.row_files import lines_of, table_of
from reliability.delivery.services.row_intake import RowAnswer, take_rows
from reliability.kit.instants import format_instant
from reliability.web.errors import ProblemError

_BATCH = 2_000
_TOLD = ("id", "source", "service", "environment", "revision", "outcome", "repository", "ref", "url", "title")


class Command(BaseCommand):
    # A pipeline waits for it: `prepare` has run the checks, which load the schemas of the API.
    requires_system_checks = ()
    help = "Record a deployment (at the end of a pipeline), or import deployments of the past from files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        one = acts.add_parser("record", help="one deployment, which ends now unless --finished-at says otherwise")
        one.add_argument("service", help="name of the service")
        one.add_argument("revision", help="sha or version that is in place now")
        one.add_argument("--environment", default="production")
        one.add_argument("--outcome", default="succeeded", help="succeeded, failed, cancelled or in_progress")
        one.add_argument("--id", help="told again with the same id it is the same deployment; else a new one")
        one.add_argument("--started-at", metavar="INSTANT")
        one.add_argument("--finished-at", metavar="INSTANT")
        one.add_argument("--commit", action="append", default=[], metavar="SHA@INSTANT", help="may be repeated")
        for name in ("repository", "ref", "url", "title"):
            one.add_argument(f"--{name}")
        one.add_argument("--source", default="cli")
        one.add_argument("--rollback", action="store_true")
        many = acts.add_parser("import", help="JSON Lines (.jsonl, .ndjson) or .csv, one deployment per line")
        many.add_argument("files", nargs="+", metavar="FILE")
        many.add_argument("--source", default="import", help="of rows that name none")

    def handle(self, *args: Any, **options: Any) -> None:
        caller = Caller(name=f"command line ({_user_name()})", is_administrator=True)
        try:
            if options["act"] == "record":
                self._record(caller, options)
            else:
                self._import(caller, options)
        except ProblemError as error:
            raise CommandError(error.message) from error

    def _record(self, caller: Caller, options: dict[str, Any]) -> None:
        now = timezone.now()
        answer = take_rows(caller=caller, rows=[(0, _row(options, now))], source=options["source"], now=now)
        if answer.errors:
            raise CommandError(str(answer.errors[0]["message"]))
        self.stdout.write(f"Recorded {options['revision']} of {options['service']} in {options['environment']}.")

    def _import(self, caller: Caller, options: dict[str, Any]) -> None:
        accepted = rejected = 0
        for name in options["files"]:
            for answer in _imported(caller, Path(name), options["source"]):
                accepted += answer.accepted
                rejected += answer.rejected
                for error in answer.errors:
                    self.stderr.write(f"{name}:{error['index']}: {error['message']}")
        self.stdout.write(f"{accepted:,} deployment{'' if accepted == 1 else 's'} imported, {rejected:,} refused.")
        if rejected:
            raise CommandError("some lines were refused: mend them and import the file again, nothing is doubled")


def _row(options: dict[str, Any], now: datetime) -> dict[str, Any]:
    row = {name: options[name] for name in _TOLD if options.get(name)}
    row.setdefault("id", uuid.uuid4().hex)
    is_over = options["outcome"] not in ("in_progress", "running")
    if options["started_at"] or not is_over:
        row["started_at"] = options["started_at"] or format_instant(now)
    if is_over:
        row["finished_at"] = options["finished_at"] or format_instant(now)
    if options["rollback"]:
        row["rollback"] = True
    parts = [text.partition("@") for text in options["commit"]]
    if any(not at for _, _, at in parts):
        raise CommandError("--commit is of the form SHA@2026-03-01T09:00:00Z")
    if parts:
        row["commits"] = [{"sha": sha, "committed_at": at} for sha, _, at in parts]
    return row


def _imported(caller: Caller, path: Path, source: str) -> Iterator[RowAnswer]:
    """One answer for each batch, which is committed by then."""
    read = table_of if path.suffix.lower() == ".csv" else lines_of
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = read(lines)
            while batch := list(islice(rows, _BATCH)):
                yield take_rows(caller=caller, rows=batch, source=source, now=timezone.now())
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
