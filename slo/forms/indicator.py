"""Which indicator an objective stands on: one that exists, or a new one."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.telemetry.models import Source
from reliability.web.field_messages import CHOICE
from slo.forms.measurement import MeasurementForm
from slo.forms.stored import STAYS, StoredChoiceField
from slo.models import Sli


class IndicatorForm(MeasurementForm):
    """An existing SLI by name, or the source and measurement of a new one."""

    field_order = ("indicator", "sli", "source", "sli_name")

    indicator = forms.ChoiceField(
        error_messages=CHOICE,
        choices=(("new", "Measure something new"), ("existing", "Use an indicator that exists")),
        initial="new",
        widget=forms.RadioSelect,
        label="Indicator",
    )
    sli = StoredChoiceField(
        queryset=Sli.objects.none(),
        to_field_name="name",
        required=False,
        label="Existing indicator",
        empty_label="Choose an indicator",
        help_text="Several objectives may share one, such as 99.9 % over 28 days and 99 % over 7.",
        error_messages={"invalid_choice": "choose an indicator of the list: that one is gone, or not yours to see"},
    )
    source = forms.ModelChoiceField(
        queryset=Source.objects.none(),
        to_field_name="name",
        required=False,
        label="Source",
        empty_label="Choose where the numbers come from",
        error_messages={"invalid_choice": "choose a source of the list: that one is gone, or not yours to see"},
        help_text="A Prometheus-compatible server, or pushed counts.",
    )
    sli_name = forms.SlugField(
        required=False,
        max_length=63,
        label="Name of the indicator",
        help_text="Empty: the name of the objective.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, slis: Any, sources: Any, stored: Sli | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sli"].queryset = slis  # type: ignore[attr-defined]  # a ModelChoiceField's property
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]  # a ModelChoiceField's property
        if self.fields["sli"].keep(stored, label="Its present indicator (private, stays)"):  # type: ignore[attr-defined]  # a StoredChoiceField's method
            self.initial = {**self.initial, "sli": STAYS}

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("indicator") == "existing":
            if not self.cleaned_data.get("sli") and "sli" not in self.errors:
                self.add_error("sli", "choose the indicator, or measure something new")
            return self.cleaned_data
        if not self.cleaned_data.get("source") and "source" not in self.errors:
            self.add_error("source", "choose the source of the numbers")
        return super().clean()

    def existing_sli(self) -> Sli | None:
        """The indicator that was chosen, or None when a new one is described. Only on a valid form."""
        if self.cleaned_data["indicator"] != "existing":
            return None
        sli: Sli | None = self.cleaned_data["sli"]
        return sli
