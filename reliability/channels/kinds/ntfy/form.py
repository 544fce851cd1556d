from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from reliability.channels.kinds.addresses import AddressField
from reliability.channels.kinds.form import KindForm, secret_widget
from reliability.web.field_messages import needed

SERVER = "https://ntfy.sh"
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}\Z")


class NtfyForm(KindForm):
    """The topic is as good as a password on an open server, so it is kept like one."""

    secret_fields: ClassVar[tuple[str, ...]] = ("topic", "token")
    forgettable_fields: ClassVar[tuple[str, ...]] = ("token",)

    server = AddressField(
        label="Server", example=SERVER, initial=SERVER, required=False, help_text="ntfy.sh, or your own."
    )
    topic = forms.CharField(
        label="Topic",
        max_length=64,
        help_text="What the app is subscribed to. On ntfy.sh whoever knows it can read it: choose a long random one.",
        widget=secret_widget(),
        error_messages=needed("write a topic, such as payments-pages"),
    )
    token = forms.CharField(
        label="Access token",
        max_length=200,
        required=False,
        help_text="tk_…, where the topic is protected.",
        widget=secret_widget(),
    )

    def clean_server(self) -> str:
        return (str(self.cleaned_data["server"]) or SERVER).rstrip("/")

    def clean_topic(self) -> str:
        topic = str(self.cleaned_data["topic"]).strip()
        if topic and not _TOPIC.match(topic):
            raise forms.ValidationError("must be 1 to 64 letters, digits, - and _, without the server's address")
        return topic

    def clean_token(self) -> str:
        token = str(self.cleaned_data["token"]).strip()
        if not token.isascii() or set(token) & set(" \t\r\n"):
            raise forms.ValidationError("must be one word, as ntfy shows it")
        return token

    @staticmethod
    def destination(config: Mapping[str, Any]) -> str:
        return str(config.get("server", SERVER))
