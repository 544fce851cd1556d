"""Minutes that do not count."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.web.field_messages import CHOICE, WHY, needed
from slo.forms.instants import InstantField
from slo.models import Exclusion


class ExclusionForm(forms.Form):
    """Start, end, effect and reason. Times are those of the page's zone."""

    prefix = "exclusion"

    start_at = InstantField(label="From", error_messages=needed("write when it began"))
    end_at = InstantField(
        label="Until", help_text="This minute counts again.", error_messages=needed("write when it ended")
    )
    effect = forms.ChoiceField(
        error_messages=CHOICE,
        label="Effect",
        choices=(
            (Exclusion.Effect.EXCLUDED.value, "Left out: neither good nor bad"),
            (Exclusion.Effect.COUNTED_AS_UP.value, "Counted as up: every event is good"),
        ),
    )
    reach = forms.ChoiceField(
        error_messages=CHOICE,
        label="Applies to",
        choices=(("slo", "this objective"), ("service", "every objective of the service")),
        initial="slo",
    )
    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="Example: database move announced on 2 March, CHG-1234",
        error_messages=WHY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, has_service: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_service:
            del self.fields["reach"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start_at"), cleaned.get("end_at")
        if start and end and end <= start:
            self.add_error("end_at", "must be later than the start")
        return cleaned
