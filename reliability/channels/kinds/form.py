"""The form that every kind brings: what is shown, and what is stored encrypted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms


class KindForm(forms.Form):
    """Settings of one kind. Fields named in `secret_fields` are stored encrypted and never shown again.

    stored: names of the secrets there are already, whose fields may be left empty. Those of `forgettable_fields` get
    a box to drop them.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ()
    forgettable_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, stored: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = frozenset(stored)
        for name in self.stored & set(self.secret_fields):
            field = self.fields[name]
            field.help_text = "Stored, and not shown again. Leave it empty to keep it."
            field.required = False
            if name in self.forgettable_fields:
                label = f"Forget the stored {field.label}".lower().capitalize()
                self.fields[f"forget_{name}"] = forms.BooleanField(label=label, required=False)

    def made_secrets(self) -> dict[str, str]:
        """Secrets that are made here because nobody entered one; shown once."""
        return {}

    @staticmethod
    def destination(config: Mapping[str, Any]) -> str:
        """Where secrets are sent, to tell whether an edit sends them elsewhere."""
        return ""
