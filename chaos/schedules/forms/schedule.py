"""The form of a schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.models import Experiment
from chaos.runs.domain.states import Mode
from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.models import Schedule
from chaos.schedules.services.drafts import GRACE_MINUTES_MAX, ScheduleDraft
from reliability.kit.times import TimeError, parse_moment
from reliability.kit.typed_hours import hours_text, parse_hours
from reliability.kit.wall_clock import from_wall_seconds, wall_clock
from reliability.web.field_messages import CHOICE, chosen, needed, number
from reliability.web.fields import picker
from reliability.web.zones import zone_names

ONCE, CRON = "once", "cron"
_DATE = {"type": "date", "autocomplete": "off"}


class ScheduleForm(forms.Form):
    experiment = forms.ModelChoiceField(
        queryset=Experiment.objects.none(),
        to_field_name="slug",
        label="Experiment",
        empty_label="Choose one",
        error_messages=chosen("the experiment that runs"),
    )
    mode = forms.ChoiceField(
        label="How",
        choices=[
            (Mode.REAL.value, "For real: faults are put in place, and taken back"),
            (Mode.DRY.value, "Dry: nothing is called, injected or probed"),
        ],
        initial=Mode.REAL.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    kind = forms.ChoiceField(
        label="When",
        choices=[(CRON, "Again and again, at the times of a cron expression"), (ONCE, "Once")],
        initial=CRON,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    cron = forms.CharField(
        required=False,
        max_length=200,
        label="Cron expression",
        help_text="Minute, hour, day of month, month, day of week, or a name such as @weekly. "
        "Example: <code>0 10 * * tue</code> for Tuesdays at 10:00",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}),
    )
    once_at = forms.CharField(
        required=False,
        max_length=40,
        label="Once at",
        help_text="On the clocks of the zone below. Example: 2026-03-03 10:00",
        widget=picker(),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        help_text="A time of day that its clocks skip comes right after the gap; one they repeat, the first time.",
        error_messages=CHOICE,
    )
    windows = forms.CharField(
        required=False,
        max_length=2_000,
        label="Only in these windows",
        help_text="A line each: weekdays and hours in the zone. Empty: at any time. "
        "Example: <code>mon-thu 09:00-16:00</code>",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    outside = forms.ChoiceField(
        label="A firing outside of them",
        choices=[(one.value, one.words) for one in Outside],
        initial=Outside.SKIP.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    first_day = forms.DateField(required=False, label="First day", widget=forms.DateInput(attrs=_DATE))
    last_day = forms.DateField(
        required=False,
        label="Last day",
        help_text="Both days belong to it. Empty: without end.",
        widget=forms.DateInput(attrs=_DATE),
    )
    grace_minutes = forms.IntegerField(
        label="Grace, minutes",
        min_value=1,
        max_value=GRACE_MINUTES_MAX,
        initial=10,
        help_text="A firing may be this late, when the platform was away. Example: 10",
        error_messages=number("write how many minutes, such as 10", low=1, high=GRACE_MINUTES_MAX),
    )
    misfire = forms.ChoiceField(
        label="A firing that is later",
        choices=[
            (Misfire.SKIP.value, "Leave it out: the next one comes in its time"),
            (Misfire.RUN_ONCE.value, "Run once, late, for all that were missed"),
        ],
        initial=Misfire.SKIP.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="Why it is run",
        help_text="Who is told of a run reads it. Example: the fail-over has to work on every Tuesday.",
    )
    why = forms.CharField(required=False, max_length=500, label="Why this change", help_text="For the audit trail.")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, experiments: QuerySet[Experiment] | None, **kwargs: Any) -> None:
        """experiments: to choose from; None for a schedule that has its experiment."""
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name) for name in _zones(self)]  # type: ignore[attr-defined]  # a ChoiceField
        if experiments is None:
            del self.fields["experiment"]
        else:
            self.fields["experiment"].queryset = experiments  # type: ignore[attr-defined]  # a ModelChoiceField
            del self.fields["why"]

    def clean_windows(self) -> list[dict[str, Any]]:
        try:
            return parse_hours(self.cleaned_data["windows"])
        except TimeError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ONCE and "time_zone" in data:
            data["once_at"] = self._once_at(str(data.get("once_at", "")), data["time_zone"])
        elif data.get("kind") == CRON and not data.get("cron"):
            self.add_error("cron", "write when, such as 0 10 * * tue for Tuesdays at 10:00")
        return data

    def draft(self) -> ScheduleDraft:
        """Of a valid form."""
        data = self.cleaned_data
        is_once = data["kind"] == ONCE
        return ScheduleDraft(
            once_at=data["once_at"] if is_once else None,
            cron="" if is_once else data["cron"],
            time_zone=data["time_zone"],
            windows=data["windows"],
            outside=Outside(data["outside"]),
            first_day=data["first_day"],
            last_day=data["last_day"],
            misfire=Misfire(data["misfire"]),
            grace_minutes=data["grace_minutes"],
            mode=Mode(data["mode"]),
            reason=data["reason"],
        )

    def _once_at(self, text: str, zone_name: str) -> datetime | None:
        try:
            return datetime.fromtimestamp(parse_moment(text, clock=wall_clock(zone_name)).instant, UTC)
        except TimeError as error:
            self.add_error("once_at", str(error) if text.strip() else "say when, or choose a cron expression")
            return None


class PauseForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        label="Why",
        help_text="It stands on the page of the schedule. Example: the release freeze until Monday.",
        error_messages=needed("say why: it stands on the page of the schedule"),
    )


def values_of(schedule: Schedule) -> dict[str, Any]:
    """What the form shows of a stored schedule."""
    names = ("mode", "cron", "time_zone", "outside", "first_day", "last_day", "misfire", "grace_minutes", "reason")
    shown = {name: getattr(schedule, name) for name in names}
    once_at = schedule.once_at
    wall = None if once_at is None else wall_clock(schedule.time_zone).wall(int(once_at.timestamp()))
    return {
        **shown,
        "kind": CRON if schedule.cron else ONCE,
        "once_at": "" if wall is None else from_wall_seconds(wall).isoformat(timespec="minutes"),
        "windows": hours_text(schedule.windows),
        "revision": schedule.revision,
    }


def _zones(form: forms.Form) -> list[str]:
    """Those that people choose, and the one that is stored, which may be another name of a place."""
    stored = form.initial.get("time_zone", "UTC")
    return [*([] if stored in zone_names() else [stored]), *zone_names()]
