"""The composer: first what it is about and for whom, then each audience word for word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.stakeholders.domain import bounds
from incidents.stakeholders.domain.kinds import OF_INCIDENTS, Audience, EventKind, Mode, why_untrue
from incidents.stakeholders.models import Group
from incidents.stakeholders.selectors.composing import Asked, Preview
from incidents.stakeholders.services.messages import Draft, Sending
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.field_messages import CHOICE, chosen, needed

_NEXT = [(0, "None promised"), (30, "In 30 minutes"), (60, "In an hour"), (120, "In 2 hours")]
_NEXT += [(hours * 60, f"In {hours} hours") for hours in (4, 8, 24)]
_REMIND = [(0, "Nobody by itself"), (1, "After an hour"), *((n, f"After {n} hours") for n in (2, 4, 8, 24, 48, 72))]
_GONE = {"invalid_choice": "%(value)s is gone from the list: choose again", "invalid_list": "choose from the list"}


class AskForm(forms.Form):
    """What the composer is asked, as its address carries it. is_open: of the incident; kinds that contradict it are
    not offered. None: every kind is."""

    kinds = OF_INCIDENTS

    kind = forms.ChoiceField(label="What happened", error_messages=CHOICE)
    audiences = forms.MultipleChoiceField(
        label="Audiences",
        choices=[(one.value, one.words.capitalize()) for one in Audience],
        widget=forms.CheckboxSelectMultiple,
        help_text="Each is told in words of its own.",
        error_messages={"required": "choose whom to tell", **_GONE},
    )
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(),
        required=False,
        label="Only these groups",
        widget=forms.CheckboxSelectMultiple,
        help_text="None marked: everybody of these audiences to whom it matters.",
        error_messages=_GONE,
    )
    impact = forms.CharField(
        required=False,
        max_length=bounds.IMPACT_MAX,
        label="What users notice",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands where the words say {impact}. Example: one in five payments by card fails; paying by "
        "invoice works.",
    )
    next_minutes = forms.TypedChoiceField(
        required=False,
        coerce=int,
        label="Next message",
        choices=_NEXT,
        help_text="When it is overdue, whoever has communications is reminded.",
        error_messages=CHOICE,
    )
    remind_after_hours = forms.TypedChoiceField(
        required=False,
        coerce=int,
        label="Remind who has not read it",
        choices=_REMIND,
        help_text="At their hour, three times at most.",
        error_messages=CHOICE,
    )

    def __init__(self, *args: Any, groups: QuerySet[Group], is_open: bool | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        untrue = {} if is_open is None else {kind.value: why_untrue(kind, is_open=is_open) for kind in self.kinds}
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            (kind.value, kind.words.capitalize()) for kind in self.kinds if not untrue.get(kind.value)
        ]
        if why := untrue.get(str(self.data.get("kind", ""))):
            self.fields["kind"].error_messages["invalid_choice"] = why
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField

    @property
    def event_kind(self) -> EventKind:
        return EventKind(self.cleaned_data["kind"])

    def asked(self, *, now: datetime) -> Asked:
        """Of a valid form."""
        data = self.cleaned_data
        minutes = data.get("next_minutes") or 0
        return Asked(
            audiences=[Audience(one) for one in data["audiences"]],
            group_ids=[one.pk for one in data["groups"]],
            impact=data["impact"].strip() if "impact" in data else "",
            next_update_at=(now + timedelta(minutes=minutes)).replace(second=0, microsecond=0) if minutes else None,
        )


class AskPlannedForm(AskForm):
    """About something without an incident."""

    kinds = (EventKind.MAINTENANCE, EventKind.EXPERIMENT, EventKind.POSTMORTEM)

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        to_field_name="slug",
        empty_label=None,
        error_messages=chosen("a team"),
    )
    title = forms.CharField(
        max_length=200,
        label="What it is",
        help_text="Example: the card gateway moves to new machines.",
        error_messages=needed("say in a few words what it is"),
    )
    when = forms.CharField(
        required=False,
        max_length=120,
        label="When",
        help_text="In words, with the zone. Example: Sunday 6 December, 02:00 to 04:00 CET.",
    )
    summary = forms.CharField(
        required=False,
        max_length=2_000,
        label="What they should know",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Example: payments by card may fail for a minute around 02:30.",
    )
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Services",
        to_field_name="name",
        widget=forms.CheckboxSelectMultiple,
        help_text="None marked: it concerns everybody of these audiences.",
        error_messages=_GONE,
    )
    field_order = ("team", "kind", "title", "when", "summary", "services", "audiences", "groups")

    def __init__(self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["services"].queryset = services  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField
        for name in ("impact", "next_minutes"):
            del self.fields[name]


class SendForm(forms.Form):
    """What each audience is told, and who of it; `subject-executive`, `text-executive`, `people-executive`."""

    mode = forms.ChoiceField(
        choices=[(mode.value, mode.value) for mode in Mode],
        widget=forms.HiddenInput,
        error_messages=chosen("whether it is sent now or at each one's hour"),
    )
    next_update = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    remind_after_hours = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    nonce = forms.RegexField(
        r"\A[A-Za-z0-9_-]{8,64}\Z",
        widget=forms.HiddenInput,
        error_messages=needed("preview it once more: what keeps it from being sent twice is missing"),
    )

    def __init__(self, *args: Any, previews: Sequence[Preview], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.previews = previews
        for preview in previews:
            name = preview.audience.value
            self.fields[f"subject-{name}"] = forms.CharField(
                label="Subject",
                initial=preview.subject,
                max_length=bounds.SUBJECT_MAX,
                error_messages=needed("write what they are told"),
            )
            self.fields[f"text-{name}"] = forms.CharField(
                label="Text",
                initial=preview.text,
                max_length=bounds.TEXT_MAX,
                widget=forms.Textarea(attrs={"rows": 9}),
                error_messages=needed("write what they are told"),
            )
            people = [one.stakeholder for one in preview.planned if not one.silent]
            self.fields[f"people-{name}"] = forms.TypedMultipleChoiceField(
                label="Who",
                required=False,
                coerce=int,
                choices=[(one.pk, one.name) for one in people],
                initial=[one.pk for one in people],
                error_messages=_GONE,
            )

    def sending(self, *, cause: str) -> Sending:
        """Of a valid form: the audiences in which somebody is marked."""
        data = self.cleaned_data
        drafts = [
            Draft(one.audience, data[f"subject-{name}"], data[f"text-{name}"], data[f"people-{name}"])
            for one in self.previews
            if (name := one.audience.value) and data[f"people-{name}"]
        ]
        return Sending(
            drafts,
            mode=Mode(data["mode"]),
            next_update_at=data["next_update"],
            remind_after_hours=data["remind_after_hours"] or 0,
            cause=cause,
        )
