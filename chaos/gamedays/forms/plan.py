"""The form of a plan: goal, hypothesis, when and where. Scenarios and people have forms of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from chaos.gamedays.models import GameDay
from chaos.gamedays.services.game_days import GameDayDraft
from reliability.access.models import Team
from reliability.web.errors import Invalid
from reliability.web.field_messages import CHOICE, chosen, needed, number
from reliability.web.fields import TEXT_MAX as INSTANT_TEXT_MAX
from reliability.web.fields import picker
from reliability.web.timerange import instant_in
from reliability.web.zones import zone_names

TEXT_MAX = 5_000
TITLE_MAX = 160
PLACE_MAX = 500
MINUTES_MIN, MINUTES_MAX = 15, 1_440
_WALL = "%Y-%m-%dT%H:%M"


def wall_text(at: datetime | None, *, zone: str) -> str:
    """An instant as the picker wants it, on the clocks of *zone*; blank for none."""
    return "" if at is None else at.astimezone(ZoneInfo(zone)).strftime(_WALL)


def wall_instant(text: str, *, zone: str) -> datetime:
    """What was typed, as an instant. Raises forms.ValidationError."""
    try:
        return instant_in(text.strip()[:INSTANT_TEXT_MAX], zone=ZoneInfo(zone), field="starts_at")
    except Invalid as problem:
        raise forms.ValidationError(problem.details[0]["message"]) from problem


def _words(label: str, *, help_text: str, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(required=False, label=label, max_length=TEXT_MAX, help_text=help_text, widget=widget)


class PlanForm(forms.Form):
    """`starts_at` is wall time of `zone`, whatever zone the page is read in."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        empty_label=None,
        to_field_name="slug",
        help_text="Whose experiments are tried, and who may read the record.",
        error_messages=chosen("a team"),
    )
    title = forms.CharField(
        max_length=TITLE_MAX,
        label="Title",
        help_text="As people will say it. Example: Slow exchange rates before Black Friday",
        error_messages=needed("write a title, such as Slow exchange rates before Black Friday"),
    )
    goal = _words("Goal", help_text="What you want to know afterwards. Example: does anybody notice before customers?")
    hypothesis = _words(
        "Hypothesis",
        help_text="One sentence that may turn out to be wrong. Example: Whoever is on call notices slow rates within "
        "five minutes and knows what to switch off.",
    )
    starts_at = forms.CharField(
        required=False,
        label="Begins",
        max_length=INSTANT_TEXT_MAX,
        help_text="On the clocks of the zone beside it. A draft may leave it open.",
        widget=picker(),
    )
    zone = forms.ChoiceField(
        label="Time zone", help_text="Invitations and mails tell this clock.", error_messages=CHOICE
    )
    length_minutes = forms.IntegerField(
        label="Length, minutes",
        initial=120,
        min_value=MINUTES_MIN,
        max_value=MINUTES_MAX,
        help_text="With the wrap-up: leave a quarter of it for that. Example: 120",
        error_messages=number("write whole minutes, such as 120", low=MINUTES_MIN, high=MINUTES_MAX),
    )
    place = forms.CharField(
        required=False,
        max_length=PLACE_MAX,
        label="Where",
        help_text="The address of a call, or a room. Example: https://meet.example.com/game-day",
    )
    notes = _words(
        "Notes",
        help_text="What people must know beforehand. Example: support knows of it; dashboards: …; nobody deploys.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, teams: QuerySet[Team], game_day: GameDay | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = zone_names()
        known = names if game_day is None or game_day.zone in names else (game_day.zone, *names)
        self.fields["zone"].choices = [(name, name) for name in known]  # type: ignore[attr-defined]  # of a ChoiceField
        if game_day is not None:
            del self.fields["team"]
            return
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text, zone = data.get("starts_at", ""), data.get("zone")
        if text and zone:
            try:
                data["starts_at"] = wall_instant(text, zone=zone)
            except forms.ValidationError as error:
                self.add_error("starts_at", error)
        else:
            data["starts_at"] = None
        return data

    def draft(self, *, team_id: int) -> GameDayDraft:
        """Of a valid form."""
        data = self.cleaned_data
        names = ("title", "goal", "hypothesis", "notes", "starts_at", "length_minutes", "zone", "place")
        return GameDayDraft(team_id=team_id, **{name: data[name] for name in names})
