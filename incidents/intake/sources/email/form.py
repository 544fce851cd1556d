from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms

from incidents.intake.sources.kind import ConfigForm
from incidents.intake.sources.words import DefaultSeverityField, SeverityWordsField, WordsField
from reliability.web.field_messages import CHOICE, needed

_FOLDER = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")


class EmailForm(ConfigForm):
    secret_fields: ClassVar[tuple[str, ...]] = ("password",)

    how = forms.ChoiceField(
        label="Mailbox",
        choices=[("imap", "IMAP: a mailbox on a mail server"), ("maildir", "A maildir on this machine")],
        initial="imap",
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    host = forms.CharField(required=False, max_length=253, label="IMAP host", help_text="Example: imap.example.org")
    port = forms.IntegerField(required=False, min_value=1, max_value=65_535, initial=993, label="Port")
    security = forms.ChoiceField(
        required=False,
        label="Encryption",
        choices=[
            ("tls", "TLS (port 993)"),
            ("starttls", "STARTTLS (port 143)"),
            ("none", "None: only on this machine"),
        ],
        initial="tls",
    )
    username = forms.CharField(required=False, max_length=254, label="User")
    password = forms.CharField(
        required=False, max_length=500, label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    folder = forms.CharField(
        required=False, max_length=120, initial="INBOX", label="Folder", help_text="What is read is marked as seen."
    )
    maildir = forms.CharField(
        required=False,
        max_length=63,
        label="Maildir",
        help_text="Name of a folder in MAILDIR_ROOT/<the team's short name> of the server. Example: alerts",
    )
    poll_seconds = forms.IntegerField(
        min_value=10,
        max_value=3_600,
        initial=60,
        label="Look every",
        help_text="Seconds. Example: 60",
        error_messages=needed("write a number of seconds, such as 60"),
    )
    resolve_words = WordsField(
        label="Words that resolve",
        initial="resolved, recovered, recovery, ok, cleared, closed",
        help_text="In the subject. The rest of the subject tells which alert.",
    )
    severities = SeverityWordsField()
    default_severity = DefaultSeverityField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("how") == "maildir":
            name = cleaned.get("maildir") or ""
            if not _FOLDER.match(name):
                self.add_error("maildir", "write the name of one folder: letters, digits, dots and dashes")
            return cleaned
        for name in ("host", "username"):
            if not cleaned.get(name):
                self.add_error(name, "IMAP needs it")
        cleaned["port"] = cleaned.get("port") or (143 if cleaned.get("security") == "starttls" else 993)
        cleaned["folder"] = cleaned.get("folder") or "INBOX"
        if any(character in cleaned["folder"] for character in '"\\\r\n'):
            self.add_error("folder", "a folder has no quotes, backslashes and line ends")
        return cleaned
