"""The objective itself: target, window, how the budget counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from reliability.web.field_messages import CHOICE, needed, number
from reliability.web.zones import zone_names
from slo.domain.budgeting import BudgetingMethod
from slo.forms.instants import WallTimeField
from slo.forms.percent import PercentField

UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
METHODS = (
    (BudgetingMethod.OCCURRENCES.value, "Events: each bad event spends"),
    (BudgetingMethod.TIMESLICES.value, "Time slices: each bad slice spends"),
    (BudgetingMethod.RATIO_TIMESLICES.value, "Mean of time slices: each slice weighs the same"),
)


class ObjectiveForm(forms.Form):
    """Target and window. Slices are asked for only by the methods that use them."""

    objective = PercentField(
        label="Objective",
        help_text="Percent of good events over the window. Example: 99.9",
        error_messages=needed("write what share has to be good, such as 99.9"),
    )
    window_kind = forms.ChoiceField(
        error_messages=CHOICE,
        choices=(("rolling", "Rolling: the last days, always"), ("calendar", "Calendar: starts anew each period")),
        initial="rolling",
        widget=forms.RadioSelect,
        label="Window",
    )
    rolling = forms.CharField(
        required=False,
        initial="28d",
        max_length=20,
        label="Length",
        help_text="A number and a unit: 7d, 28d, 4w, 12h",
    )
    count = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        initial=1,
        label="Every",
        error_messages=number("write how many, such as 1", low=1, high=1000),
    )
    unit = forms.ChoiceField(
        error_messages=CHOICE,
        required=False,
        choices=[(unit, unit) for unit in UNITS],
        initial="month",
        label="Unit of the calendar",
    )
    start = WallTimeField(
        required=False,
        label="One period starts at",
        help_text="Wall time in the zone below; earlier periods follow from it. Example: 2026-01-01 00:00",
    )
    time_zone = forms.ChoiceField(
        error_messages={"invalid_choice": "choose a zone of the list, such as Europe/Berlin"},
        required=False,
        choices=lambda: [(zone, zone) for zone in zone_names()],
        initial="UTC",
        label="Time zone",
        help_text="Periods begin at the wall clock of this zone, also when it changes for summer.",
    )
    budgeting_method = forms.ChoiceField(
        error_messages=CHOICE,
        choices=METHODS,
        initial=BudgetingMethod.OCCURRENCES.value,
        widget=forms.RadioSelect,
        label="The budget counts",
    )
    slice_minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1440,
        label="Slice (minutes)",
        help_text="Example: 5",
        error_messages=number("write the length of a slice in minutes, such as 5", low=1, high=1440),
    )
    slice_target = PercentField(
        required=False,
        is_whole_allowed=True,
        label="A slice is good from",
        help_text="Percent of good events within the slice. Example: 99",
    )
    counts_no_data_as_bad = forms.BooleanField(
        required=False,
        label="Minutes without data spend budget",
        help_text="Off: they only lower coverage. On: silence counts as an outage.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("window_kind") == "rolling":
            self._need("rolling", "write a length, such as 28d")
        elif cleaned.get("window_kind") == "calendar":
            self._need("count", "write how many, such as 1")
            self._need("start", "write the local time at which one period starts")
        method = cleaned.get("budgeting_method")
        if method != BudgetingMethod.OCCURRENCES:
            self._need("slice_minutes", "write the length of a slice, such as 5")
        if method == BudgetingMethod.TIMESLICES:
            self._need("slice_target", "write from which ratio a slice is good, such as 99")
        return cleaned

    def lacks_only_slice_target(self) -> bool:
        """Whether nobody wrote from when a slice is good, and all else is sound: enough to look at history."""
        return list(self.errors) == ["slice_target"] and not self.data.get(self.add_prefix("slice_target"), "").strip()

    def _need(self, field: str, message: str) -> None:
        if self.cleaned_data.get(field) in (None, "") and field not in self.errors:
            self.add_error(field, message)

    def window(self) -> dict[str, Any]:
        """The window in the notation of slo.domain.windows. Only on a valid form."""
        data = self.cleaned_data
        if data["window_kind"] == "rolling":
            return {"rolling": data["rolling"].strip()}
        return {
            "calendar": {
                "count": data["count"],
                "unit": data["unit"] or "month",
                "start": data["start"],
                "time_zone": data["time_zone"] or "UTC",
            }
        }

    def budgeting(self) -> dict[str, Any]:
        """The method and its slices as arguments of a draft. Only on a valid form."""
        data = self.cleaned_data
        method = data["budgeting_method"]
        if method == BudgetingMethod.OCCURRENCES:
            return {"budgeting_method": method}
        return {
            "budgeting_method": method,
            "slice_minutes": data["slice_minutes"],
            "slice_target": data.get("slice_target") if method == BudgetingMethod.TIMESLICES else None,
            "counts_no_data_as_bad": data["counts_no_data_as_bad"],
        }


def initial_of_window(window: Mapping[str, Any]) -> dict[str, Any]:
    """The field values that would make *window*: the inverse of ObjectiveForm.window."""
    if "rolling" in window:
        return {"window_kind": "rolling", "rolling": window["rolling"]}
    return {"window_kind": "calendar"} | dict(window.get("calendar", {}))
