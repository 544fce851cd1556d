from __future__ import annotations

from typing import Any

from django import forms

from incidents.intake.sources.generic.expressions import LENGTH_MAX, ExpressionError, compiled
from incidents.intake.sources.kind import ConfigForm
from incidents.intake.sources.words import DefaultSeverityField, ServiceLabelsField, SeverityWordsField, WordsField
from reliability.web.field_messages import needed

_LINKS_MAX = 10


class ExpressionField(forms.CharField):
    """A JMESPath expression; its mistakes are found before it is saved."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
        super().__init__(max_length=LENGTH_MAX, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        _check(text)
        return text


class LinksField(forms.CharField):
    """Lines such as `Runbook = annotations.runbook_url`, stored as {"Runbook": "annotations.runbook_url"}."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), max_length=4_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{title} = {text}" for title, text in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        text = super().clean(self.prepare_value(value)) or ""
        found: dict[str, str] = {}
        for number, entry in enumerate((one for one in text.splitlines() if one.strip()), start=1):
            title, sign, expression = entry.partition("=")
            if not sign or not title.strip() or not expression.strip():
                raise forms.ValidationError(f"line {number}: write a title and an expression: Runbook = runbook_url")
            _check(expression.strip(), place=f"line {number}: ")
            found[title.strip()[:120]] = expression.strip()
        if len(found) > _LINKS_MAX:
            raise forms.ValidationError(f"at most {_LINKS_MAX} links: leave {len(found) - _LINKS_MAX} out")
        return found


class GenericForm(ConfigForm):
    alerts = ExpressionField(
        required=False,
        label="Alerts",
        help_text="Where the list of alerts is; empty when the body is one alert. Example: alerts",
    )
    key = ExpressionField(
        label="Key",
        help_text="The same for every message of one alert. Example: join('/', [host, check])",
        error_messages=needed("write an expression that is the same for every message of one alert, such as id"),
    )
    title = ExpressionField(
        label="Title",
        help_text="Example: annotations.summary || name",
        error_messages=needed("write an expression, such as title"),
    )
    description = ExpressionField(required=False, label="Description")
    severity = ExpressionField(
        required=False, label="Severity", help_text="A word or a number. Example: labels.severity"
    )
    action = ExpressionField(
        required=False, label="Status", help_text="What tells firing from resolved. Example: status"
    )
    resolve_words = WordsField(
        label="Words that resolve", help_text="Every other word triggers. Example: resolved, ok, up"
    )
    acknowledge_words = WordsField(label="Words that acknowledge")
    started_at = ExpressionField(required=False, label="Began at", help_text="RFC 3339 or seconds since the epoch.")
    labels = ExpressionField(
        required=False,
        label="Labels",
        help_text="An object of names and texts, for grouping and silences. Example: {host: host, check: check}",
    )
    links = LinksField(
        required=False, label="Links", help_text="One a line. Example: Runbook = annotations.runbook_url"
    )
    ignore = ExpressionField(
        required=False, label="Leave out when", help_text="Messages for which this holds are no alerts. Example: test"
    )
    service_labels = ServiceLabelsField(initial=["service"])
    severities = SeverityWordsField()
    default_severity = DefaultSeverityField()


def _check(text: str, *, place: str = "") -> None:
    if not text:
        return
    try:
        compiled(text)
    except ExpressionError as error:
        raise forms.ValidationError(f"{place}{error}") from error
