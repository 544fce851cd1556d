"""What somebody outside fills in to hear of updates: one form for each way. They say nothing about our network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms

from incidents.status_page.domain.subscribing import ADDRESS_MAX, SLACK_HOSTS, URL_MAX
from incidents.status_page.models import Component, Subscriber
from incidents.status_page.services.subscribing import Wish
from reliability.channels.kinds.addresses import is_listed_private
from reliability.web.field_messages import EMAIL, needed
from reliability.web.outbound_policy import OutboundRefused

_COMPONENTS_MAX = 200


class _Form(forms.Form):
    """website: people do not see it; programs that fill in everything do."""

    kind: ClassVar[str]
    website = forms.CharField(required=False, label="Leave this empty", max_length=200)

    def __init__(self, *args: Any, components: Sequence[Component] = (), **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{self.kind}-%s"  # three forms stand on one page
        super().__init__(*args, **kwargs)
        if components:
            self.fields["components"] = forms.MultipleChoiceField(
                label="Only of these components",
                required=False,
                choices=[(one.code, one.name) for one in components],
                widget=forms.CheckboxSelectMultiple,
                help_text="None chosen: of all of them, also of those that come later.",
            )

    @property
    def is_by_program(self) -> bool:
        return bool(self.data.get("website", ""))

    def wish(self) -> Wish:
        cleaned = self.cleaned_data
        return Wish(
            kind=self.kind,
            address=cleaned.get("address", ""),
            url=cleaned.get("url", ""),
            component_codes=tuple(cleaned.get("components", ())[:_COMPONENTS_MAX]),
        )


class MailForm(_Form):
    kind = Subscriber.Kind.MAIL.value
    address = forms.EmailField(
        label="Mail address",
        max_length=ADDRESS_MAX,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text="A mail asks you to confirm it. Example: sam@example.org",
        error_messages=EMAIL,
    )


class WebhookForm(_Form):
    kind = Subscriber.Kind.WEBHOOK.value
    url = forms.CharField(
        label="Webhook address",
        max_length=URL_MAX,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text="Gets a signed POST for each update. Example: https://example.org/hooks/status",
        error_messages=needed("write an address, such as https://example.org/hooks/status"),
    )
    address = forms.EmailField(
        label="Mail address of who looks after it",
        max_length=ADDRESS_MAX,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text="Confirms the subscription, and hears when the webhook fails. Example: ops@example.org",
        error_messages=EMAIL,
    )

    def clean_url(self) -> str:
        return checked_url(self.cleaned_data["url"])


class SlackForm(_Form):
    kind = Subscriber.Kind.SLACK.value
    url = forms.CharField(
        label="Slack webhook address",
        max_length=URL_MAX,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text="Of an “Incoming Webhook” of your workspace. Example: https://hooks.slack.com/services/…",
        error_messages=needed("write the address of the incoming webhook, such as https://hooks.slack.com/services/…"),
    )

    def clean_url(self) -> str:
        url = checked_url(self.cleaned_data["url"])
        if urlsplit(url).hostname not in SLACK_HOSTS and not _is_ours(url):
            raise forms.ValidationError(f"must begin with https://{SLACK_HOSTS[0]}/")
        return url


FORMS: tuple[type[_Form], ...] = (MailForm, WebhookForm, SlackForm)


class ChoiceForm(forms.Form):
    """Which components; of an existing subscription."""

    def __init__(self, *args: Any, components: Sequence[Component], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["components"] = forms.MultipleChoiceField(
            label="Only of these components",
            required=False,
            choices=[(one.code, one.name) for one in components],
            widget=forms.CheckboxSelectMultiple,
            help_text="None chosen: of all of them, also of those that come later.",
        )


def checked_url(text: str) -> str:
    """An https address with a host. Whether it may be reached is looked at when something is sent: a stranger must
    not learn what our network knows. Raises ValidationError."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or parts.scheme not in ("http", "https") or set(url) & set(" \t\r\n\x00"):
        raise forms.ValidationError("must be an address such as https://example.org/hooks/status")
    if parts.username or parts.password:
        raise forms.ValidationError("must not hold a user name or password before the host")
    if parts.scheme == "http" and not _is_ours(url):
        raise forms.ValidationError("must begin with https:// so that nobody on the way reads what is told")
    return url


def _is_ours(url: str) -> bool:
    """In a private network that the operator listed."""
    try:
        return is_listed_private(urlsplit(url))
    except OutboundRefused:
        return False
