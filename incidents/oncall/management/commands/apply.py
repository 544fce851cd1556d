"""`manage.py apply FILES…`: schedules, escalation policies and services from files."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.oncall.services.files import FilesPlan, FileText, apply_files, plan_files
from reliability.access.domain.caller import Caller
from reliability.kit.document_files import DocumentFilesError, read_document_files

CHANGES = 2  # exit code with --detailed-exitcode, as terraform has it
_SIGNS = {"added": "+", "changed": "~", "unchanged": "="}


class Command(BaseCommand):
    help = "Bring schedules, escalation policies and services to what YAML or JSON files say: all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, a directory, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")
        parser.add_argument(
            "--detailed-exitcode", action="store_true", help="exit with 2 when there are changes, 0 when none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        caller = Caller(name=f"command line ({_user_name()})", is_administrator=True)
        files = _read_all(options["files"])
        run = plan_files if options["dry_run"] else apply_files
        plan = run(caller=caller, files=files, now=timezone.now())
        if plan.problems:
            for problem in plan.problems:
                self.stderr.write(str(problem))
            count = len(plan.problems)
            raise CommandError(f"{count} problem{'' if count == 1 else 's'}, nothing was written")
        self._print(plan, is_dry=options["dry_run"])
        if options["detailed_exitcode"] and plan.changes_count:
            sys.exit(CHANGES)

    def _print(self, plan: FilesPlan, *, is_dry: bool) -> None:
        for entry in plan.applied:
            self.stdout.write(f"{_SIGNS[entry.change]} {entry.kind} {entry.name}: {entry.change}")
            for line in entry.details:
                self.stdout.write(f"    {line}")
            for line in entry.warnings:
                self.stdout.write(f"    ! {line}")
        total, changed = len(plan.applied), plan.changes_count
        ending = "would change; nothing was written." if is_dry else "changed."
        self.stdout.write(f"{changed} of {total} document{'' if total == 1 else 's'} {ending}")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown user"


def _read_all(names: list[str]) -> list[FileText]:
    try:
        return [FileText(name, text) for name, text in read_document_files(names)]
    except DocumentFilesError as error:
        raise CommandError(str(error)) from error
