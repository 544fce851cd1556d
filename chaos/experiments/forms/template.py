"""From a template of the library to an experiment, in one form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.library import Placeholder, Template
from chaos.experiments.models import Target
from chaos.experiments.services.drafts import TITLE_LENGTH_MAX
from reliability.catalog.models import Service
from reliability.web.field_messages import chosen, needed

PREFIX = "value-"
VALUE_LENGTH_MAX = 2_000


class TemplateForm(forms.Form):
    """Service, targets and what the template asks for (fields named value-…)."""

    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        label="Service",
        empty_label=None,
        to_field_name="name",
        help_text="Whose resilience it tells of. The experiment belongs to its team.",
        error_messages=chosen("a service"),
    )
    targets = forms.ModelMultipleChoiceField(
        queryset=Target.objects.none(),
        required=False,
        label="Targets",
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text="What is hit. Targets of the same team only.",
    )
    title = forms.CharField(
        required=False, max_length=TITLE_LENGTH_MAX, label="Name", help_text="Blank: the title of the template."
    )

    def __init__(
        self, *args: Any, template: Template, services: QuerySet[Service], targets: QuerySet[Target], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.template = template
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["targets"].queryset = targets  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField
        self.fields["targets"].label_from_instance = _label  # type: ignore[attr-defined]  # as above
        if not template.targets_min:
            del self.fields["targets"]
        for placeholder in template.placeholders:
            if placeholder.name != "service":  # that is the field above
                self.fields[PREFIX + placeholder.name] = _field(placeholder)

    @property
    def value_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def values(self) -> dict[str, str]:
        """Of a valid form: what was typed, by placeholder."""
        return {
            name.removeprefix(PREFIX): str(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value not in (None, "")
        }

    def slugs(self) -> list[str]:
        return [one.slug for one in self.cleaned_data.get("targets", ())]


def _field(placeholder: Placeholder) -> forms.Field:
    return forms.CharField(
        label=placeholder.title,
        help_text=placeholder.help,
        initial=placeholder.default,
        required=placeholder.is_required,
        max_length=VALUE_LENGTH_MAX,
        error_messages=needed(f"fill this in: {placeholder.help}"),
    )


def _label(target: Target) -> str:
    where = f", {target.environment}" if target.environment else ""
    return f"{target.title} ({target.service.title}{where})"
