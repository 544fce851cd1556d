from __future__ import annotations

from typing import ClassVar

from django import forms

from reliability.channels.kinds.apprise.gateway import can_read
from reliability.channels.kinds.form import KindForm, secret_widget
from reliability.web.field_messages import needed


class AppriseForm(KindForm):
    secret_fields: ClassVar[tuple[str, ...]] = ("url",)

    service = forms.CharField(
        label="Where it leads",
        max_length=120,
        help_text="As people say it. Example: SMS to the duty phone by Twilio",
        error_messages=needed("say where it leads, such as Matrix room of the team"),
    )
    url = forms.CharField(
        label="Apprise address",
        max_length=2000,
        help_text="As https://appriseit.com/services/ describes it, such as twilio://SID:token@+15550100/+15550199. "
        "The outbound guard does not see where it leads.",
        widget=secret_widget(),
        error_messages=needed("write an address of apprise, such as matrix://user:password@host/room"),
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        if url and not can_read(url):
            raise forms.ValidationError(
                "apprise knows no such service, or something is missing: compare it with appriseit.com/services"
            )
        return url
