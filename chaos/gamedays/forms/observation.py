"""The composer of the room: who noticed what when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from chaos.gamedays.domain.states import ObservationKind
from chaos.gamedays.models import Scenario
from reliability.web.field_messages import CHOICE, needed
from reliability.web.fields import InstantField, page_zone

TEXT_MAX = 5_000
NAME_MAX = 160
_TO_THE_SECOND = {"type": "datetime-local", "step": "1", "autocomplete": "off"}

KINDS = {
    ObservationKind.NOTICED: "Noticed",
    ObservationKind.ACTED: "Acted",
    ObservationKind.SURPRISED: "Surprised",
    ObservationKind.FAULT_FOUND: "Fault found",
    ObservationKind.NOTE: "Note",
}


class MomentField(InstantField):
    """An instant to the second: how fast something was noticed is counted in seconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=_TO_THE_SECOND), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(page_zone()).strftime("%Y-%m-%dT%H:%M:%S") if isinstance(value, datetime) else value


class ObservationForm(forms.Form):
    """`at` empty: now. `scenario` empty: the one under way at that instant."""

    prefix = "seen"

    kind = forms.ChoiceField(
        label="Kind",
        choices=[(kind.value, words) for kind, words in KINDS.items()],
        initial=ObservationKind.NOTICED.value,
        error_messages=CHOICE,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="What",
        max_length=TEXT_MAX,
        error_messages=needed("write what was seen or done"),
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "What do you see, what do you do?"}),
    )
    by_name = forms.CharField(
        required=False, max_length=NAME_MAX, label="Who", widget=forms.TextInput(attrs={"placeholder": "I myself"})
    )
    at = MomentField(required=False, label="At")
    scenario = forms.TypedChoiceField(
        required=False, label="Scenario", coerce=int, empty_value=None, error_messages=CHOICE
    )

    def __init__(self, *args: Any, scenarios: Sequence[Scenario], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.pk, f"{one.position}. {one.title}") for one in scenarios]
        self.fields["scenario"].choices = [("", "The one under way then"), *named]  # type: ignore[attr-defined]  # of a ChoiceField


class ObservationEditForm(forms.Form):
    """An observation again; what it said stays in its history."""

    kind = forms.ChoiceField(
        label="Kind", choices=[(kind.value, words) for kind, words in KINDS.items()], error_messages=CHOICE
    )
    text = forms.CharField(
        label="What",
        max_length=TEXT_MAX,
        error_messages=needed("write what was seen or done"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    by_name = forms.CharField(max_length=NAME_MAX, label="Who", error_messages=needed("write who saw or did it"))
    at = MomentField(label="At", error_messages=needed("write when it happened"))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
