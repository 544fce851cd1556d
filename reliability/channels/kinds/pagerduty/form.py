from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from reliability.channels.kinds.addresses import AddressField
from reliability.channels.kinds.form import KindForm, secret_widget
from reliability.web.field_messages import needed

EVENTS_URL = "https://events.pagerduty.com"
REST_URL = "https://api.pagerduty.com"
_ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}\Z")
WEBHOOK_SECRETS_MAX = 5


class PagerDutyForm(KindForm):
    """An Events API v2 integration; for the way back, the webhook's secret and a token of the REST API."""

    secret_fields: ClassVar[tuple[str, ...]] = ("routing_key", "webhook_secrets", "rest_token")
    forgettable_fields: ClassVar[tuple[str, ...]] = ("webhook_secrets", "rest_token")

    routing_key = forms.CharField(
        label="Integration key",
        max_length=100,
        help_text="Of an “Events API V2” integration of the PagerDuty service: 32 letters and digits.",
        widget=secret_widget(),
        error_messages=needed("write the integration key of the service at PagerDuty: 32 letters and digits"),
    )
    events_url = AddressField(
        label="Events address",
        example=EVENTS_URL,
        initial=EVENTS_URL,
        required=False,
        help_text="https://events.eu.pagerduty.com in the EU service region.",
    )
    webhook_secrets = forms.CharField(
        label="Webhook secret",
        max_length=1000,
        required=False,
        help_text="So that acknowledging in PagerDuty acknowledges here: make a V3 webhook subscription to the address "
        "shown on the channel's page, and enter the secret it is given. While it rotates, one a line.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    rest_token = forms.CharField(
        label="REST API key",
        max_length=200,
        required=False,
        help_text="Read-only is enough. With it the state is asked for every few minutes, in case a webhook was lost.",
        widget=secret_widget(),
    )
    rest_url = AddressField(
        label="REST address",
        example=REST_URL,
        initial=REST_URL,
        required=False,
        help_text="https://api.eu.pagerduty.com in the EU service region.",
    )

    def clean_routing_key(self) -> str:
        key = str(self.cleaned_data["routing_key"]).strip()
        if key and not _ROUTING_KEY.match(key):
            raise forms.ValidationError(
                f"must be the 32 letters and digits of an Events API V2 integration, got {len(key)} characters"
            )
        return key

    def clean_webhook_secrets(self) -> str:
        lines = [line.strip() for line in str(self.cleaned_data["webhook_secrets"]).splitlines() if line.strip()]
        if len(lines) > WEBHOOK_SECRETS_MAX:
            raise forms.ValidationError(f"at most {WEBHOOK_SECRETS_MAX} secrets, one a line")
        return "\n".join(lines)

    def clean_events_url(self) -> str:
        return (str(self.cleaned_data["events_url"]) or EVENTS_URL).rstrip("/").removesuffix("/v2/enqueue")

    def clean_rest_url(self) -> str:
        return (str(self.cleaned_data["rest_url"]) or REST_URL).rstrip("/")

    @staticmethod
    def destination(config: Mapping[str, Any]) -> str:
        return f"{config.get('events_url', EVENTS_URL)} {config.get('rest_url', REST_URL)}"
