from __future__ import annotations

from django import forms

from incidents.intake.sources.kind import ConfigForm
from incidents.intake.sources.words import DefaultSeverityField, ServiceLabelsField, SeverityWordsField


class AlertmanagerForm(ConfigForm):
    severity_label = forms.CharField(
        required=False,
        max_length=120,
        label="Label that names the severity",
        initial="severity",
        help_text="As your alerting rules set it. Example: severity",
    )
    service_labels = ServiceLabelsField(initial=["service"])
    severities = SeverityWordsField()
    default_severity = DefaultSeverityField()
