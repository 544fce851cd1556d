"""`manage.py slo plan|apply|validate|export`: OpenSLO files against what is stored."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reliability.access.domain.caller import Caller
from reliability.kit.document_files import DocumentFilesError, read_document_files
from reliability.web.errors import Invalid, NotFound
from slo.domain.openslo.documents import SourceText
from slo.domain.openslo.exporting import to_documents, to_yaml
from slo.domain.openslo.plan import Plan
from slo.domain.openslo.printing import print_plan
from slo.selectors.openslo import ExportFilters, export, known_to, left_out
from slo.services.openslo import OpenSloRequest, apply, plan, validate

CHANGES = 2  # exit code with --detailed-exitcode, as terraform has it


class Command(BaseCommand):
    help = "Plan, apply, validate and export OpenSLO v1 files (files, directories, or - for standard input)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="plan|apply|validate|export")
        for name, words in (
            ("plan", "tell what apply would change"),
            ("apply", "bring everything to what the files describe: all or nothing, never deleting"),
            ("validate", "check the files against each other and the names that are stored"),
        ):
            action = actions.add_parser(name, help=words)
            action.add_argument("files", nargs="+", metavar="FILE", help="a file, a directory, or - for standard input")
            action.add_argument("--team", default="", help="slug of the team of new objects that name none themselves")
            if name != "validate":
                action.add_argument(
                    "--detailed-exitcode", action="store_true", help="exit with 2 when there are changes, 0 when none"
                )
            if name == "apply":
                action.add_argument("--reason", default="", help="why, for the audit trail")
        exporting = actions.add_parser("export", help="print what is stored as OpenSLO documents")
        exporting.add_argument("--team", default="", help="only this team's objects, and what they refer to")
        exporting.add_argument("--service", default="", help="only this service's SLOs, and what they refer to")
        exporting.add_argument("--slo", default="", help="only this SLO, and what it refers to")
        exporting.add_argument("--output", type=Path, help="write to this file instead of standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        caller = Caller(name=f"command line ({_user_name()})", is_administrator=True)
        if options["action"] == "export":
            self._export(caller, options)
            return
        request = OpenSloRequest(
            files=_read_all(options["files"]), team_slug=options["team"], reason=options.get("reason", "")
        )
        if options["action"] == "validate":
            found = validate(caller=caller, request=request)
            self._refuse_problems(found)
            for warning in found.warnings:
                self.stderr.write(f"warning: {warning}")
            self.stdout.write("The documents are valid.")
            return
        is_applied = options["action"] == "apply"
        run = apply if is_applied else plan
        try:
            found = run(caller=caller, request=request, now=timezone.now())
        except Invalid as error:  # of the command line, not of a document
            raise CommandError(f"--team: {error.message}") from error
        self._refuse_problems(found)
        self.stdout.write(print_plan(found, is_applied=is_applied))
        if options["detailed_exitcode"] and not found.is_empty:
            sys.exit(CHANGES)

    def _refuse_problems(self, found: Plan) -> None:
        if not found.problems:
            return
        for problem in found.problems:
            self.stderr.write(str(problem))
        count = len(found.problems)
        raise CommandError(f"{count} problem{'' if count == 1 else 's'}, nothing was written")

    def _export(self, caller: Caller, options: dict[str, Any]) -> None:
        filters = ExportFilters(team_slug=options["team"], service_name=options["service"], slo_name=options["slo"])
        try:
            stored = export(caller=caller, filters=filters)
        except NotFound as error:
            raise CommandError(error.message) from error
        documents = to_documents(stored, specs=known_to(caller=caller).indicator_specs)
        skipped = left_out(caller=caller, filters=filters)
        for line in skipped:
            self.stderr.write(f"skipped: {line}")
        text = to_yaml(documents, skipped=skipped)
        if options["output"]:
            options["output"].write_text(text, encoding="utf-8")
            self.stderr.write(f"{len(documents)} documents written to {options['output']}")
        else:
            self.stdout.write(text, ending="")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown user"


def _read_all(names: list[str]) -> list[SourceText]:
    try:
        return [SourceText(name, text) for name, text in read_document_files(names)]
    except DocumentFilesError as error:
        raise CommandError(str(error)) from error
