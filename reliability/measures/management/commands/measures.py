"""`manage.py measures import`: figures of the past from files."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reliability.access.domain.caller import Caller
from reliability.measures.domain.files import rows_of_lines, rows_of_table
from reliability.measures.services.telling import Answer, Request, tell
from reliability.web.errors import Invalid, ProblemError

_BATCH = 2_000


class Command(BaseCommand):
    help = "Import figures of measures, such as cost and transactions, from files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        many = acts.add_parser("import", help="JSON Lines (.jsonl, .ndjson) or .csv with the fields as first line")
        many.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        caller = Caller(name=f"command line ({_user_name()})", is_administrator=True)
        accepted = rejected = 0
        try:
            for name in options["files"]:
                for answer in _imported(caller, Path(name)):
                    accepted += answer.accepted
                    rejected += answer.rejected
                    for error in answer.errors:
                        self.stderr.write(f"{name}:{error['index']}: {error['message']}")
        except ProblemError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{accepted:,} figure{'' if accepted == 1 else 's'} imported, {rejected:,} refused.")
        if rejected:
            raise CommandError("some lines were refused: mend them and import the file again, nothing is doubled")


def _imported(caller: Caller, path: Path) -> Iterator[Answer]:
    """One answer for each batch, which is committed by then."""
    read = rows_of_table if path.suffix.lower() == ".csv" else rows_of_lines
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = read(lines)
            while batch := list(islice(rows, _BATCH)):
                yield _told(caller, batch)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _told(caller: Caller, batch: list[tuple[int, Any]]) -> Answer:
    try:
        return tell(caller=caller, request=Request(rows=batch, is_partial=True), now=timezone.now())
    except Invalid as refusal:
        # No row of the batch is good.
        return Answer(0, len(batch), list(refusal.details))


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
