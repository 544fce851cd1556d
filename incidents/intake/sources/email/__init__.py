"""Alerts by mail, for tools that can do nothing else: a mailbox that is looked into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.intake.sources.email.form import EmailForm
from incidents.intake.sources.kind import Access, ConfigForm, Recipe


class EmailKind:
    name = "email"
    title = "Mail"
    description = "A mailbox that is looked into: the subject tells which alert it is, and whether it is over."
    form: type[ConfigForm] = EmailForm
    is_pushed = False
    icon = "inbox"

    def recipes(self, *, access: Access, config: Mapping[str, Any]) -> list[Recipe]:
        return [
            Recipe("A mail that opens an incident", "Subject: [CRITICAL] Disk of db1 is full"),
            Recipe(
                "A mail that resolves it: the same subject with a word that says so",
                "Subject: RESOLVED: Disk of db1 is full",
            ),
        ]
