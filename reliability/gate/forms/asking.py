"""Asking the gate on its page, overriding it, and narrowing its lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.catalog.models import Service
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.services.overrides import REASON_MAX, OverrideDraft
from reliability.web.field_messages import CHOICE, chosen, needed

_HOURS = ((1, "1 hour"), (2, "2 hours"), (4, "4 hours"), (8, "8 hours"), (24, "24 hours"))


class AskForm(forms.Form):
    """Looking is not asking: nothing is kept."""

    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        label="Service",
        empty_label="Choose one",
        error_messages=chosen("a service"),
    )
    environment = forms.CharField(
        max_length=120, required=False, label="Environment", help_text="Example: production", initial="production"
    )
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.words) for kind in ChangeKind],
        required=False,
        label="What the change is for",
        error_messages=CHOICE,
    )
    revision = forms.CharField(max_length=255, required=False, label="Revision", help_text="Example: 9fceb02")

    def __init__(self, *args: Any, services: QuerySet[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField


class OverrideForm(forms.Form):
    environment = forms.CharField(
        max_length=120,
        label="Environment",
        help_text="Example: production",
        error_messages=needed("name one, such as production"),
    )
    revision = forms.CharField(
        max_length=255,
        required=False,
        label="Revision",
        help_text="Only this one goes through. Example: 9fceb02. Blank: whatever comes.",
    )
    hours = forms.TypedChoiceField(coerce=int, choices=_HOURS, initial=1, label="For how long", error_messages=CHOICE)
    reason = forms.CharField(
        max_length=REASON_MAX,
        label="Why",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Told to the team, and to whoever asks. Example: legal needs the new terms online today, agreed with "
        "Grace.",
        error_messages=needed("say why: it is told to the team, and in the gate's answer"),
    )

    def draft(self, *, service: Service, now: datetime) -> OverrideDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return OverrideDraft(
            service=service.name,
            reason=data["reason"],
            expires_at=now + timedelta(hours=data["hours"]),
            environment=data["environment"],
            revision=data["revision"],
        )
