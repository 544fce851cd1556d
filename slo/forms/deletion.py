"""The last question before something is lost."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.web.field_messages import WHY, needed


class DeletionForm(forms.Form):
    """The name typed once more, and why."""

    name = forms.CharField(
        max_length=63,
        label="Type the name to delete it",
        error_messages=needed("write the name: deleting cannot be taken back"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        max_length=2000, label="Reason", error_messages=WHY, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["name"].help_text = f"It is called {expected}"

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if name != self.expected:
            raise forms.ValidationError(f"this is not its name: write {self.expected}")
        return name
