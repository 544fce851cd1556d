"""The form of a target: whose it is, and what its injector needs to reach it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.domain.names import slug_mistake
from chaos.experiments.forms.arguments import field_of
from chaos.experiments.models import Target
from chaos.experiments.services.targets import TITLE_LENGTH_MAX, TargetDraft
from chaos.injectors.protocol import Injector
from reliability.catalog.models import Service
from reliability.web.field_messages import chosen, needed

PREFIX = "config-"


class TargetForm(forms.Form):
    """is_new False: its address and its kind stay. The fields of the injector are named config-…"""

    title = forms.CharField(
        max_length=TITLE_LENGTH_MAX,
        label="Name",
        help_text="Example: Proxy in front of payments",
        error_messages=needed("write what people call it"),
    )
    slug = forms.CharField(
        max_length=63,
        label="Address",
        help_text="Experiments name it so. Example: payments-proxy",
        error_messages=needed("write a short name in lower-case letters, digits and hyphens"),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        label="Service",
        empty_label=None,
        to_field_name="name",
        help_text="Who is hit by faults here. Only experiments of its team may name the target.",
        error_messages=chosen("a service"),
    )
    environment = forms.CharField(required=False, max_length=63, label="Environment", help_text="Example: staging")
    agent = forms.CharField(
        required=False,
        max_length=63,
        label="Agent",
        help_text="The name of the agent on its machine, where only that one can do it. Blank: any agent.",
    )
    is_enabled = forms.BooleanField(required=False, initial=True, label="Faults may be put into it")

    def __init__(
        self,
        *args: Any,
        injector: Injector,
        services: QuerySet[Service],
        kept: Target | None = None,
        secrets_set: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.injector, self.kept = injector, kept
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        if kept is not None:
            del self.fields["slug"]
        for argument in injector.target_fields:
            field = field_of(argument, is_set=argument.name in secrets_set)
            self.fields[PREFIX + argument.name] = field

    @property
    def config_fields(self) -> list[forms.BoundField]:
        """Those of the injector."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if mistake := slug_mistake(slug):
            raise forms.ValidationError(mistake)
        return slug

    def draft(self) -> TargetDraft:
        """Of a valid form."""
        data = self.cleaned_data
        given = {one.name: data[PREFIX + one.name] for one in self.injector.target_fields}
        secret = {one.name for one in self.injector.target_fields if one.is_secret}
        return TargetDraft(
            team_id=data["service"].team_id,
            service_id=data["service"].pk,
            slug=self.kept.slug if self.kept else data["slug"],
            kind=self.injector.kind,
            title=data["title"],
            config={name: value for name, value in given.items() if name not in secret and self._is_said(name, value)},
            secrets={name: value for name, value in given.items() if name in secret and value},
            agent=data["agent"],
            environment=data["environment"],
            is_enabled=data["is_enabled"],
        )

    def _is_said(self, name: str, value: Any) -> bool:
        """A box that is not ticked says nothing, unless ticked is what it is by itself."""
        default = next(one.default for one in self.injector.target_fields if one.name == name)
        return value not in (None, "") and not (value is False and not default)
