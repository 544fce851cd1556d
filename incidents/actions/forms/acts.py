"""What is done with an action on its page: moving it, confirming it, a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from incidents.actions.domain.drafts import NOTE_MAX, REASON_MAX
from incidents.actions.domain.states import State
from reliability.web.field_messages import CHOICE, needed

_VERBS = {
    State.OPEN: "Open again",
    State.IN_PROGRESS: "In progress",
    State.DONE: "Done",
    State.UNPROVEN: "Close it without proof",
    State.CANCELLED: "Cancel it: it is not to be done",
}


class MoveForm(forms.Form):
    to = forms.ChoiceField(label="It is", error_messages=CHOICE)
    reason = forms.CharField(
        required=False,
        max_length=REASON_MAX,
        label="Why",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed to close it without proof, to cancel it, and to open it again. "
        "Example: the old gateway is switched off, nothing can show it any more.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, states: Sequence[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            (one.value, _VERBS[one]) for one in states if one in _VERBS
        ]

    @property
    def chosen(self) -> State:
        return State(self.cleaned_data["to"])


class ConfirmForm(forms.Form):
    """Two buttons send it: `is_so` yes or no."""

    words = forms.CharField(
        max_length=REASON_MAX,
        label="What you saw",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Example: I pulled the plug of the rates service on staging; orders went on with the last rate.",
        error_messages=needed("say what you checked, or what is missing"),
    )
    is_so = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not found.get("is_so"):
            self.add_error(None, "press one of the two buttons: it is so, or something is missing")
        return found


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=NOTE_MAX,
        label="Note",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Markdown. How it goes. Example: the time-out is in review, waits for the library's release.",
        error_messages=needed("write how it goes"),
    )
