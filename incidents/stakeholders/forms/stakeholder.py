"""Somebody whom a team tells: who, how, of what, at which hours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.response.domain.severity import Severity
from incidents.stakeholders.domain import bounds
from incidents.stakeholders.domain.kinds import Audience, EventKind, Way
from incidents.stakeholders.models import Stakeholder
from incidents.stakeholders.services.stakeholders import StakeholderDraft
from reliability.access.models import User
from reliability.catalog.models import Service
from reliability.channels.kinds.form import secret_widget
from reliability.channels.models import Channel
from reliability.kit.typed_hours import hours_text
from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.zones import zone_names
from slo.models import Slo

_WAYS = {
    Way.PERSON: "A member of the team, by their own first way",
    Way.EMAIL: "A mail address",
    Way.WEBHOOK: "A webhook of their system",
    Way.CHANNEL: "A channel of the team, such as a chat room",
}
_GONE = {"invalid_choice": "%(value)s is gone from the list: choose again", "invalid_list": "choose from the list"}


class StakeholderForm(forms.Form):
    """Bound to one team: its members, channels, services and objectives."""

    name = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Name",
        help_text="Of the person, or of the place. Example: Ines Weber.",
        error_messages=needed("write a name, such as Ines Weber"),
    )
    role = forms.CharField(
        max_length=bounds.NAME_MAX,
        required=False,
        label="What they are",
        help_text="Shown beside the name. Example: head of support.",
    )
    audience = forms.ChoiceField(
        label="Told in the words for",
        choices=[(one.value, one.words.capitalize()) for one in Audience],
        initial=Audience.EXECUTIVE.value,
        widget=forms.RadioSelect,
        help_text="Each audience has words of its own, on the tab Words.",
        error_messages=CHOICE,
    )
    way = forms.ChoiceField(
        label="Reached by",
        choices=[(way.value, words) for way, words in _WAYS.items()],
        initial=Way.EMAIL.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    user_id = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Member of the team",
        empty_label="Nobody",
        help_text="For the first way. Who leaves the team is told no more.",
        error_messages=chosen("a member of the team"),
    )
    address = forms.CharField(
        required=False,
        max_length=254,
        label="Mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="For mail. Of somebody with an account here, they are told in their own way. Example: "
        "ines@example.com.",
    )
    url = forms.CharField(
        required=False,
        max_length=2_000,
        label="Address of the webhook",
        help_text="Gets a signed POST for each message. Example: https://example.com/hooks/incidents.",
    )
    secret = forms.CharField(
        required=False,
        max_length=200,
        label="Secret of the webhook",
        widget=secret_widget(),
        help_text="whsec_… of the receiver. Leave it empty: a stored one stays, else one is made and shown once.",
    )
    channel_id = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        required=False,
        label="Channel",
        empty_label="None",
        help_text="One of the team's own channels.",
        error_messages=chosen("a channel"),
    )
    consent_note = forms.CharField(
        required=False,
        max_length=bounds.NOTE_MAX,
        label="Who agreed, and when",
        help_text="Needed for mail addresses and webhooks outside. Example: Ines asked for it by mail on 3 March 2026.",
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        label="Kinds of event",
        choices=[(kind.value, kind.words.capitalize()) for kind in EventKind],
        widget=forms.CheckboxSelectMultiple,
        help_text="None marked: every kind.",
        error_messages=_GONE,
    )
    severity_max = forms.TypedChoiceField(
        label="Severities",
        coerce=int,
        choices=[(5, "All, Sev1 to Sev5"), *((s.value, f"Sev1 to {s.word}") for s in reversed(list(Severity)[:4]))],
        initial=2,
        help_text="Milder incidents do not matter to them.",
        error_messages=CHOICE,
    )
    service_ids = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Services",
        widget=forms.CheckboxSelectMultiple,
        help_text="None marked: whatever the team's incidents touch.",
        error_messages=_GONE,
    )
    slo_ids = forms.ModelMultipleChoiceField(
        queryset=Slo.objects.none(),
        required=False,
        label="Objectives",
        widget=forms.CheckboxSelectMultiple,
        help_text="An incident matters when it touches one of these, or one of the services.",
        error_messages=_GONE,
    )
    zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        help_text="On whose clock their hours hang. Example: Europe/Berlin.",
        error_messages=CHOICE,
    )
    hours = forms.CharField(
        required=False,
        max_length=1_000,
        label="Hours",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A line each. Example: mon-fri 09:00-17:00. Empty: at any time.",
    )
    at_once = forms.TypedChoiceField(
        label="Whatever the hour",
        coerce=int,
        choices=[(0, "Never: every message waits"), (1, "Sev1")]
        + [(s.value, f"Sev1 to {s.word}") for s in list(Severity)[1:]],
        initial=2,
        help_text="Messages about these wait for no hour.",
        error_messages=CHOICE,
    )
    is_enabled = forms.BooleanField(required=False, initial=True, label="Tell them")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        people: QuerySet[User],
        channels: QuerySet[Channel],
        services: QuerySet[Service],
        slos: QuerySet[Slo],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = {"user_id": people, "channel_id": channels, "service_ids": services, "slo_ids": slos}
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]  # of a ModelChoiceField
        stored = str(self.initial.get("zone") or "UTC")
        names = (*(() if stored in zone_names() else (stored,)), *zone_names())
        self.fields["zone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]  # as above

    def draft(self) -> StakeholderDraft:
        """Of a valid form."""
        data = self.cleaned_data
        plain = ("name", "role", "audience", "way", "address", "url", "secret", "consent_note", "kinds")
        return StakeholderDraft(
            **{name: data[name] for name in (*plain, "severity_max", "zone", "hours", "at_once", "is_enabled")},
            user_id=data["user_id"].pk if data["user_id"] else None,
            channel_id=data["channel_id"].pk if data["channel_id"] else None,
            service_ids=[one.pk for one in data["service_ids"]],
            slo_ids=[one.pk for one in data["slo_ids"]],
        )


def initial_of(stakeholder: Stakeholder) -> dict[str, Any]:
    """What the form shows of a stored one; never its secret."""
    plain = ("name", "role", "audience", "way", "address", "consent_note", "kinds", "severity_max", "zone", "at_once")
    return {
        **{name: getattr(stakeholder, name) for name in (*plain, "is_enabled", "revision")},
        "hours": hours_text(stakeholder.hours),
        "url": stakeholder.config.get("url", ""),
        "user_id": stakeholder.user_id,
        "channel_id": stakeholder.channel_id,
        "service_ids": [one.pk for one in stakeholder.services.all()],
        "slo_ids": [one.pk for one in stakeholder.slos.all()],
    }
