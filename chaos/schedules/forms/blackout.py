"""The forms of blackouts and of calendars they come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from chaos.schedules.models import Blackout, BlackoutFeed
from chaos.schedules.services.blackouts import BlackoutDraft
from chaos.schedules.services.feeds import FeedDraft
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.kit.days import first_instant_of
from reliability.kit.repeats import Repeat
from reliability.web.errors import Invalid
from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.fields import picker
from reliability.web.timerange import instant_in
from reliability.web.zones import zone_names

_FORMAT = "%Y-%m-%dT%H:%M"
_NOON = timedelta(hours=12)


class _OwnedForm(forms.Form):
    """Whose it is, and which services it is about. kept: whose it is stays."""

    team = forms.ChoiceField(
        label="For", help_text="Whose runs it forbids. Example: Payments", error_messages=chosen("a team")
    )
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Services",
        help_text="Choose none for all of them.",
        widget=forms.SelectMultiple(attrs={"size": 6}),
        error_messages={"invalid_choice": "names a service that is gone, or not yours to see"},
    )

    def __init__(
        self,
        *args: Any,
        teams: QuerySet[Team],
        services: QuerySet[Service],
        is_administrator: bool,
        kept: Blackout | BlackoutFeed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.fields["services"].queryset = services  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField
        if kept is not None:
            del self.fields["team"]
        else:
            choices = [(str(team.pk), team.name) for team in teams]
            if is_administrator:
                choices.append(("all", "Everybody: the whole installation"))
            self.fields["team"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField
        if "time_zone" in self.fields:
            self.fields["time_zone"].choices = [(name, name) for name in zone_names()]  # type: ignore[attr-defined]  # as above

    @property
    def team_id(self) -> int | None:
        """Of a valid form."""
        if self.kept is not None:
            return self.kept.team_id
        value = self.cleaned_data["team"]
        return None if value == "all" else int(value)

    @property
    def service_ids(self) -> list[int]:
        return [service.pk for service in self.cleaned_data["services"]]


class BlackoutForm(_OwnedForm):
    """Times are on the clock of the chosen zone. Whole days: only their dates count, and the last day belongs to it."""

    title = forms.CharField(
        max_length=120,
        label="Title",
        help_text="Example: Release freeze",
        error_messages=needed("say what is going on, such as Release freeze"),
    )
    time_zone = forms.ChoiceField(
        label="Time zone", help_text="Whose clock it goes by. Example: Europe/Berlin", error_messages=chosen("a zone")
    )
    start = forms.CharField(
        max_length=40,
        widget=picker(),
        label="From",
        error_messages=needed("write from when, such as 2026-12-18 18:00"),
    )
    end = forms.CharField(
        max_length=40,
        widget=picker(),
        label="Until",
        error_messages=needed("write until when, such as 2027-01-04 06:00"),
    )
    is_whole_days = forms.BooleanField(
        required=False,
        label="Whole days",
        help_text="Only the dates count: from the beginning of the first day to the end of the last.",
    )
    repeats = forms.ChoiceField(
        label="Repeats",
        choices=[(one.value, one.words) for one in Repeat],
        help_text="At the same time on the clock. A month without the day has none.",
        error_messages=CHOICE,
    )
    repeats_until = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "date", "autocomplete": "off"}),
        label="Repeats until",
        help_text="The last day on which one may begin. Blank: for ever.",
    )
    note = forms.CharField(
        required=False,
        max_length=2_000,
        label="Note",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Example: agreed with sales, ask Grace for exceptions",
    )

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
            day = instant.astimezone(zone).date() + timedelta(days=1)
            return first_instant_of(day, zone_name=zone.key)
        if name == "end" and self.cleaned_data.get("is_whole_days"):
            return first_instant_of(instant.astimezone(zone).date(), zone_name=zone.key) + _NOON
        return instant

    def draft(self) -> BlackoutDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return BlackoutDraft(
            team_id=self.team_id,
            title=data["title"],
            start=data["start"],
            end=data["end"],
            time_zone=data["time_zone"],
            is_whole_days=data["is_whole_days"],
            repeats=data["repeats"],
            repeats_until=data["repeats_until"] or None,
            note=data["note"],
            service_ids=self.service_ids,
        )


def initial_of(*, blackout: Blackout) -> dict[str, Any]:
    """What the form of a blackout begins with."""
    zone = ZoneInfo(blackout.time_zone)
    end = blackout.end_at - timedelta(minutes=1) if blackout.is_whole_days else blackout.end_at
    until = blackout.repeats_until_at
    return {
        "title": blackout.title,
        "time_zone": blackout.time_zone,
        "start": blackout.start_at.astimezone(zone).strftime(_FORMAT),
        "end": end.astimezone(zone).strftime(_FORMAT),
        "is_whole_days": blackout.is_whole_days,
        "repeats": blackout.repeats,
        "repeats_until": (until - timedelta(minutes=1)).astimezone(zone).date().isoformat() if until else "",
        "note": blackout.note,
        "services": list(blackout.services.all()),
    }


def initial_of_new(*, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The coming weekend, which is what most freezes are."""
    local = now.astimezone(zone)
    friday = local.date() + timedelta(days=(4 - local.weekday()) % 7)
    begin = datetime(friday.year, friday.month, friday.day, 18, tzinfo=UTC)  # its clock is of no zone here
    return {
        "time_zone": zone.key,
        "start": begin.strftime(_FORMAT),
        "end": (begin + timedelta(days=2, hours=12)).strftime(_FORMAT),
    }


class FeedForm(_OwnedForm):
    """A calendar of somebody else's: its address, or a file, or its text."""

    title = forms.CharField(
        max_length=120,
        label="Name",
        help_text="Example: Release calendar of the shop",
        error_messages=needed("write what people call it"),
    )
    url = forms.CharField(
        max_length=2_000,
        required=False,
        label="Address",
        help_text="The secret iCal address, read every hour. Example: https://calendar.example.com/releases.ics",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    file = forms.FileField(required=False, label="Or a file", help_text="An exported calendar, such as releases.ics")
    text = forms.CharField(
        required=False,
        strip=False,
        max_length=200_000,
        label="Or its text",
        help_text="Begins with BEGIN:VCALENDAR",
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Of whole days and of times without a zone, when the calendar names none.",
        error_messages=chosen("a zone"),
    )
    only_words = forms.CharField(
        required=False, max_length=120, label="Only titles with", help_text="Example: freeze. Blank: every event"
    )
    takes_free = forms.BooleanField(
        required=False,
        label="Free events count, too",
        help_text="Many calendars mark events of whole days as free by themselves.",
    )
    is_enabled = forms.BooleanField(required=False, initial=True, label="Its events forbid runs")

    def clean_file(self) -> bytes | None:
        uploaded = self.cleaned_data.get("file")
        if uploaded is None:
            return None
        most = settings.BLACKOUT_FEED_BYTES_MAX
        if uploaded.size > most:
            raise forms.ValidationError(f"is larger than {most:,} bytes: export a smaller calendar")
        content: bytes = uploaded.read()
        return content

    def draft(self) -> FeedDraft:
        """Of a valid form."""
        data = self.cleaned_data
        content = data["file"] or (data["text"].encode() if data["text"].strip() else None)
        return FeedDraft(
            team_id=self.team_id,
            title=data["title"],
            url=data["url"],
            content=content,
            time_zone=data["time_zone"],
            only_words=data["only_words"],
            takes_free=data["takes_free"],
            is_enabled=data["is_enabled"],
            service_ids=self.service_ids,
        )


def initial_of_feed(*, feed: BlackoutFeed) -> dict[str, Any]:
    """What the form of a calendar begins with; its address is a secret, and stays when the field is blank."""
    names = ("title", "time_zone", "only_words", "takes_free", "is_enabled")
    return {**{name: getattr(feed, name) for name in names}, "services": list(feed.services.all())}
