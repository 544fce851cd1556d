from __future__ import annotations

from incidents.intake.sources.kind import ConfigForm
from incidents.intake.sources.words import ServiceLabelsField, SeverityWordsField


class PagerDutyForm(ConfigForm):
    """Every event names its severity: critical is Sev2, error Sev3, warning Sev4, info Sev5 unless said otherwise."""

    service_labels = ServiceLabelsField(initial=["service", "component"])
    severities = SeverityWordsField()
