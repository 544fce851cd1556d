"""`manage.py rotate_encryption`: after a new key was put in front of ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reliability.access.services.rotation import rotate_all
from reliability.access.services.vault import VaultError


class Command(BaseCommand):
    help = "Encrypt every stored credential again under the first of ENCRYPTION_KEYS; the old keys may go afterwards."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rotated = rotate_all()
        except VaultError as error:
            raise CommandError(str(error)) from error
        for column, count in rotated.items():
            self.stdout.write(f"{column.model}.{column.column}: {count} encrypted again")
        self.stdout.write("Every stored credential is under the first key.")
