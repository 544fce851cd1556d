"""`manage.py postmortem check FILE…` and `manage.py postmortem import FILE… --team payments`."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from incidents.postmortems.domain.importing import ImportTooLargeError, read_bytes
from incidents.postmortems.selectors.words import findings
from incidents.postmortems.services import importing
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import team as team_named
from reliability.web.errors import ProblemError


class Command(BaseCommand):
    help = "Check files for words that blame persons, or import them as postmortems."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="act", required=True)
        check = parts.add_parser("check", help="tell where a text blames a person; only warns: the exit code is 0")
        check.add_argument("files", nargs="+", metavar="FILE", help="or - for standard input")
        check.add_argument("--team", default="", help="slug of a team, whose words and members are known")
        check.add_argument("--strict", action="store_true", help="exit with 1 when something was found, for a pipeline")
        bring = parts.add_parser("import", help="read Markdown files of any shape as drafts of a team")
        bring.add_argument("files", nargs="+", metavar="FILE", help="or - for standard input")
        bring.add_argument("--team", required=True, help="slug of the team")
        bring.add_argument("--actions", action="store_true", help="write open action items into the list of actions")
        bring.add_argument("--dry-run", action="store_true", help="tell what is recognised, and store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        caller = Caller(name=f"command line ({_user_name()})"[:160], is_administrator=True)
        try:
            team_id = team_named(caller=caller, slug=options["team"]).pk if options["team"] else None
        except ProblemError as problem:
            raise CommandError(problem.message) from None
        if options["act"] == "check":
            self._check(options, team_id)
        elif team_id is not None:
            self._import(options, caller, team_id)

    def _check(self, options: dict[str, Any], team_id: int | None) -> None:
        count = 0
        for name in options["files"]:
            text = _content(name).decode("utf-8", "replace")
            for one in findings(text=text, team_id=team_id):
                count += 1
                line = text.count("\n", 0, one.start) + 1
                column = one.start - text.rfind("\n", 0, one.start)
                self.stdout.write(f"{name}:{line}:{column}: “{' '.join(one.text.split())}” {one.why}. {one.suggestion}")
        self.stdout.write(f"{count} place{'' if count == 1 else 's'} may read as blame.")
        if count and options["strict"]:
            sys.exit(1)

    def _import(self, options: dict[str, Any], caller: Caller, team_id: int) -> None:
        failed = 0
        for name in options["files"]:
            try:
                found = read_bytes(content=_content(name), name=Path(name).name)
                number = None
                if not options["dry_run"]:
                    made = importing.create(
                        caller=caller,
                        team_id=team_id,
                        imported=found,
                        name=Path(name).name,
                        with_actions=options["actions"],
                        now=timezone.now(),
                    )
                    number = made.pk
            except (ImportTooLargeError, ProblemError, CommandError) as problem:
                failed += 1
                self.stderr.write(f"{name}: {getattr(problem, 'message', problem)}")
                continue
            self.stdout.write(f"{name}: {f'postmortem {number}' if number else 'would be'} “{found.title}”")
            for words in (*found.recognised, *(f"! {words}" for words in found.unsure)):
                self.stdout.write(f"    {words}")
        if failed:
            raise CommandError(f"{failed} of {len(options['files'])} files were not imported")


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as problem:
        raise CommandError(f"{name} cannot be read: {problem.strerror}") from None


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
