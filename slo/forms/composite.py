"""What a composite asks for, and the parts it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from reliability.web.field_messages import CHOICE, number
from slo.domain.composite_drafts import GROUP_LENGTH_MAX
from slo.domain.composites import PARTS_MAX, WEIGHT_MAX, CompositeKind, Missing
from slo.forms.identity import IdentityForm
from slo.forms.percent import PercentField
from slo.forms.window import ObjectiveForm

KINDS = (
    (CompositeKind.ALL_OF.value, "All of them: a slice of time is bad when any part is bad in it"),
    (CompositeKind.WEIGHTED.value, "Weighted events: the events of all parts, some counting more than once"),
    (CompositeKind.CHAIN.value, "Chain: a request needs every part, so their availabilities multiply"),
)
MISSINGS = (
    (Missing.NO_DATA.value, "Not judged: it lowers coverage"),
    (Missing.LEFT_OUT.value, "Judged by the other parts"),
    (Missing.BAD.value, "Bad: silence is an outage"),
)
NAMES_LIST = "composite-part-names"  # id of the datalist with what there is to choose from


class CompositeIdentityForm(IdentityForm):
    """Of a composite: no OpenSLO file knows it, and exclusions are those of its parts."""

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, is_new=is_new, **kwargs)
        self.fields["title"].help_text = "The journey or chain, in a few words. Example: Checkout journey"
        stays = "For addresses and the API; it stays."
        self.fields["name"].help_text = f"{stays} Empty: made from the title." if is_new else stays
        self.fields["team"].help_text = "Its editors may change the composite. Parts may be of other teams."
        self.fields["service"].help_text = "Whose users it speaks for. Exclusions are those of the parts."
        self.fields["description"].help_text = "Who notices when it breaks, and how. Shown on its page."


class CompositeForm(ObjectiveForm):
    """Kind, objective, window, slices."""

    kind = forms.ChoiceField(
        choices=KINDS,
        initial=CompositeKind.ALL_OF.value,
        widget=forms.RadioSelect,
        label="How the parts make a whole",
        error_messages=CHOICE,
    )
    slice_minutes = forms.IntegerField(
        min_value=1,
        max_value=1440,
        initial=5,
        label="Slice (minutes)",
        help_text="So many minutes are judged together. Example: 5",
        error_messages=number("write the length of a slice in minutes, such as 5", low=1, high=1440),
    )
    missing = forms.ChoiceField(
        choices=MISSINGS,
        initial=Missing.NO_DATA.value,
        widget=forms.RadioSelect,
        label="When some part was not measured, the slice is",
        error_messages=CHOICE,
    )
    has_page = forms.BooleanField(
        required=False,
        initial=True,
        label="Page for a fast burn: 2 % of the budget in 1 h, 5 % in 6 h (Sev2)",
        help_text="Its parts may page for the same outage: let those that matter through it open tickets only.",
    )
    has_ticket = forms.BooleanField(
        required=False,
        initial=True,
        label="Ticket for a slow burn: 10 % in 1 day, 10 % in 3 days (Sev3)",
    )
    budgeting_method = None  # type: ignore[assignment]  # Django's way to leave a field out
    slice_target = None  # type: ignore[assignment]  # Django's way to leave a field out
    counts_no_data_as_bad = None  # type: ignore[assignment]  # Django's way to leave a field out


class PartForm(forms.Form):
    """One part. A row without a name is passed over. `keep:<id>` is a part that the editor may not see."""

    part = forms.CharField(
        required=False,
        max_length=80,
        label="Objective",
        widget=forms.TextInput(
            attrs={"list": NAMES_LIST, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    weight = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=WEIGHT_MAX,
        label="Weight",
        error_messages=number("write a whole number, such as 1", low=1, high=WEIGHT_MAX),
    )
    slice_target = PercentField(required=False, is_whole_allowed=True, label="Slice is good from (%)")
    group = forms.CharField(required=False, max_length=GROUP_LENGTH_MAX, label="Redundant group")

    @property
    def is_kept(self) -> bool:
        """Whether it stands for a part that the editor may not see."""
        return str(self["part"].value() or "").startswith("keep:")

    @property
    def name(self) -> str:
        """What was typed; empty on rows that are passed over. Only on a valid form."""
        return str(self.cleaned_data.get("part", "")).strip()


class _PartForms(BaseFormSet):  # type: ignore[type-arg]  # Django has no such subscript at run time
    def add_fields(self, form: PartForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label} of part {(index or 0) + 1}" if name else ""


PartForms = formset_factory(PartForm, formset=_PartForms, extra=0, max_num=PARTS_MAX, absolute_max=PARTS_MAX + 10)
ROWS_MORE = 3


def typed_rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a sent form as they were typed, judged by nobody, and a few empty ones more."""
    try:
        count = int(data.get("parts-TOTAL_FORMS", "0"))
    except ValueError:
        count = 0
    count = max(0, min(count, PARTS_MAX))
    rows: list[dict[str, Any]] = [
        {name: data.get(f"parts-{row}-{name}", "") for name in PartForm.base_fields} for row in range(count)
    ]
    return rows + [{} for _ in range(min(ROWS_MORE, PARTS_MAX - count))]
