"""Files, pasted text and addresses of experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from chaos.experiments.services.importing import FileText
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.field_messages import chosen

TEXT_LENGTH_MAX = 1_000_000
PASTED = "pasted text"


class FilesInput(forms.FileInput):
    """Several files of one name."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in files]


class ImportForm(forms.Form):
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        empty_label=None,
        to_field_name="slug",
        error_messages=chosen("a team"),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None",
        to_field_name="name",
        help_text="Of all that are imported; it can be changed later.",
        error_messages=chosen("a service"),
    )
    uploads = FilesField(
        required=False,
        label="Files",
        help_text="YAML or JSON in the Chaos Toolkit's format, one experiment each.",
        widget=FilesInput(attrs={"accept": ".json,.yaml,.yml", "multiple": True}),
    )
    text = forms.CharField(
        required=False,
        strip=False,
        max_length=TEXT_LENGTH_MAX,
        label="Or paste one",
        widget=forms.Textarea(
            attrs={"rows": 10, "class": "code", "spellcheck": "false", "data-numbered": "", "wrap": "off"}
        ),
    )
    urls = forms.CharField(
        required=False,
        max_length=TEXT_LENGTH_MAX,
        label="Or addresses, one a line",
        help_text="They are fetched once, now. Private addresses need the operator's leave.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "code"}),
    )
    is_updating = forms.BooleanField(
        required=False, label="A file named as an experiment of the team becomes its next version"
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_given = data.get("uploads") or data.get("text", "").strip() or data.get("urls", "").split()
        if not self.errors and not is_given:
            raise forms.ValidationError("name a file, paste an experiment, or write an address")
        return data

    def given(self) -> list[FileText]:
        """Files and what was pasted."""
        data = self.cleaned_data
        files = [FileText(str(one.name), one.read()) for one in data["uploads"]]
        pasted = data["text"]
        return [*files, FileText(PASTED, pasted.replace("\r\n", "\n").encode())] if pasted.strip() else files

    def addresses(self) -> list[str]:
        return str(self.cleaned_data["urls"]).split()
