"""`manage.py series verify|repair [SLI …]`: check the series store against itself, and mend it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from slo.models import Sli
from slo.services.integrity import faults_of, repair


class Command(BaseCommand):
    help = "Check prefix sums and heads of stored series against their minutes (verify), or compute them anew (repair)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("verify", "repair"))
        parser.add_argument("names", nargs="*", metavar="SLI", help="names of indicators; all of them when left out")

    def handle(self, *, action: str, names: list[str], **options: Any) -> None:
        slis = Sli.objects.order_by("name", "pk")
        if names:
            slis = slis.filter(name__in=names)
            unknown = set(names) - set(slis.values_list("name", flat=True))
            if unknown:
                raise CommandError(f"there is no SLI {', '.join(sorted(unknown))}")
        damaged = 0
        for sli_id, name in slis.values_list("pk", "name"):
            faults = faults_of(sli_id=sli_id)
            if not faults:
                continue
            damaged += 1
            for fault in faults:
                self.stdout.write(f"{name}: {fault}")
            if action == "repair":
                repair(sli_id=sli_id)
                self.stdout.write(f"{name}: repaired")
        if damaged and action == "verify":
            raise CommandError(f"{damaged} damaged; mend them with: manage.py series repair")
        self.stdout.write(f"{slis.count()} series checked, {damaged} damaged")
