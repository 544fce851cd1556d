"""The forms of what is told to the public: incidents, their updates, maintenance, templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from incidents.status_page.domain import bounds
from incidents.status_page.domain.filling import PLACEHOLDERS
from incidents.status_page.domain.states import SAYABLE, ComponentState, Impact, IncidentStatus, MaintenanceStatus
from incidents.status_page.forms.clocks import OnPageClocks
from incidents.status_page.models import Component, Template
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.maintenances import MaintenanceDraft
from incidents.status_page.services.templates import TemplateDraft
from incidents.status_page.services.updates import UpdateDraft
from reliability.web.field_messages import CHOICE, needed
from reliability.web.fields import InstantField

_STATUS_WORDS = {
    IncidentStatus.INVESTIGATING: "Investigating: we see it and look for the cause",
    IncidentStatus.IDENTIFIED: "Identified: we know what it is",
    IncidentStatus.MONITORING: "Monitoring: it is mended, we watch",
    IncidentStatus.RESOLVED: "Resolved: it is over",
    IncidentStatus.POSTMORTEM: "Postmortem: what it was, told afterwards",
}
_IMPACT_WORDS = {
    Impact.NONE: "None: nobody notices",
    Impact.MINOR: "Minor: slow, or some users",
    Impact.MAJOR: "Major: many users cannot do something important",
    Impact.CRITICAL: "Critical: nearly nothing works",
}


def _body(*, help_text: str) -> forms.CharField:
    return forms.CharField(
        max_length=bounds.BODY_MAX,
        label="What the public reads",
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages=needed("say it in words that your users would use: what they notice, and when you tell more"),
    )


_FIRST_WORDS = (
    "Markdown. What users notice, since when, what they can do meanwhile, when you tell more. Write it anew: names of "
    "servers and colleagues are not theirs. Example: Paying by card fails for some of you since 14:20. Invoices work. "
    "We tell more by 15:00."
)


class UpdateForm(OnPageClocks):
    """One update; each component of the page has a field `component-<id>`, blank where nothing is said of it."""

    status = forms.ChoiceField(
        label="Where it stands",
        choices=[(one.value, words) for one, words in _STATUS_WORDS.items()],
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    body = _body(help_text=_FIRST_WORDS)
    at = InstantField(required=False, label="Said at", help_text="Only to tell of the past: left blank it is now.")
    is_told = forms.BooleanField(
        required=False, initial=True, label="Tell subscribers", help_text="By mail, webhook and Slack, within a minute."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        components: Sequence[Component],
        statuses: Sequence[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if statuses is not None:
            self.fields["status"].choices = statuses  # type: ignore[attr-defined]  # a ChoiceField
        choices = [("", "Not mentioned"), *((one.value, one.words) for one in SAYABLE)]
        self._component_ids = [one.pk for one in components]
        for one in components:
            self.fields[f"component-{one.pk}"] = forms.ChoiceField(
                required=False, label=one.name, choices=choices, error_messages=CHOICE
            )

    @property
    def component_fields(self) -> list[forms.BoundField]:
        return [self[f"component-{pk}"] for pk in self._component_ids]

    def said(self) -> Mapping[int, ComponentState]:
        """Of a valid form: what it says of components."""
        found = {pk: self.cleaned_data.get(f"component-{pk}") for pk in self._component_ids}
        return {pk: ComponentState(state) for pk, state in found.items() if state}

    def draft(self) -> UpdateDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return UpdateDraft(
            status=data["status"],
            body=data["body"],
            components=self.said(),
            at=data["at"],
            is_told=data["is_told"],
        )


def _title() -> forms.CharField:
    return forms.CharField(
        max_length=bounds.TITLE_MAX,
        label="Title",
        help_text="As users would say it. Example: Paying by card fails",
        error_messages=needed("say it as users would, such as Paying by card fails"),
    )


def _impact() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="How bad it is for users",
        choices=[(one.value, words) for one, words in _IMPACT_WORDS.items()],
        initial=Impact.MINOR.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )


class IncidentForm(UpdateForm):
    """A new incident with its first update."""

    title = _title()
    impact = _impact()
    started_at = InstantField(
        required=False, label="Began", help_text="When users began to notice. Left blank it is the time of this update."
    )
    incident = forms.IntegerField(required=False, widget=forms.HiddenInput)  # ours

    def incident_draft(self) -> IncidentDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return IncidentDraft(data["title"], data["impact"], data["started_at"], data["incident"])


class IncidentEditForm(OnPageClocks):
    title = _title()
    impact = _impact()
    started_at = InstantField(required=False, label="Began", help_text="When users began to notice.")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class UpdateEditForm(OnPageClocks):
    body = _body(help_text="Markdown. What it said before is kept for your team; subscribers are not told again.")
    at = InstantField(required=False, label="Said at", help_text="The time it shows.")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=bounds.REASON_MAX,
        help_text="The record keeps it. Example: it was posted to the wrong page",
        error_messages=needed("say why: the record keeps it"),
    )


class MaintenanceForm(OnPageClocks):
    """`body` is asked of a new one only: later words are updates."""

    title = forms.CharField(
        max_length=bounds.TITLE_MAX,
        label="Title",
        help_text="What is done, as users would say it. Example: New search",
        error_messages=needed("say what is done, such as New search"),
    )
    starts_at = InstantField(
        label="From", help_text="When users may begin to notice.", error_messages=needed("say when")
    )
    ends_at = InstantField(
        label="To", help_text="When it is over at the latest.", error_messages=needed("say until when")
    )
    components = forms.ModelMultipleChoiceField(
        queryset=Component.objects.none(),
        required=False,
        label="Components",
        help_text="They show “under maintenance” while it lasts.",
        widget=forms.CheckboxSelectMultiple,
    )
    body = _body(
        help_text="Markdown. What changes for users and when. Example: Search may be slow for a few minutes while we "
        "switch to a new index. You can buy as usual."
    )
    is_automatic = forms.BooleanField(
        required=False, initial=True, label="Begin and end by itself", help_text="Updates are posted at its times."
    )
    excludes_budget = forms.BooleanField(
        required=False,
        label="Leave it out of error budgets",
        help_text="Excludes its time from the objectives of its components. Needs the role editor; taken back when you "
        "cancel or move it.",
    )
    silences_alerts = forms.BooleanField(
        required=False,
        label="Silence alerts",
        help_text="Of the services of its components while it lasts. Ended when you cancel or move it.",
    )
    is_told = forms.BooleanField(
        required=False, initial=True, label="Tell subscribers", help_text="That it is planned."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, components: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["components"].queryset = components  # type: ignore[attr-defined]  # a model choice field
        if not is_new:
            del self.fields["body"], self.fields["is_told"]

    def draft(self) -> MaintenanceDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return MaintenanceDraft(
            title=data["title"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            component_ids=tuple(one.pk for one in data["components"]),
            is_automatic=data["is_automatic"],
            excludes_budget=data["excludes_budget"],
            silences_alerts=data["silences_alerts"],
        )


class CancelForm(forms.Form):
    body = _body(help_text="Example: It does not take place tonight. We announce another date.")
    is_told = forms.BooleanField(required=False, initial=True, label="Tell subscribers", help_text="That it is off.")


class TemplateForm(forms.Form):
    name = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Name",
        help_text="How you find it at three in the morning. Example: First word on an outage",
        error_messages=needed("write one, such as First word on an outage"),
    )
    kind = forms.ChoiceField(
        label="For", choices=Template.Kind.choices, widget=forms.RadioSelect, error_messages=CHOICE, initial="incident"
    )
    status = forms.ChoiceField(
        label="Where it stands then",
        choices=[
            *((one.value, f"Incident: {one.words.lower()}") for one in IncidentStatus),
            *((one.value, f"Maintenance: {one.words.lower()}") for one in MaintenanceStatus),
        ],
        error_messages=CHOICE,
    )
    title = forms.CharField(
        required=False,
        max_length=bounds.TITLE_MAX,
        label="Title",
        help_text="Of the incident it opens. Example: {component} does not work as it should",
    )
    body = _body(
        help_text="Markdown. Filled in when it is used: " + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS) + ". "
        "Example: {component} has been slow for some of you since {time}. We look into it and tell more in an hour."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def draft(self) -> TemplateDraft:
        """Of a valid form."""
        return TemplateDraft(**{name: self.cleaned_data[name] for name in TemplateDraft.__dataclass_fields__})
