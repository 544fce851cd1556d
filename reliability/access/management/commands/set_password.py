"""`manage.py set_password EMAIL`: the owner's way back in, from the server's command line."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reliability.access.domain.caller import SYSTEM
from reliability.access.models import User
from reliability.access.services.passwords import change_password
from reliability.web.errors import Invalid


class Command(BaseCommand):
    help = "Set a person's password, end their sessions and lift their lock-out. Asks for it, or reads standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email: str = options["email"]
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"nobody here has the address {email}")
        try:
            change_password(
                caller=SYSTEM,
                person=person,
                password=_read_password(),
                now=timezone.now(),
                reason="from the command line",
            )
        except Invalid as refusal:
            raise CommandError("\n".join(str(detail["message"]) for detail in refusal.details)) from refusal
        state = "" if person.is_active else " The account is deactivated: an administrator can activate it."
        self.stdout.write(f"The password of {person.email} is set; other sessions have ended.{state}")


def _read_password() -> str:
    """Never an argument: arguments are seen by everybody on the machine."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("the two differ; nothing was changed")
    return password
