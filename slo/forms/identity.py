"""Name, owner and words of an objective."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify

from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.field_messages import needed
from slo.domain.naming import NAME_LENGTH_MAX
from slo.forms.stored import STAYS, StoredChoiceField


class IdentityForm(forms.Form):
    """What the objective is called and whose it is. The choices are what the caller may write to."""

    title = forms.CharField(
        max_length=160,
        label="Title",
        help_text="What the user gets, in a few words. Example: Checkout succeeds",
        error_messages=needed("write a title, such as Checkout succeeds"),
    )
    name = forms.SlugField(
        required=False,
        max_length=NAME_LENGTH_MAX,
        label="Name",
        help_text="For addresses, the API and OpenSLO files; it stays. Empty: made from the title.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"invalid": "use lower-case letters, digits and hyphens, such as checkout-availability"},
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Team",
        empty_label="Choose the owner",
        help_text="Its editors may change the objective.",
        error_messages=needed("choose the team that owns it", invalid_choice="choose a team of yours"),
    )
    service = StoredChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        required=False,
        label="Service",
        empty_label="No service",
        error_messages={"invalid_choice": "choose a service of the list: that one is gone, or not yours to see"},
        help_text="Groups the objective in lists; exclusions of the service apply to it.",
    )
    description = forms.CharField(
        required=False,
        max_length=4000,
        label="Why it matters",
        help_text="Who notices when it breaks, and how. Shown on the page of the objective.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, teams: Any, services: Any, is_new: bool, stored: Service | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # a ModelChoiceField's property
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # a ModelChoiceField's property
        if self.fields["service"].keep(stored, label="Its present service (private, stays)"):  # type: ignore[attr-defined]  # a StoredChoiceField's method
            self.initial = {**self.initial, "service": STAYS}
        if not is_new:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = "It stays: addresses, the API and OpenSLO files know it."
            self.fields["team"].disabled = True

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).lower() or slugify(self.cleaned_data.get("title", ""))[:NAME_LENGTH_MAX]
