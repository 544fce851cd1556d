"""Forms of the document: its head, sections, factors, whys and timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from incidents.postmortems.domain.dates import TITLES
from incidents.postmortems.domain.factors import TEXT_LENGTH_MAX as FACTOR_MAX
from incidents.postmortems.domain.factors import Category
from incidents.postmortems.domain.sections import TEXT_LENGTH_MAX, TITLE_LENGTH_MAX
from incidents.postmortems.domain.tags import TAG_LENGTH_MAX, TAGS_MAX
from incidents.postmortems.domain.whys import TEXT_LENGTH_MAX as WHY_MAX
from incidents.postmortems.services.timeline import ANNOTATION_LENGTH_MAX
from incidents.postmortems.services.timeline import TEXT_LENGTH_MAX as ITEM_MAX
from reliability.access.models import User
from reliability.web.field_messages import chosen, needed
from reliability.web.fields import InstantField

INSTANT_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]


class HeadForm(forms.Form):
    """people: (person, why they may not facilitate, blank: they may)."""

    title = forms.CharField(
        max_length=200,
        label="Title",
        help_text="What users noticed, not what was to blame. Example: one in five checkouts failed for 37 minutes.",
        error_messages=needed("give it a title"),
    )
    facilitator = forms.ChoiceField(
        required=False,
        label="Facilitator",
        help_text="Leads the conversation, so it is somebody who did not respond.",
    )
    tags = forms.CharField(
        required=False,
        max_length=(TAG_LENGTH_MAX + 2) * TAGS_MAX,
        label="Tags",
        help_text="Words under which it is found again, with commas between them. Example: database, failover.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[tuple[User, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Nobody yet")] + [
            (str(user.pk), f"{user.name} (responded)" if why else user.name) for user, why in people
        ]
        self.fields["facilitator"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField

    @property
    def tag_names(self) -> list[str]:
        return str(self.cleaned_data["tags"]).split(",")

    @property
    def facilitator_id(self) -> int | None:
        return int(self.cleaned_data["facilitator"]) if self.cleaned_data["facilitator"] else None


class ImportedHeadForm(HeadForm):
    """Also the dates that were read from the document, for people to correct; nothing else knows them."""

    started_at = InstantField(required=False, label="Began", help_text="When users began to notice.")
    detected_at = InstantField(required=False, label="Detected")
    acknowledged_at = InstantField(required=False, label="Acknowledged")
    mitigated_at = InstantField(required=False, label="Mitigated")
    resolved_at = InstantField(required=False, label="Resolved")
    published_at = InstantField(
        label="Published",
        help_text="An older one may have been published elsewhere before it came here.",
        error_messages=needed("say when it was published"),
    )

    def __init__(self, *args: Any, is_published: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_published:
            del self.fields["published_at"]

    @property
    def date_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in TITLES]

    @property
    def dates(self) -> dict[str, datetime | None]:
        """As typed. A browser's picker has no seconds: what is left as it was shown keeps those it had."""
        found: dict[str, datetime | None] = {}
        for field in self.date_fields:
            shown, typed = self.initial[field.name], self.cleaned_data[field.name]
            is_as_shown = shown is not None and typed == shown.replace(second=0, microsecond=0)
            found[field.name] = shown if is_as_shown else typed
        return found


class SectionForm(forms.Form):
    """base: the revision that was read, as services.sections.Base writes it."""

    text = forms.CharField(
        required=False,
        max_length=TEXT_LENGTH_MAX * 2,  # the service counts without blanks and says what to do
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "true"}),
    )
    base = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)


class FreeSectionForm(forms.Form):
    title = forms.CharField(
        max_length=TITLE_LENGTH_MAX,
        label="A section of your own",
        help_text="Example: What it cost our partners.",
        error_messages=needed("give the section a title"),
    )


class FactorForm(forms.Form):
    category = forms.ChoiceField(
        label="Category",
        choices=[(one.value, one.words) for one in Category],
        initial=Category.CHANGE,
        error_messages=chosen("a category"),
    )
    text = forms.CharField(
        max_length=FACTOR_MAX,
        label="What contributed",
        help_text="A property of the system or its surroundings, not a person. Example: the pool had no upper bound.",
        error_messages=needed("say what contributed"),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class WhyForm(forms.Form):
    text = forms.CharField(max_length=WHY_MAX, label="Answer", error_messages=needed("write the answer"))
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ItemForm(forms.Form):
    """An entry of the timeline."""

    at = forms.DateTimeField(
        label="When, UTC",
        input_formats=INSTANT_FORMATS,
        help_text="Example: 2026-03-02 10:04",
        error_messages={"required": "say when it was", "invalid": "write it as 2026-03-02 10:04, in UTC"},
        widget=forms.DateTimeInput(format="%Y-%m-%d %H:%M:%S"),
    )
    text = forms.CharField(
        max_length=ITEM_MAX,
        label="What happened",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=needed("say what happened"),
        help_text="Example: support got the first call.",
    )
    annotation = forms.CharField(
        required=False,
        max_length=ANNOTATION_LENGTH_MAX,
        label="What it means",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Markdown, shown below it: what people knew then. Example: the dashboard showed the old gateway.",
    )
    is_selected = forms.BooleanField(required=False, initial=True, label="Stands in the document")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
