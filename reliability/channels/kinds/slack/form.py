from __future__ import annotations

import re
from typing import ClassVar

from django import forms

from reliability.channels.kinds.addresses import AddressField
from reliability.channels.kinds.form import KindForm, secret_widget
from reliability.web.field_messages import needed

_SIGNING_SECRET = re.compile(r"[0-9a-f]{32,64}\Z")


class SlackForm(KindForm):
    """An incoming webhook; with the app's signing secret its messages carry buttons."""

    secret_fields: ClassVar[tuple[str, ...]] = ("webhook_url", "signing_secret", "bot_token")
    forgettable_fields: ClassVar[tuple[str, ...]] = ("signing_secret", "bot_token")

    room = forms.CharField(
        label="Where it posts",
        max_length=120,
        required=False,
        help_text="As people say it; Slack fixed the channel when the webhook was made. Example: #payments-alerts",
    )
    webhook_url = AddressField(
        label="Webhook address",
        example="https://hooks.slack.com/services/…",
        help_text="Of an “Incoming Webhook” of your Slack app. Who has it can post, so it is stored encrypted.",
        widget=secret_widget(),
        error_messages=needed("write the address of the incoming webhook, such as https://hooks.slack.com/services/…"),
    )
    signing_secret = forms.CharField(
        label="Signing secret",
        max_length=100,
        required=False,
        help_text="From “Basic Information” of the app. With it messages carry buttons; turn on “Interactivity” in the "
        "app with the address shown on the channel's page.",
        widget=secret_widget(),
    )
    bot_token = forms.CharField(
        label="Bot token",
        max_length=300,
        required=False,
        help_text="Optional, xoxb-…, with the scope users:read.email: people are then recognised by their email "
        "address. Without it everyone connects their Slack account once, at their first press.",
        widget=secret_widget(),
    )

    def clean_signing_secret(self) -> str:
        secret = str(self.cleaned_data["signing_secret"]).strip()
        if secret and not _SIGNING_SECRET.match(secret):
            raise forms.ValidationError("must be the signing secret: 32 hexadecimal digits, not the client secret")
        return secret

    def clean_bot_token(self) -> str:
        token = str(self.cleaned_data["bot_token"]).strip()
        if token and not token.startswith("xoxb-"):
            raise forms.ValidationError("must be the bot's token, which begins with xoxb-")
        return token
