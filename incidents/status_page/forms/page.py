"""The forms of a page itself and of its keys."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet

from incidents.status_page.domain import bounds
from incidents.status_page.models import StatusPage
from incidents.status_page.services.pages import PageDraft
from reliability.access.models import Team
from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.zones import zone_names


class PageForm(forms.Form):
    """`team` is asked of a new page only."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        empty_label=None,
        to_field_name="slug",
        help_text="Its responders write to the public, its editors change the page.",
        error_messages=chosen("a team"),
    )
    title = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Title",
        help_text="What your users call you. Example: Shop",
        error_messages=needed("write one, such as Shop"),
    )
    slug = forms.CharField(
        max_length=63,
        label="Address",
        help_text="The page lies at /status/ and this. Small letters, digits, hyphens. Example: shop",
        error_messages=needed("write one, such as shop"),
    )
    description = forms.CharField(
        required=False,
        label="Introduction",
        max_length=bounds.DESCRIPTION_MAX,
        help_text="Markdown, shown below the state. Example: Everything our customers use. Call 030 1234 when in need.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    support_url = forms.CharField(
        required=False,
        label="Where to get help",
        max_length=bounds.URL_MAX,
        help_text="An address behind “Get help”. Example: https://help.example.com",
    )
    zone = forms.ChoiceField(
        label="Time zone", help_text="Days begin and times are told on this clock.", error_messages=CHOICE
    )
    is_public = forms.BooleanField(
        required=False,
        label="Open to everybody",
        help_text="Otherwise it opens with a key only, and search engines are told to stay away.",
    )
    domain = forms.CharField(
        required=False,
        label="Domain of its own",
        max_length=bounds.DOMAIN_MAX,
        help_text="A host name whose DNS leads to this installation, behind a proxy that has its certificate. "
        "Example: status.example.com",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, teams: QuerySet[Team], page: StatusPage | None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["zone"].choices = [(name, name) for name in zone_names()]  # type: ignore[attr-defined]  # its kind of field
        if page is None:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["team"]

    def draft(self) -> PageDraft:
        """Of a valid form."""
        return PageDraft(**{name: self.cleaned_data[name] for name in PageDraft.__dataclass_fields__})


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Who gets it",
        help_text="So that you know whom you lock out when you revoke it. Example: Support team",
        error_messages=needed("say who has it, such as Support team"),
    )
