from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.intake.forms.belongings import BelongingsForm
from incidents.intake.models import Monitor
from incidents.intake.sources.words import SEVERITIES
from incidents.response.domain.severity import Severity
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.kit.durations import DurationError, format_duration, parse_duration


class DurationField(forms.CharField):
    """`5m`, `1h30m`, `1d`, cleaned to a timedelta."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_duration(text)
        except DurationError as error:
            raise forms.ValidationError(str(error)) from error


class MonitorForm(BelongingsForm):
    field_order = ("title", "name", "team", "period", "grace", "severity", "service", "policy", "reason")

    period = DurationField(
        max_length=40, initial="1d", label="Period", help_text="How often something calls. Example: 5m, 1h, 1d"
    )
    grace = DurationField(
        max_length=40,
        initial="1h",
        label="Grace",
        help_text="How late it may be, and how long a run may take from /start to its end, before anybody is paged.",
    )
    severity = forms.TypedChoiceField(
        label="Severity", choices=SEVERITIES, coerce=lambda value: Severity(int(value)), initial="3"
    )

    def __init__(
        self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], monitor: Monitor | None, **kw: Any
    ) -> None:
        if monitor is not None:
            kw["initial"] = self.initial_of(monitor) | {
                "period": format_duration(_seconds(monitor.period_seconds)),
                "grace": format_duration(_seconds(monitor.grace_seconds)),
                "severity": str(monitor.severity),
            }
        super().__init__(*args, teams=teams, services=services, owned=monitor, **kw)


def _seconds(count: int) -> Any:
    return parse_duration(f"{count}s")
