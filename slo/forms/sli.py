"""An existing indicator: its words, source and measurement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms

from reliability.telemetry.models import Source
from reliability.web.errors import ProblemError
from reliability.web.field_messages import WHY, needed
from slo.forms.measurement import MeasurementForm, initial_of
from slo.forms.stored import STAYS, StoredChoiceField
from slo.models import Sli
from slo.services.slis import SliDraft


class SliForm(MeasurementForm):
    """Everything of an indicator that may change; its name and team stay."""

    title = forms.CharField(required=False, max_length=160, label="Title", help_text="Empty: the name.")
    description = forms.CharField(
        required=False, max_length=4000, label="What it tells", widget=forms.Textarea(attrs={"rows": 2})
    )
    source = StoredChoiceField(
        queryset=Source.objects.none(),
        to_field_name="name",
        label="Source",
        error_messages=needed("choose the source of the numbers"),
    )
    reason = forms.CharField(
        max_length=2000,
        label="Why it changes",
        help_text="Kept with the version.",
        error_messages=WHY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, sli: Sli, sources: Any, source_title: str | None) -> None:
        """source_title: of its present source, None when the person may not see that."""
        words = {"title": sli.title, "description": sli.description}
        super().__init__(
            data,
            initial={**words, "source": sli.source.name, "based_on": sli.revision, **initial_of(sli.spec)},
        )
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]  # a ModelChoiceField's property
        label = f"{source_title} (stays)" if source_title else "Its present source (private, stays)"
        if self.fields["source"].keep(sli.source, label=label):  # type: ignore[attr-defined]  # a StoredChoiceField's method
            self.initial = {**self.initial, "source": STAYS}

    def draft(self, *, base: SliDraft) -> SliDraft:
        """The indicator as typed. Only on a valid form."""
        data = self.cleaned_data
        return replace(
            base,
            title=data["title"],
            description=data["description"],
            source_id=data["source"].pk,
            spec=self.spec(),
        )

    def take(self, problem: ProblemError) -> None:
        """Show a refusal at the fields it speaks of."""
        for detail in problem.details or [{"message": problem.message}]:
            path = str(detail.get("field") or detail.get("path") or "")
            field = self.field_of(path) if path.startswith("spec") else path
            self.add_error(field if field in self.fields else None, str(detail.get("message") or problem.message))
