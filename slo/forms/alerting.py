"""How an objective alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from reliability.web.errors import ProblemError
from reliability.web.field_messages import CHOICE, number
from slo.domain.alerting_conditions import CONDITIONS_MAX
from slo.domain.alerting_rules import Operator
from slo.domain.alerting_silence import MINUTES_MAX, MINUTES_MIN
from slo.services.alerts import AlertingDraft

_SEVERITIES = (
    (1, "Sev1 (worst, wakes people)"),
    (2, "Sev2 (wakes people)"),
    (3, "Sev3"),
    (4, "Sev4"),
    (5, "Sev5 (information)"),
)
_OPERATORS = [(one.value, one.sign) for one in Operator]
_SILENCE = (
    ("auto", "As the indicator: yes where we read it, no where counts are pushed"),
    ("yes", "Yes"),
    ("no", "No"),
)
_WATCHES = {"auto": None, "yes": True, "no": False}
_COUNTS = ("min_bad_events", "min_valid_events", "cold_start_bad_events")
_EVENTS: dict[str, Any] = {
    "required": False,
    "min_value": 0.0,
    "error_messages": number("write a number of events", low=0),
}


class AlertingForm(forms.Form):
    """Default rules, guards against few events, and silence."""

    has_page = forms.BooleanField(required=False, label="Page: 2 % of the budget in 1 h, 5 % in 6 h (Sev2)")
    has_ticket = forms.BooleanField(required=False, label="Ticket: 10 % of the budget in 1 day, 10 % in 3 days (Sev3)")
    min_bad_events = forms.FloatField(
        **_EVENTS,
        label="At least so many bad events",
        help_text="Within the longer window. One failed request of a quiet night wakes nobody.",
    )
    min_valid_events = forms.FloatField(
        **_EVENTS, label="At least so many events", help_text="Within the longer window."
    )
    cold_start_bad_events = forms.FloatField(
        **_EVENTS,
        label="Bad events that fire before the longer window is measured",
        help_text="And only if the burn were too high even had everything unmeasured been good.",
    )
    watches_silence = forms.ChoiceField(
        choices=_SILENCE, widget=forms.RadioSelect, label="Alert when there are no data", error_messages=CHOICE
    )
    silence_minutes = forms.IntegerField(
        min_value=MINUTES_MIN,
        max_value=MINUTES_MAX,
        label="After so many minutes without data",
        error_messages=number("write minutes, such as 15", low=MINUTES_MIN, high=MINUTES_MAX),
    )
    silence_severity = forms.TypedChoiceField(
        choices=_SEVERITIES, coerce=int, label="Severity of missing data", error_messages=CHOICE
    )
    counts_no_traffic = forms.BooleanField(
        required=False, label="Measured minutes without a single event count as no data, too"
    )
    reason = forms.CharField(
        required=False, max_length=2000, label="Why it changes", widget=forms.Textarea(attrs={"rows": 2})
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ConditionForm(forms.Form):
    """One own condition; a row without a name is none."""

    name = forms.CharField(required=False, max_length=63, label="Name", help_text="Example: fast-burn")
    op = forms.ChoiceField(choices=_OPERATORS, label="Burn is", error_messages=CHOICE)
    threshold = forms.FloatField(
        required=False, label="Threshold ×", error_messages=number("write a number, such as 14.4")
    )
    lookback = forms.CharField(required=False, max_length=20, label="Over", help_text="Example: 1h")
    short = forms.CharField(required=False, max_length=20, label="And over", help_text="Example: 5m")
    alert_after = forms.CharField(required=False, max_length=20, label="True for", help_text="Example: 2m")
    severity = forms.TypedChoiceField(
        choices=_SEVERITIES, coerce=int, initial=3, label="Severity", error_messages=CHOICE
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and (cleaned.get("threshold") is not None or cleaned.get("lookback")):
            self.add_error("name", "name the condition, such as fast-burn")
        if cleaned.get("name"):
            for field, words in (
                ("threshold", "write a number, such as 14.4"),
                ("lookback", "write a length, such as 1h"),
            ):
                if cleaned.get(field) in (None, "") and field not in self.errors:
                    self.add_error(field, words)
        return cleaned


ConditionFormSet = formset_factory(
    ConditionForm, extra=1, can_delete=True, max_num=CONDITIONS_MAX, validate_max=True, absolute_max=CONDITIONS_MAX + 5
)


class AlertingForms:
    """The form and its conditions as one."""

    def __init__(self, data: Mapping[str, Any] | None, *, draft: AlertingDraft, revision: int) -> None:
        initial = asdict(draft) | {"based_on": revision}
        # People write 5, not 5.0.
        initial |= {name: int(initial[name]) for name in _COUNTS if float(initial[name]).is_integer()}
        initial["watches_silence"] = {None: "auto", True: "yes", False: "no"}[draft.watches_silence]
        self.main = AlertingForm(data, initial=initial)
        self.conditions: BaseFormSet[Any] = ConditionFormSet(data, initial=draft.conditions, prefix="conditions")

    def is_valid(self) -> bool:
        return all([self.main.is_valid(), self.conditions.is_valid()])

    @property
    def revision(self) -> int | None:
        found: int | None = self.main.cleaned_data.get("based_on")
        return found

    @property
    def reason(self) -> str:
        return str(self.main.cleaned_data.get("reason") or "")

    def draft(self) -> AlertingDraft:
        """What the person asks for. Only on valid forms."""
        data = self.main.cleaned_data
        return AlertingDraft(
            has_page=data["has_page"],
            has_ticket=data["has_ticket"],
            min_bad_events=data["min_bad_events"] or 0.0,
            min_valid_events=data["min_valid_events"] or 0.0,
            cold_start_bad_events=data["cold_start_bad_events"] or 0.0,
            watches_silence=_WATCHES[data["watches_silence"]],
            silence_minutes=data["silence_minutes"],
            silence_severity=data["silence_severity"],
            counts_no_traffic=data["counts_no_traffic"],
            conditions=[self._condition(form) for form in self._written()],
        )

    def take(self, problem: ProblemError) -> None:
        """Show a refusal at the fields it speaks of."""
        written = self._written()
        for detail in problem.details or [{"message": problem.message}]:
            path, message = str(detail.get("field", "")).split("."), str(detail.get("message") or problem.message)
            if path[0] == "conditions" and len(path) == 3 and int(path[1]) < len(written):
                form = written[int(path[1])]
                form.add_error(path[2] if path[2] in form.fields else None, message)
            else:
                self.main.add_error(path[0] if path[0] in self.main.fields else None, message)

    def _written(self) -> list[Any]:
        return [
            form
            for form in self.conditions.forms
            if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")
        ]

    @staticmethod
    def _condition(form: Any) -> dict[str, Any]:
        data = form.cleaned_data
        return {
            "name": data["name"].strip(),
            "title": str(form.initial.get("title") or "") if form.initial.get("name") == data["name"] else "",
            "op": data["op"],
            "threshold": data["threshold"],
            "lookback": data["lookback"],
            "short": data["short"] or None,
            "alert_after": data["alert_after"] or None,
            "severity": data["severity"],
        }
