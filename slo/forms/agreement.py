"""What was promised to a customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.zones import zone_names
from slo.domain.agreement_drafts import (
    TEXT_MAX,
    TITLE_MAX,
    AgreementDraft,
    CreditsError,
    credits_text,
    parse_credits,
)
from slo.domain.agreements import PERIODS, Counting, Credit
from slo.forms.percent import PercentField
from slo.models import Slo

_CREDITS_TEXT_MAX = 2_000


class CreditsField(forms.CharField):
    """A table of credits, one row a line."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return parse_credits(text or "")
        except CreditsError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return credits_text(value) if isinstance(value, tuple) else value


class AgreementForm(forms.Form):
    title = forms.CharField(
        max_length=TITLE_MAX,
        label="What was promised",
        help_text="Example: checkout is available, gold plan.",
        error_messages=needed("say in a few words what was promised"),
    )
    name = forms.CharField(
        max_length=63,
        label="Name in addresses",
        help_text="Lower-case letters, digits and hyphens; it stays. Example: checkout-gold.",
        error_messages=needed("write a name such as checkout-gold"),
    )
    customer = forms.CharField(
        max_length=TITLE_MAX,
        required=False,
        label="Customer",
        help_text="To whom. Example: Acme Ltd, or all customers of the gold plan.",
    )
    contract = forms.CharField(
        max_length=TITLE_MAX,
        required=False,
        label="Contract",
        help_text="Where it is written. Example: MSA 2026-17, §4.",
    )
    slo = forms.ModelChoiceField(
        queryset=Slo.objects.none(),
        label="Measured by",
        empty_label="Choose an objective",
        help_text="An objective of the team: its availability is what counts.",
        error_messages=chosen("an objective") | needed("choose the objective that measures it"),
    )
    target = PercentField(
        label="Promised availability",
        help_text="In percent. Example: 99.5. It ought to be less than the objective, so that the alert comes first.",
        error_messages=needed("write the percentage that was promised, such as 99.5"),
    )
    period = forms.ChoiceField(
        label="Counted by",
        choices=[(one.value, f"calendar {one.value}") for one in PERIODS],
        error_messages=CHOICE,
    )
    zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        help_text="On whose calendar a month begins. Example: Europe/Berlin.",
        error_messages=CHOICE,
    )
    counting = forms.ChoiceField(
        label="Which minutes count",
        choices=[(one.value, one.words[0].upper() + one.words[1:]) for one in Counting],
        initial=Counting.AS_OBJECTIVE.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    credits = CreditsField(
        required=False,
        max_length=_CREDITS_TEXT_MAX,
        label="Credits",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="One row a line, the highest availability first: below how many percent, how many percent of the fee "
        "are given back. Example: <code>99.5: 10</code>, then <code>99.0: 25</code>. Empty: no credit is owed.",
    )
    first = forms.DateField(
        label="In force from",
        help_text="The first day. Another day than before makes a new version from that day on and keeps the old one "
        "for its time; the same day corrects it. Example: 2026-01-01.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=needed("write the first day, such as 2026-01-01"),
    )
    last = forms.DateField(
        required=False,
        label="Last day",
        help_text="Empty while no end is agreed. Example: 2027-12-31.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        required=False,
        max_length=TEXT_MAX,
        label="Note",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Markdown. Example: credits are claimed within 30 days of the end of the month.",
    )
    reason = forms.CharField(
        required=False,
        max_length=2_000,
        label="Why it changes",
        help_text="Kept with the version. Example: renewed on better terms.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, slos: QuerySet[Slo], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slo"].queryset = slos  # type: ignore[attr-defined]  # of a ModelChoiceField
        stored = str(self.initial.get("zone") or "UTC")
        names = (*(() if stored in zone_names() else (stored,)), *zone_names())
        self.fields["zone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]  # of a ChoiceField
        if not is_new:
            self.fields["name"].disabled = True

    def draft(self) -> AgreementDraft:
        """Of a valid form."""
        data = self.cleaned_data
        target: Decimal = data["target"]
        table: tuple[Credit, ...] = data["credits"]
        names = ("name", "title", "customer", "contract", "note", "period", "zone", "counting", "first", "last")
        return AgreementDraft(
            slo_id=data["slo"].pk, target=target, credits=table, **{name: data[name] for name in names}
        )


def initial_of(draft: AgreementDraft, *, revision: int) -> dict[str, Any]:
    """What the form shows of a stored one."""
    names = ("name", "title", "customer", "contract", "note", "target", "period", "zone", "counting", "credits")
    return {
        **{name: getattr(draft, name) for name in names},
        "slo": draft.slo_id,
        "first": draft.first,
        "last": draft.last,
        "revision": revision,
    }
