"""A duty, and what is written down when it is done or left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import User
from reliability.catalog.models import Service
from reliability.duties.domain.drafts import INSTRUCTIONS_MAX, MINUTES_MAX, NOTE_MAX, TITLE_MAX, URL_MAX, DutyDraft
from reliability.duties.domain.kinds import DutyKind, Every, Responsible
from reliability.duties.domain.recurring import EVERY_MAX, REMIND_DAYS_MAX
from reliability.duties.models import Duty
from reliability.duties.services.entries import EntryDraft
from reliability.web.field_messages import CHOICE, chosen, needed, number
from reliability.web.fields import InstantField
from reliability.web.zones import zone_names

_EVERY = {Every.DAYS: "Every so many days", Every.MONTHS: "Every so many months", Every.CRON: "By a cron expression"}
_WHO = {Responsible.PERSON: "One person of the team", Responsible.ON_CALL: "Whoever is on call for the team then"}


class DutyForm(forms.Form):
    title = forms.CharField(
        max_length=TITLE_MAX,
        label="What is to be done",
        help_text="In a few words. Example: rotate the keys of the card gateway.",
        error_messages=needed("say in a few words what is to be done"),
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[(kind.value, kind.words[0].upper() + kind.words[1:]) for kind in DutyKind],
        error_messages=CHOICE,
    )
    service_id = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None: of the team as a whole",
        help_text="Its page shows the duty.",
        error_messages=chosen("a service"),
    )
    instructions = forms.CharField(
        required=False,
        max_length=INSTRUCTIONS_MAX,
        label="How it is done",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Markdown. Example: 1. make the new key, 2. roll it out, 3. revoke the old one.",
    )
    link_url = forms.CharField(
        required=False,
        max_length=URL_MAX,
        label="Link",
        help_text="A runbook, or the recovery trial of a DR promotion. Example: https://wiki.example.org/keys or "
        "/chaos/trials/3/.",
    )
    every = forms.ChoiceField(
        label="It recurs",
        choices=[(one.value, words) for one, words in _EVERY.items()],
        initial=Every.MONTHS.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    every_count = forms.IntegerField(
        label="How many",
        initial=3,
        min_value=1,
        max_value=max(EVERY_MAX.values()),
        help_text="Of days or months, from the day it was done. Example: 90 days.",
        error_messages=number("write a whole number", low=1, high=max(EVERY_MAX.values())),
    )
    cron = forms.CharField(
        required=False,
        max_length=100,
        label="Cron expression",
        help_text="Of the third way. Example: 0 9 1 */3 * for 09:00 on the first day of each quarter.",
    )
    due_at = InstantField(
        required=False,
        label="Due next",
        help_text="Of days and months; a cron expression says it by itself.",
    )
    zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        help_text="On whose clock its hour hangs. Example: Europe/Berlin.",
        error_messages=CHOICE,
    )
    responsible = forms.ChoiceField(
        label="Who is reminded",
        choices=[(one.value, words) for one, words in _WHO.items()],
        initial=Responsible.PERSON.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    responsible_id = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Person",
        empty_label="Nobody",
        help_text="A member of the team.",
        error_messages=chosen("a member of the team"),
    )
    remind_days = forms.IntegerField(
        label="Remind, days before",
        initial=7,
        min_value=0,
        max_value=REMIND_DAYS_MAX,
        help_text="0: not before. It is told when it is due, too, and each week while it is overdue, eight times.",
        error_messages=number("write whole days", low=0, high=REMIND_DAYS_MAX),
    )
    is_enabled = forms.BooleanField(required=False, initial=True, label="It is due, and people are reminded")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, services: QuerySet[Service], people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service_id"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["responsible_id"].queryset = people  # type: ignore[attr-defined]  # as above
        stored = str(self.initial.get("zone") or "UTC")
        names = (*(() if stored in zone_names() else (stored,)), *zone_names())
        self.fields["zone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]  # of a ChoiceField

    def values(self) -> dict[str, Any]:
        """Of a valid form: fields of a draft."""
        names = [name for name in DutyDraft.__dataclass_fields__ if name not in ("service_id", "responsible_id")]
        data = self.cleaned_data
        picked = {name: data[name].pk if data[name] else None for name in ("service_id", "responsible_id")}
        return {name: data[name] for name in names} | picked


def initial_of(duty: Duty) -> dict[str, Any]:
    """What the form shows of a stored one."""
    names = [name for name in DutyDraft.__dataclass_fields__ if name != "responsible_id"]
    return {name: getattr(duty, name) for name in names} | {
        "responsible_id": duty.responsible_user_id,
        "revision": duty.revision,
    }


class EntryForm(forms.Form):
    """It is done, or left out this once."""

    note = forms.CharField(
        required=False,
        max_length=NOTE_MAX,
        label="Note",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What was done, or, to skip it, why. Example: two of three keys rotated, the third is gone for good.",
    )
    evidence_url = forms.CharField(
        required=False,
        max_length=URL_MAX,
        label="Evidence",
        help_text="Where it can be seen. Example: https://tickets.example.org/4711.",
    )
    minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MINUTES_MAX,
        label="Minutes it took",
        help_text="Example: 45.",
        error_messages=number("write whole minutes", low=0, high=MINUTES_MAX),
    )
    for_due_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def draft(self) -> EntryDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return EntryDraft(data["note"], data["evidence_url"], data["minutes"], data["for_due_at"])
