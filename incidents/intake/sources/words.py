"""Fields that several kinds have: own words for severities, and which labels name the service."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.intake.domain.severities import format_words, parse_words
from incidents.response.domain.severity import Severity
from reliability.web.field_messages import CHOICE

SEVERITIES = [(str(one.value), f"{one.word}: {one.definition}") for one in Severity]


class SeverityWordsField(forms.CharField):
    """Lines such as `platinum = 1`, stored as {"platinum": 1}."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            label="Own words for severities",
            max_length=2_000,
            help_text="Besides critical, error, warning, info, P1 and the like; one a line. Example: platinum = 1",
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "platinum = 1"}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return format_words(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, int]:
        if isinstance(value, dict):  # as the API has it
            value = format_words({str(word): number for word, number in value.items()})
        try:
            return parse_words(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class DefaultSeverityField(forms.TypedChoiceField):
    """How bad an alert is that says nothing of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Severity when the alert names none",
            choices=SEVERITIES,
            coerce=int,
            initial="3",
            error_messages=CHOICE,
            **kwargs,
        )


class WordsField(forms.CharField):
    """Words with commas between them, stored as a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(word) for word in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(self.prepare_value(value)) or ""
        return [word.strip() for word in text.split(",") if word.strip()]


class ServiceLabelsField(WordsField):
    """Names of labels, the first that names a service of the team counts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Labels that name the service",
            help_text="With commas between them. A service of the team of that name is the alert's; else the service "
            "chosen above. Empty: always that one. Example: service, app",
            **kwargs,
        )
