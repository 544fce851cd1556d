"""What a team asks for: settings of an item, an item of its own, reminders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.catalog.domain.tier import TIER_WORDS
from reliability.channels.models import Channel
from reliability.readiness.domain import bounds
from reliability.readiness.domain.checklist import rule_of
from reliability.readiness.domain.days import Day
from reliability.readiness.domain.items import Item, Kind
from reliability.web.field_messages import CHOICE, needed, number

_GONE = {"invalid_choice": "%(value)s is gone from the list: choose again", "invalid_list": "choose from the list"}
_ALL = ["1", "2", "3", "4"]


class RuleForm(forms.Form):
    """Settings of an item; of one that the system proves without those of evidence."""

    tiers = forms.MultipleChoiceField(
        required=False,
        label="Required for services of",
        choices=[(str(tier), f"Tier {tier}: {words}") for tier, words in TIER_WORDS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="For the others it is shown, and good to have.",
        error_messages=_GONE,
    )
    expires_days = forms.IntegerField(
        required=False,
        label="Evidence expires after, days",
        min_value=1,
        max_value=bounds.EXPIRES_DAYS_MAX,
        help_text="Counted from the day it tells of. Empty: never. Holds for what is given from now on.",
        error_messages=number("write whole days", low=1, high=bounds.EXPIRES_DAYS_MAX),
    )
    needs_second = forms.BooleanField(
        required=False,
        label="Somebody else must have looked at it",
        help_text="Four eyes: it counts once a second person has reviewed it.",
    )
    off = forms.CharField(
        required=False,
        max_length=bounds.REASON_MAX,
        label="Switched off, because",
        help_text="Empty: it is asked for. Example: “Static pages only: there is nothing to restore.”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.CharField(
        required=False, max_length=500, label="Why", help_text="Kept with the version and in the audit trail."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, item: Item | None, version: int, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"tiers": _ALL, "revision": version}
        if item is not None:
            initial |= {**rule_of(item), "tiers": [str(tier) for tier in sorted(item.tiers)]}
        kwargs["initial"] = {**initial, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if item is not None and item.kind is Kind.PROOF:
            del self.fields["expires_days"], self.fields["needs_second"]

    def rule(self) -> dict[str, Any]:
        """Of a valid form, as a definition holds it."""
        found = self.cleaned_data
        rule: dict[str, Any] = {"tiers": sorted(int(tier) for tier in found["tiers"]), "off": found["off"].strip()}
        if "expires_days" in self.fields:
            rule |= {"expires_days": found["expires_days"], "needs_second": found["needs_second"]}
        return rule


class OwnItemForm(RuleForm):
    """An item of the team's own: its name stays."""

    field_order = ("title", "slug", "day", "why", "asks", "source", "source_url")

    title = forms.CharField(
        max_length=bounds.TITLE_MAX,
        label="What must be so",
        help_text="A sentence that is true or not. Example: “Support has a script for failed payments”",
        error_messages=needed("write what must be so, such as: Support has a script"),
    )
    slug = forms.CharField(
        max_length=bounds.SLUG_MAX,
        label="Name",
        help_text="For addresses and the API; it stays. Example: support-script",
        error_messages=needed("write a name, such as support-script"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    day = forms.ChoiceField(
        label="Day",
        choices=[(day.value, f"{day.label}: {day.words}") for day in Day],
        initial=Day.DAY_1.value,
        error_messages=CHOICE,
    )
    why = forms.CharField(
        required=False,
        max_length=bounds.WHY_MAX,
        label="Why it matters",
        help_text="What goes wrong without it. Example: “Customers call within minutes; without words they wait.”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    asks = forms.CharField(
        required=False,
        max_length=bounds.WHY_MAX,
        label="What evidence looks like",
        help_text="Example: “Link to the script, and who has read it.”",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    source = forms.CharField(
        required=False,
        max_length=bounds.SOURCE_MAX,
        label="Source",
        help_text="Where that is taught or decided. Example: “Postmortem 214”",
    )
    source_url = forms.CharField(
        required=False, max_length=bounds.URL_MAX, label="Link to the source", widget=forms.URLInput()
    )

    def __init__(self, *args: Any, item: Item | None, version: int, **kwargs: Any) -> None:
        initial = {}
        if item is not None:
            initial = {name: getattr(item, name) for name in ("title", "slug", "why", "asks", "source", "source_url")}
            initial["day"] = item.day.value
        super().__init__(*args, item=item, version=version, initial=initial, **kwargs)
        if item is not None:
            del self.fields["slug"]

    def own(self, *, slug: str) -> dict[str, Any]:
        """Of a valid form, as a definition holds it."""
        names = ("title", "day", "why", "asks", "source", "source_url")
        return {"slug": slug, **{name: self.cleaned_data[name] for name in names}, **self.rule()}


class SettingsForm(forms.Form):
    remind_days = forms.IntegerField(
        label="Remind, days before",
        min_value=0,
        max_value=bounds.REMIND_DAYS_MAX,
        help_text="Before evidence, a waiver or a review expires. 0: only once it has. Holds for what is written from "
        "now on.",
        error_messages=number("write whole days", low=0, high=bounds.REMIND_DAYS_MAX),
    )
    review_days = forms.IntegerField(
        label="A review is good for, days",
        min_value=1,
        max_value=bounds.REVIEW_DAYS_MAX,
        help_text="Whoever decides may choose otherwise. Example: 180.",
        error_messages=number("write whole days", low=1, high=bounds.REVIEW_DAYS_MAX),
    )
    channels = forms.ModelMultipleChoiceField(
        queryset=Channel.objects.none(),
        to_field_name="name",
        required=False,
        label="Channels that are told",
        help_text="Besides whoever gave the evidence or took the decision.",
        widget=forms.CheckboxSelectMultiple,
        error_messages=_GONE,
    )

    def __init__(self, *args: Any, channels: QuerySet[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].queryset = channels  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField

    @property
    def channel_names(self) -> list[str]:
        return [one.name for one in self.cleaned_data["channels"]]
