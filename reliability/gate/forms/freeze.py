"""A freeze window; its times are on the clock of its zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.models import FreezeWindow
from reliability.gate.services.freezes import ENVIRONMENT_MAX, REASON_MAX, TITLE_MAX, FreezeDraft, has_lost_all
from reliability.kit.days import first_instant_of
from reliability.kit.repeats import Repeat
from reliability.web.errors import Invalid
from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.fields import picker
from reliability.web.timerange import instant_in
from reliability.web.zones import zone_names

_FORMAT = "%Y-%m-%dT%H:%M"
_PASSING = [kind for kind in ChangeKind if kind is not ChangeKind.CHANGE]


class FreezeForm(forms.Form):
    team = forms.ChoiceField(
        label="For", help_text="Whose deployments wait. Example: Payments", error_messages=chosen("a team")
    )
    title = forms.CharField(
        max_length=TITLE_MAX,
        label="Title",
        help_text="Example: Black Friday",
        error_messages=needed("say what it is, such as Black Friday"),
    )
    reason = forms.CharField(
        max_length=REASON_MAX,
        label="Why",
        help_text="Pipelines that are kept back print it. Example: half of the year's orders, ask Grace for exceptions",
        error_messages=needed("say why: pipelines that are kept back print it"),
    )
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        required=False,
        label="Services",
        help_text="Choose none for all of the team's.",
        widget=forms.SelectMultiple(attrs={"size": 6}),
        error_messages={"invalid_choice": "names a service that is gone, or not yours to see"},
    )
    is_for_all = forms.BooleanField(
        required=False,
        label="All of the team's services",
        help_text="Those that it named are gone, or of another team: choose others above, or say that it is for all.",
    )
    environment = forms.CharField(
        max_length=ENVIRONMENT_MAX,
        required=False,
        label="Environment",
        help_text="Blank: whatever counts as production. <code>*</code>: every one. Example: prod-eu",
    )
    start = forms.CharField(
        max_length=40,
        widget=picker(),
        label="From",
        error_messages=needed("write from when, such as 2026-11-26 18:00"),
    )
    end = forms.CharField(
        max_length=40,
        widget=picker(),
        label="Until",
        error_messages=needed("write until when, such as 2026-11-30 06:00"),
    )
    time_zone = forms.ChoiceField(
        label="Time zone", help_text="Whose clock it goes by. Example: Europe/Berlin", error_messages=chosen("a zone")
    )
    repeats = forms.ChoiceField(
        label="Repeats",
        choices=[(one.value, one.words) for one in Repeat],
        help_text="At the same time on the clock.",
        error_messages=CHOICE,
    )
    repeats_until = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "date", "autocomplete": "off"}),
        label="Repeats until",
        help_text="The last day on which one may begin. Blank: for ever.",
    )
    passes = forms.MultipleChoiceField(
        required=False,
        choices=[(kind.value, kind.words[0].upper() + kind.words[1:]) for kind in _PASSING],
        widget=forms.CheckboxSelectMultiple,
        label="What passes all the same",
        error_messages=CHOICE,
    )
    may_be_overridden = forms.BooleanField(
        required=False,
        initial=True,
        label="People may override it, with a reason",
        help_text="Off: nothing goes through but what passes, whoever asks.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        teams: QuerySet[Team],
        services: QuerySet[Service],
        is_administrator: bool,
        kept: FreezeWindow | None = None,
        **kwargs: Any,
    ) -> None:
        """kept: a stored one, whose team stays."""
        super().__init__(*args, **kwargs)
        self.kept = kept
        fields: dict[str, Any] = self.fields
        fields["services"].queryset = services
        if kept is None or not has_lost_all(window=kept):
            del fields["is_for_all"]
        if kept is not None:
            del fields["team"]
        else:
            everybody = [("all", "Everybody: the whole installation")] if is_administrator else []
            fields["team"].choices = [*((str(team.pk), team.name) for team in teams), *everybody]
        stored = str(self.initial.get("time_zone") or "UTC")
        names = (*(() if stored in zone_names() else (stored,)), *zone_names())
        fields["time_zone"].choices = [(name, name) for name in names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("time_zone"):
            zone = ZoneInfo(cleaned["time_zone"])
            for name in ("start", "end", "repeats_until"):
                if cleaned.get(name):
                    cleaned[name] = self._instant(name, cleaned[name], zone)
        return cleaned

    def _instant(self, name: str, text: str, zone: ZoneInfo) -> datetime | None:
        try:
            instant = instant_in(text, zone=zone, field=name)
        except Invalid as error:
            self.add_error(name, error.message)
            return None
        if name == "repeats_until":  # its day belongs to it
            return first_instant_of(instant.astimezone(zone).date() + timedelta(days=1), zone_name=zone.key)
        return instant

    def draft(self) -> FreezeDraft:
        """Of a valid form."""
        data = self.cleaned_data
        team = data.get("team", "all")
        chosen = None if team == "all" else int(team)
        team_id = self.kept.team_id if self.kept is not None else chosen
        names = (
            "title",
            "reason",
            "environment",
            "start",
            "end",
            "time_zone",
            "repeats",
            "passes",
            "may_be_overridden",
        )
        return FreezeDraft(
            team_id=team_id,
            repeats_until=data["repeats_until"] or None,
            services=[one.name for one in data["services"]],
            is_for_all=data.get("is_for_all") or None,
            **{name: data[name] for name in names},
        )


def initial_of(*, window: FreezeWindow) -> dict[str, Any]:
    """What the form of a stored window begins with."""
    zone = ZoneInfo(window.time_zone)
    until = window.repeats_until_at
    names = ("title", "reason", "environment", "time_zone", "repeats", "passes", "may_be_overridden", "revision")
    return {
        **{name: getattr(window, name) for name in names},
        "start": window.start_at.astimezone(zone).strftime(_FORMAT),
        "end": window.end_at.astimezone(zone).strftime(_FORMAT),
        "repeats_until": (until - timedelta(minutes=1)).astimezone(zone).date().isoformat() if until else "",
        "services": [one.name for one in window.named_services],
    }


def initial_of_new(*, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The coming weekend, which is what most freezes are."""
    local = now.astimezone(zone)
    friday = (local + timedelta(days=(4 - local.weekday()) % 7)).replace(hour=18, minute=0)
    return {
        "time_zone": zone.key,
        "start": friday.strftime(_FORMAT),
        "end": (friday + timedelta(days=2, hours=12)).strftime(_FORMAT),
        "passes": [ChangeKind.SECURITY.value, ChangeKind.ROLLBACK.value, ChangeKind.HOTFIX.value],
    }
