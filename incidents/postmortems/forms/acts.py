"""Forms of what is done with a postmortem: review, publishing, the meeting, imports, settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.postmortems.domain.importing import BYTES_MAX
from incidents.postmortems.domain.states import ReviewAnswer
from incidents.response.domain.severity import Severity
from reliability.access.models import Team, User
from reliability.channels.models import Channel
from reliability.web.field_messages import chosen, needed

FILES_MAX = 20


class PeopleField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def fill(self, people: Iterable[User]) -> None:
        self.choices = [(str(one.pk), one.name) for one in people]


class AskForm(forms.Form):
    reviewers = PeopleField(
        label="Who reads it",
        help_text="Members of the team. At least one of them did not write it alone.",
        error_messages=needed("choose who reads it"),
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].fill(people)  # type: ignore[attr-defined]  # a PeopleField


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label="Your answer",
        choices=[
            (ReviewAnswer.APPROVED.value, "Approve: publish it"),
            (ReviewAnswer.CHANGES_WANTED.value, "Ask for changes"),
            (ReviewAnswer.WAITING.value, "Only comment"),
        ],
        widget=forms.RadioSelect,
        error_messages=needed("choose one of them"),
    )
    comment = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="Comment",
        help_text="Markdown. Example: the detection part lacks what support saw at 10:02.",
    )


class TakeBackForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        label="Why",
        help_text="Stays in the history. Example: it names a customer.",
        error_messages=needed("say why, for those who had read it"),
    )


class MeetingForm(forms.Form):
    starts_at = forms.DateTimeField(
        label="When",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="On the clock of the zone below. Example: 2026-12-01 14:00.",
        error_messages=needed("write a date and a time"),
    )
    zone = forms.CharField(
        max_length=64,
        initial="UTC",
        label="Zone",
        help_text="Example: Europe/Berlin.",
        error_messages=needed("write a zone, such as Europe/Berlin"),
    )
    length_minutes = forms.IntegerField(
        initial=60,
        min_value=15,
        max_value=480,
        label="Minutes",
        help_text="Example: 60.",
        error_messages=needed("write how long it takes in minutes, such as 60"),
    )
    place = forms.CharField(required=False, max_length=500, label="Where", help_text="A room, or the link of a call.")
    agenda = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Agenda",
        help_text="Stands in the invitation. Example: timeline, what surprised us, what we change.",
    )
    people = PeopleField(
        label="Who is invited",
        help_text="Each gets a mail with the event for their calendar.",
        error_messages=needed("choose who is invited"),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].fill(people)  # type: ignore[attr-defined]  # a PeopleField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wall: datetime | None = data.get("starts_at")
        try:
            zone = ZoneInfo(data.get("zone", ""))
        except (KeyError, ValueError, OSError):
            self.add_error("zone", "is no zone: write one such as Europe/Berlin")
            return data
        if wall is not None:
            data["starts_at"] = wall.replace(tzinfo=zone).astimezone(UTC)
        return data


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > FILES_MAX:
            raise forms.ValidationError(f"at most {FILES_MAX} files at once: send the others after these")
        large = [one.name for one in files if one.size > BYTES_MAX]
        if large:
            raise forms.ValidationError(f"{large[0]} is larger than 1 MB: cut it, or paste the part you need")
        return [super(FilesField, self).clean(one, initial) for one in files]


class ImportForm(forms.Form):
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), label="Team", empty_label=None, error_messages=chosen("a team")
    )
    documents = FilesField(
        required=False,
        widget=ManyFiles(attrs={"accept": ".md,.markdown,.txt,text/markdown,text/plain"}),
        label="Files",
        help_text=f"Markdown, up to {FILES_MAX} files of up to 1 MB each.",
    )
    text = forms.CharField(
        required=False,
        max_length=BYTES_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        label="Or paste one",
        help_text="Example: a page of your wiki, as Markdown.",
    )

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("documents") and not data.get("text", "").strip() and not self.errors:
            self.add_error("text", "choose a file, or paste a text")
        return data


class SettingsForm(forms.Form):
    severity_max = forms.TypedChoiceField(
        label="A postmortem is wanted of",
        error_messages=chosen("a severity, or none"),
        coerce=int,
        choices=[
            (0, "No incident by itself"),
            *((one.value, f"Sev1 to {one.word}" if one > 1 else "Sev1") for one in Severity),
        ],
        help_text="Due 48 hours after the incident is over, with reminders until it is published.",
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        required=False,
        label="Where the team is told",
        empty_label="Its administrators, each in their own way",
        help_text="From the due time on. Whoever facilitates is reminded a day before.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]  # of a ModelChoiceField


class WordForm(forms.Form):
    phrase = forms.CharField(
        max_length=120,
        label="Word or phrase",
        help_text="Example: rookie mistake.",
        error_messages=needed("write a word or phrase"),
    )
    suggestion = forms.CharField(
        required=False, max_length=300, label="Write instead", help_text="Example: what the change did not test."
    )
    is_allowed = forms.BooleanField(required=False, label="Never flag it: it is fine with us")
