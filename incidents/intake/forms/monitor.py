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
from reliability.web.field_messages import CHOICE, needed
from reliability.web.zones import zone_names


class DurationField(forms.CharField):
    """`5m`, `1h30m`, `1d`, cleaned to a timedelta."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_duration(text)
        except DurationError as error:
            raise forms.ValidationError(str(error)) from error


class MonitorForm(BelongingsForm):
    field_order = (
        "title",
        "name",
        "team",
        "rhythm",
        "period",
        "cron",
        "time_zone",
        "grace",
        "severity",
        "service",
        "policy",
        "reason",
    )

    rhythm = forms.ChoiceField(
        label="When it calls",
        choices=[("period", "A while after its last call"), ("cron", "At the times of a cron expression")],
        initial="period",
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    period = DurationField(
        required=False, max_length=40, initial="1d", label="Period", help_text="How often. Example: 5m, 1h, 1d"
    )
    cron = forms.CharField(
        required=False,
        max_length=200,
        label="Cron expression",
        help_text="Minute, hour, day of month, month, day of week, or a name such as @daily. "
        "Example: <code>5 3 * * *</code> for 03:05 every day",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}),
    )
    time_zone = forms.ChoiceField(
        required=False,
        label="Time zone of the expression",
        initial="UTC",
        help_text="A time of day that its clocks skip is due right after the gap; one they repeat, the first time.",
    )
    grace = DurationField(
        max_length=40,
        initial="1h",
        label="Grace",
        help_text="How late it may be, and how long a run may take from /start to its end, before anybody is paged.",
        error_messages=needed("write how late a call may be, such as 15m"),
    )
    severity = forms.TypedChoiceField(
        label="Severity",
        choices=SEVERITIES,
        coerce=lambda value: Severity(int(value)),
        initial="3",
        error_messages=CHOICE,
    )

    def __init__(
        self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], monitor: Monitor | None, **kw: Any
    ) -> None:
        if monitor is not None:
            seconds = monitor.period_seconds
            kw["initial"] = self.initial_of(monitor) | {
                "rhythm": "cron" if seconds is None else "period",
                "period": "" if seconds is None else format_duration(_seconds(seconds)),
                "cron": monitor.cron,
                "time_zone": monitor.time_zone or "UTC",
                "grace": format_duration(_seconds(monitor.grace_seconds)),
                "severity": str(monitor.severity),
            }
        super().__init__(*args, teams=teams, services=services, owned=monitor, **kw)
        zones: Any = self.fields["time_zone"]
        zones.choices = [(name, name) for name in zone_names()]

    def clean(self) -> dict[str, Any]:
        """Of period and expression the one that was chosen; the other may hold whatever was typed."""
        cleaned = super().clean() or {}
        is_cron = cleaned.get("rhythm") == "cron"
        unused, needed = ("period", "cron") if is_cron else ("cron", "period")
        self.errors.pop(unused, None)
        cleaned[unused] = None if is_cron else ""
        cleaned["time_zone"] = (cleaned.get("time_zone") or "UTC") if is_cron else ""
        if not cleaned.get(needed) and needed not in self.errors:
            words = "such as 5 3 * * *, or choose a period" if is_cron else "such as 1d, or choose a cron expression"
            self.add_error(needed, f"write one, {words}")
        return cleaned


def _seconds(count: int) -> Any:
    return parse_duration(f"{count}s")
