"""`manage.py experiments`: import, export and validate experiments from files."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chaos.experiments.selectors.experiments import experiment, list_experiments, newest_version
from chaos.experiments.selectors.exporting import export
from chaos.experiments.services.importing import FileText, ImportReport, import_files
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import team as team_named
from reliability.kit.document_files import DocumentFilesError, read_document_files
from reliability.web.errors import ProblemError

_SIGNS = {"added": "+", "changed": "~", "unchanged": "=", "valid": "=", "refused": "!"}
_REFUSED = "refused"


class Command(BaseCommand):
    help = "Import experiments from YAML or JSON files, export them unchanged, or only say what is wrong with files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        for name, words in (("import", "store them"), ("validate", "tell what is wrong, and store nothing")):
            act = acts.add_parser(name, help=words)
            act.add_argument("files", nargs="+", metavar="FILE", help="a file, a directory, or - for standard input")
            act.add_argument("--team", required=True, help="slug of the owner: its targets may be named")
        taking = acts.choices["import"]
        taking.add_argument("--update", action="store_true", help="a file named as an experiment is its next version")
        giving = acts.add_parser("export", help="write them as they were written")
        giving.add_argument("slugs", nargs="*", metavar="SLUG", help="all that are not archived, without one")
        giving.add_argument("--team", default="", help="slug of the owner")
        giving.add_argument("--format", choices=("yaml", "json"), default="", help="instead of the one of each")
        giving.add_argument("--to", metavar="DIRECTORY", help="a file each; without it to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        caller = Caller(name=f"command line ({_user_name()})", is_administrator=True)
        try:
            if options["act"] == "export":
                self._export(caller, options)
            else:
                self._import(caller, options)
        except ProblemError as error:
            raise CommandError(error.message) from error

    def _import(self, caller: Caller, options: dict[str, Any]) -> None:
        try:
            files = [FileText(name, content) for name, content in read_document_files(options["files"])]
        except DocumentFilesError as error:
            raise CommandError(str(error)) from error
        team_id = team_named(caller=caller, slug=options["team"]).pk
        reports: list[ImportReport] = []
        for start in range(0, len(files), settings.EXPERIMENT_IMPORT_MAX):
            reports += import_files(
                caller=caller,
                team_id=team_id,
                files=files[start : start + settings.EXPERIMENT_IMPORT_MAX],
                now=timezone.now(),
                is_updating=options.get("update", False),
                is_dry=options["act"] == "validate",
            )
        for report in reports:
            self._tell(report)
        refused = sum(report.change == _REFUSED for report in reports)
        if refused:
            raise CommandError(f"{refused} of {len(reports)} {'file' if len(reports) == 1 else 'files'} refused")

    def _tell(self, report: ImportReport) -> None:
        words = f" as {report.slug}" if report.slug else ""
        self.stdout.write(f"{_SIGNS[report.change]} {report.name}: {report.change}{words}")
        for problem in report.problems:
            place = f"{report.name}:{problem.line}" if problem.line else report.name
            self.stderr.write(": ".join(part for part in (place, problem.path, problem.message) if part))

    def _export(self, caller: Caller, options: dict[str, Any]) -> None:
        folder = Path(options["to"]) if options["to"] else None
        if folder is not None and not folder.is_dir():
            raise CommandError(f"{folder} is no directory: make it first")
        count = 0
        for exported in self._exported(caller, options):
            count += 1
            if folder is None:
                self.stdout.write(exported.text, ending="")
            else:
                (folder / exported.name).write_bytes(exported.text.encode())
        if folder is not None:
            self.stdout.write(f"{count} {'experiment' if count == 1 else 'experiments'} written to {folder}")

    def _exported(self, caller: Caller, options: dict[str, Any]) -> Iterator[Any]:
        slugs = options["slugs"]
        found = [experiment(caller=caller, slug=slug) for slug in slugs] or list_experiments(
            caller=caller, team=options["team"]
        )
        for one in found:
            yield export(version=newest_version(experiment=one), format=options["format"])


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown user"
