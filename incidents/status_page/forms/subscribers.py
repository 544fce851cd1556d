"""What editors type to ask people whether they want updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from incidents.status_page.models import Component
from incidents.status_page.services.curating import ADDED_MAX
from reliability.web.field_messages import needed


class AddForm(forms.Form):
    addresses = forms.CharField(
        label="Mail addresses",
        max_length=ADDED_MAX * 260,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=f"One a line, at most {ADDED_MAX}. Each gets a mail that asks; who does not answer gets no more. "
        "Example: sam@example.org",
        error_messages=needed("write at least one address, such as sam@example.org"),
    )

    def __init__(self, *args: Any, components: Sequence[Component], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if components:
            self.fields["components"] = forms.MultipleChoiceField(
                label="Only of these components",
                required=False,
                choices=[(one.code, one.name) for one in components],
                widget=forms.CheckboxSelectMultiple,
                help_text="None chosen: of all of them. They may change it themselves.",
            )

    def typed(self) -> list[str]:
        return str(self.cleaned_data["addresses"]).replace(",", "\n").replace(";", "\n").splitlines()
