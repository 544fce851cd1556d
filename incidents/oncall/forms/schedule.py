"""The form of a schedule, usable without JavaScript: buttons that add rows send what was typed and get it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from incidents.oncall.domain.rotation import RotationUnit
from incidents.oncall.forms.lines import handoffs_text, parse_handoffs
from reliability.access.models import Team, User
from reliability.kit.times import TimeError
from reliability.kit.typed_hours import hours_text, parse_hours
from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.fields import InstantField, picker
from reliability.web.zones import zone_names

PEOPLE_ROWS_SPARE = 2
UNITS = (
    (RotationUnit.WEEK.value, "weeks"),
    (RotationUnit.DAY.value, "days"),
    (RotationUnit.HOUR.value, "hours"),
    (RotationUnit.MONTH.value, "months"),
    (RotationUnit.CUSTOM.value, "hand-overs named below"),
)
NAMES = {"name": "Example: Primary, Office hours, Second line"}


class PeopleWidget(forms.Widget):
    """Several selects of one name: their order is the order of turns. oncall/form.html draws them."""

    spare = PEOPLE_ROWS_SPARE
    people: Sequence[User] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        values = data.getlist(name) if isinstance(data, QueryDict) else data.get(name, [])
        return [value for value in values if value]


class PeopleField(forms.Field):
    """Ids of people in the order of their turns."""

    widget = PeopleWidget

    def to_python(self, value: Any) -> list[int]:
        return [int(entry) for entry in value or [] if str(entry).isdigit()]


class ScheduleForm(forms.Form):
    """What a schedule has beside its layers."""

    title = forms.CharField(
        max_length=120,
        label="Name",
        help_text="Example: Payments, first line",
        error_messages=needed("write a name, such as Payments primary"),
    )
    slug = forms.SlugField(
        max_length=63,
        label="Address",
        help_text="It stands in the address of its page, in the API and in files. Example: payments-first",
        error_messages=needed("write a name for addresses, such as payments-primary"),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        empty_label=None,
        to_field_name="slug",
        error_messages=chosen("the team that owns it"),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Hand-overs keep their hour on these clocks, also when summer time begins or ends.",
        error_messages=CHOICE,
    )
    notice_minutes = forms.IntegerField(
        label="Tell people ahead, minutes",
        min_value=0,
        max_value=20_160,
        initial=0,
        help_text="Before their shift begins; 0 tells them only when it does.",
        error_messages=needed("write a number of minutes; 0 tells them when the shift begins"),
    )
    description = forms.CharField(
        required=False, max_length=10_000, label="Description", widget=forms.Textarea(attrs={"rows": 2})
    )
    effective_from = InstantField(
        required=False, label="Change takes effect", help_text="Empty: now. What was before stays as it was."
    )
    reason = forms.CharField(required=False, max_length=2_000, label="Why", help_text="For the audit trail.")

    def __init__(self, *args: Any, teams: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["time_zone"].choices = [(name, name) for name in zone_names()]  # type: ignore[attr-defined]  # a ChoiceField
        if is_new:
            del self.fields["effective_from"]
            del self.fields["reason"]


class LayerForm(forms.Form):
    """One layer. What it says about time is local to the schedule, or to the zone of its own."""

    name = forms.CharField(
        max_length=80,
        label="Name of the layer",
        help_text=NAMES["name"],
        error_messages=needed("write a name, such as Primary"),
    )
    priority = forms.IntegerField(
        min_value=0,
        max_value=1_000,
        label="Priority",
        help_text="The highest number wins where layers overlap.",
        error_messages=needed("write a number, such as 1"),
    )
    people = PeopleField(
        label="People, in the order of their turns", error_messages=needed("choose at least one person")
    )
    length = forms.IntegerField(
        min_value=1,
        max_value=8_784,
        initial=1,
        label="A turn lasts",
        error_messages=needed("write a number, such as 1"),
    )
    unit = forms.ChoiceField(choices=UNITS, label="Unit", error_messages=CHOICE)
    start = forms.CharField(
        label="First turn begins",
        widget=picker(),
        max_length=40,
        help_text="Local time; turns hand over at this hour.",
        error_messages=needed("write when the first turn begins, such as 2026-01-05T09:00"),
    )
    end = forms.CharField(required=False, label="Rotation ends", widget=picker(), max_length=40)
    handoffs = forms.CharField(
        required=False,
        max_length=2_000,
        label="Hand-overs",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only for “hand-overs named below”: one a line. Example: mon 09:00",
    )
    hours = forms.CharField(
        required=False,
        max_length=4_000,
        label="Only at these hours",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line; empty is always. Example: mon-fri 09:00-17:00",
    )
    time_zone = forms.ChoiceField(required=False, label="Time zone of the layer")
    remove = forms.BooleanField(required=False, label="Remove this layer")

    use_required_attribute = False

    def __init__(self, *args: Any, people: Sequence[User], spare: int = PEOPLE_ROWS_SPARE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["people"].widget
        widget.people, widget.spare = people, spare
        zones = [("", "as the schedule"), *((name, name) for name in zone_names())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]  # a ChoiceField

    def clean_handoffs(self) -> list[dict[str, str]]:
        return list(_read(parse_handoffs, self.cleaned_data["handoffs"]))

    def clean_hours(self) -> list[dict[str, Any]]:
        return list(_read(parse_hours, self.cleaned_data["hours"]))

    def written(self) -> dict[str, Any]:
        """The layer in the notation."""
        data = self.cleaned_data
        is_custom = data["unit"] == RotationUnit.CUSTOM.value
        return {
            "name": data["name"],
            "priority": data["priority"],
            **({"time_zone": data["time_zone"]} if data["time_zone"] else {}),
            "rotation": {
                "unit": data["unit"],
                "length": data["length"],
                "start": data["start"],
                **({"end": data["end"]} if data["end"] else {}),
                **({"handoffs": data["handoffs"]} if is_custom else {}),
                "participants": data["people"],
            },
            "restrictions": data["hours"],
        }


def initial_of(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer of the notation as the form shows it."""
    rotation = layer["rotation"]
    return {
        "name": layer["name"],
        "priority": layer["priority"],
        "people": rotation["participants"],
        "length": rotation["length"],
        "unit": rotation["unit"],
        "start": rotation["start"],
        "end": rotation.get("end", ""),
        "handoffs": handoffs_text(rotation.get("handoffs", [])),
        "hours": hours_text(layer["restrictions"]),
        "time_zone": layer.get("time_zone", ""),
    }


def _read(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except TimeError as error:
        raise forms.ValidationError(str(error)) from error
