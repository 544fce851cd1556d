from __future__ import annotations

from typing import ClassVar

from django import forms

from reliability.channels.kinds.addresses import AddressField
from reliability.channels.kinds.form import KindForm, secret_widget
from reliability.web.field_messages import needed


class TeamsForm(KindForm):
    secret_fields: ClassVar[tuple[str, ...]] = ("webhook_url",)

    room = forms.CharField(
        label="Where it posts",
        max_length=120,
        required=False,
        help_text="As people say it; the Workflow decides. Example: Payments / Alerts",
    )
    webhook_url = AddressField(
        label="Webhook address",
        example="https://….logic.azure.com/workflows/…",
        help_text="In Teams: Workflows, “Send webhook alerts to a channel” (or chat). Who has it can post, so it is "
        "stored encrypted.",
        widget=secret_widget(),
        error_messages=needed("write the address of the workflow, beginning with https://"),
    )
