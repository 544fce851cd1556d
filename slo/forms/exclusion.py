"""Minutes that do not count."""

from __future__ import annotations

from typing import Any

from django import forms

from slo.models import Exclusion


def _instant(label: str, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ExclusionForm(forms.Form):
    """Start, end, effect and reason. Times are UTC."""

    prefix = "exclusion"

    start_at = _instant("From (UTC)")
    end_at = _instant("Until (UTC)", "This minute counts again.")
    effect = forms.ChoiceField(
        label="Effect",
        choices=(
            (Exclusion.Effect.EXCLUDED.value, "Left out: neither good nor bad"),
            (Exclusion.Effect.COUNTED_AS_UP.value, "Counted as up: every event is good"),
        ),
    )
    reach = forms.ChoiceField(
        label="Applies to",
        choices=(("slo", "this objective"), ("service", "every objective of the service")),
        initial="slo",
    )
    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="Example: database move announced on 2 March, CHG-1234",
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
