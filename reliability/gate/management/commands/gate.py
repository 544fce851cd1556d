"""`manage.py gate check checkout --environment production`: the gate's answer as an exit code.

0: go. 1: no-go. 2: nobody can say, as the service is unknown, or the database does not answer.
"""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.urls import set_urlconf
from django.utils import timezone

from reliability.access.domain.caller import Caller
from reliability.gate.api.answers import address_of, answer_out
from reliability.gate.domain.kinds import ChangeKind, Decision
from reliability.gate.selectors.answers import Answer
from reliability.gate.services.asking import ask
from reliability.web.errors import ProblemError

NO_GO, UNKNOWN = 1, 2


class Command(BaseCommand):
    # A pipeline waits for the answer: neither checks nor the schemas of the API are loaded for it.
    requires_system_checks = ()
    help = "Ask the deploy gate: exit 0 for go, 1 for no-go, 2 when nobody can say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        check = acts.add_parser("check", help="may this service be changed now?")
        check.add_argument("service", help="name of the service")
        check.add_argument("--environment", default="production")
        check.add_argument("--revision", default="", help="sha or version that is to be deployed")
        check.add_argument("--kind", default=ChangeKind.CHANGE.value, choices=[one.value for one in ChangeKind])
        check.add_argument("--warnings-as-errors", action="store_true", help="go with warnings exits 1, too")
        check.add_argument("--json", action="store_true", help="print the answer of the API")

    def handle(self, *args: Any, **options: Any) -> None:
        set_urlconf("reliability.pages")
        try:
            self._check(options)
        finally:
            set_urlconf(None)

    def _check(self, options: dict[str, Any]) -> None:
        caller = Caller(name=f"command line ({_user_name()})", is_administrator=True)
        wanted = {name: options[name] for name in ("service", "environment", "revision", "kind")}
        try:
            answer = ask(caller=caller, **wanted, now=timezone.now())
        except ProblemError as error:
            raise CommandError(error.message, returncode=UNKNOWN) from error
        except DatabaseError as error:
            raise CommandError(f"the database does not answer: {error}", returncode=UNKNOWN) from error
        is_warned = answer.verdict.decision is Decision.WARNINGS and options["warnings_as_errors"]
        self.stdout.write(_json(answer, caller) if options["json"] else _text(answer))
        if is_warned and not options["json"]:
            self.stdout.write("  warnings count as errors here: exit 1")
        if not answer.verdict.is_go or is_warned:
            sys.exit(NO_GO)  # an answer, so no CommandError: nothing went wrong


def _json(answer: Answer, caller: Caller) -> str:
    told = answer_out(answer=answer, caller=caller)
    return orjson.dumps(told, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode()


def _text(answer: Answer) -> str:
    lines = [f"{answer.verdict.decision.words.upper()}: {answer.service.name} in {answer.place.name}"]
    lines += [f"  {one.effect.value}: {one.reason.words}" for one in answer.verdict.reasons]
    if answer.override is not None and answer.verdict.override_id is not None:
        lines.append(f"  overridden by {answer.override.by_name}: {answer.override.reason}")
    return "\n".join([*lines, f"  {address_of(answer)}"])


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
