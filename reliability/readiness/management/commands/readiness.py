"""Whether a service is ready, for scripts and pipelines."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reliability.access.domain.caller import SYSTEM
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.selectors.standings import ServiceReadiness, readiness_of
from reliability.readiness.selectors.wording import summary_of
from reliability.web.errors import NotFound

_NOT_READY = 1
_UNKNOWN = 2
_EPILOG = """status:
  0  ready: nothing that is required is missing (waived items are exceptions, and listed)
  1  not ready, with what is missing and the next step for each
  2  there is no such service

examples: manage.py readiness check checkout
          manage.py readiness check checkout --with-review --json
"""


class Command(BaseCommand):
    help = "Readiness of services from the command line."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="check")
        check = parts.add_parser(
            "check",
            help="whether a service is ready, by the exit status",
            epilog=_EPILOG,
            formatter_class=RawDescriptionHelpFormatter,
        )
        check.add_argument("service", help="its name, as in /services/<name>/")
        check.add_argument(
            "--with-review", action="store_true", help="only when a person's decision that let it go is in force, too"
        )
        check.add_argument("--json", action="store_true", help="what the API answers, on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            service = get_service(caller=SYSTEM, name=options["service"])
        except NotFound as error:
            raise CommandError(error.message, returncode=_UNKNOWN) from error
        found = readiness_of(caller=SYSTEM, services=[service], now=now)[0]
        ready = found.is_ready(with_review=options["with_review"])
        if options["json"]:
            summary = summary_of(found=found, with_review=options["with_review"])
            self.stdout.write(orjson.dumps(summary, option=orjson.OPT_UTC_Z).decode())
        else:
            self._tell(found, ready, with_review=options["with_review"])
        if not ready:
            raise SystemExit(_NOT_READY)

    def _tell(self, found: ServiceReadiness, ready: bool, *, with_review: bool) -> None:
        tally = found.tally
        word = "ready" if ready else "not ready"
        self.stdout.write(f"{found.service.name}: {word}, {tally.met} of {tally.required} required items met")
        for one in found.missing:
            step = f"; next: {one.step}" if one.step else ""
            self.stdout.write(f"  missing  {one.item.slug}: {one.text}{step}")
        for one in found.exceptions:
            self.stdout.write(f"  waived   {one.item.slug}: {one.text}")
        if with_review and not found.is_review_in_force:
            self.stdout.write("  review   no decision that lets it go is in force")
