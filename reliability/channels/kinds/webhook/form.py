from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from reliability.channels.kinds.addresses import AddressField
from reliability.channels.kinds.form import KindForm, secret_widget
from reliability.channels.kinds.webhook.signing import SecretError, key_of, new_secret
from reliability.web.field_messages import needed


class WebhookForm(KindForm):
    """`secret` signs; while it rotates, `former_secret` signs too, so that receivers may change in their own time."""

    secret_fields: ClassVar[tuple[str, ...]] = ("secret", "former_secret")
    forgettable_fields: ClassVar[tuple[str, ...]] = ("former_secret",)
    action_fields: ClassVar[tuple[str, ...]] = ("renew",)

    url = AddressField(
        label="Address",
        example="https://example.com/hooks/reliability",
        help_text="Gets a POST for every event. No secrets in it: the signature says who sends.",
        error_messages=needed("write an address, such as https://example.org/hook"),
    )
    secret = forms.CharField(
        label="Secret",
        max_length=200,
        required=False,
        help_text="whsec_… of the receiver. Leave it empty and one is made, and shown once.",
        widget=secret_widget(),
    )
    renew = forms.BooleanField(
        label="Make a new secret",
        required=False,
        help_text="It is shown once. The present one signs as well, until you forget it below.",
    )
    former_secret = forms.CharField(
        label="Former secret",
        max_length=200,
        required=False,
        help_text="Signs as well until you forget it. A new secret above moves the present one here.",
        widget=secret_widget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "secret" not in self.stored:
            del self.fields["renew"]

    def clean_secret(self) -> str:
        return _checked(str(self.cleaned_data["secret"]))

    def clean_former_secret(self) -> str:
        return _checked(str(self.cleaned_data["former_secret"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "secret" not in self.errors and (cleaned.get("renew") or not cleaned.get("secret")):
            cleaned["secret"] = self.made["secret"] = new_secret()
        return cleaned

    def merged(self, *, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
        """A secret that was replaced goes on signing, unless another former one was entered."""
        replaced = old.get("secret", "")
        is_former_given = new.get("former_secret", "") != old.get("former_secret", "")
        if replaced and replaced != new["secret"] and not is_former_given:
            return {**new, "former_secret": replaced}
        return dict(new)


def _checked(secret: str) -> str:
    secret = secret.strip()
    if secret:
        try:
            key_of(secret)
        except SecretError as error:
            raise forms.ValidationError(str(error)) from error
    return secret
