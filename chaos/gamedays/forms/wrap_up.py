"""What a game day showed: answers of the team, scenario by scenario, findings, follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.models import Experiment
from chaos.gamedays.domain.states import FollowUpKind, Tri
from chaos.gamedays.models import Scenario
from chaos.gamedays.services.follow_ups import FollowUpDraft
from chaos.gamedays.services.wrapping import WrapUpDraft
from reliability.access.models import User
from reliability.catalog.models import Layer, Service
from reliability.web.field_messages import CHOICE, chosen, needed

TEXT_MAX = 5_000
TITLE_MAX = 160
_TRI = [(Tri.YES.value, "Yes"), (Tri.NO.value, "No"), (Tri.PENDING.value, "Not known")]

KINDS = {
    FollowUpKind.PREVENT: "Prevent: it cannot happen again",
    FollowUpKind.DETECT: "Detect: it is noticed sooner",
    FollowUpKind.MITIGATE: "Mitigate: it hurts less",
    FollowUpKind.CORRECT: "Correct: put right what it left",
}


def _words(label: str, *, help_text: str = "", rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(required=False, label=label, max_length=TEXT_MAX, help_text=help_text, widget=widget)


def _tri(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=_TRI, error_messages=CHOICE)


class WrapUpForm(forms.Form):
    prefix = "wrap"

    was_right = forms.ChoiceField(
        label="Was it the right experiment?",
        choices=[(Tri.YES.value, "Yes"), (Tri.NO.value, "No"), (Tri.PENDING.value, "Not said yet")],
        error_messages=CHOICE,
        widget=forms.RadioSelect,
    )
    was_right_why = _words(
        "Why", help_text="What you would try instead. Example: rates are never slow, they are wrong: try that."
    )
    went_well = _words("What went well", help_text="Example: the alert came before support asked.")
    went_badly = _words("What went badly", help_text="Example: nobody knew where the switch is.")
    was_lucky = _words("Where we were lucky", help_text="Example: Ben was at his desk; he wrote the switch.")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def draft(self) -> WrapUpDraft:
        """Of a valid form."""
        data = self.cleaned_data
        words = ("was_right_why", "went_well", "went_badly", "was_lucky")
        return WrapUpDraft(was_right=Tri(data["was_right"]), **{name: data[name] for name in words})


class JudgeForm(forms.Form):
    """What people say of one scenario; a run's own verdict counts before theirs."""

    held = _tri("The hypothesis held")
    responded = _tri("People did what was expected")
    faults_gone = _tri("The fault is gone")
    learnt = _words("What we learnt", help_text="Example: the alert names the objective, not what to do.")
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scenario: Scenario, **kwargs: Any) -> None:
        kwargs["prefix"] = f"judge-{scenario.pk}"  # several of them are on one page
        super().__init__(*args, **kwargs)
        self.scenario = scenario


def _scenario_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(required=False, label="Scenario", coerce=int, empty_value=None, error_messages=CHOICE)


def _offer(field: forms.Field, scenarios: Sequence[Scenario]) -> None:
    named = [(one.pk, f"{one.position}. {one.title}") for one in scenarios]
    field.choices = [("", "None of them"), *named]  # type: ignore[attr-defined]  # of a ChoiceField


class FindingForm(forms.Form):
    """A weakness; it is put into the vulnerability backlog."""

    prefix = "finding"

    title = forms.CharField(
        max_length=TITLE_MAX,
        label="What is weak",
        help_text="Example: The shop waits for rates without a time-out",
        error_messages=needed("write what is weak in one line"),
    )
    text = _words("More", help_text="What was seen, and what it would do on a bad day.")
    layer = forms.ChoiceField(
        label="Layer",
        choices=Layer.choices,
        initial=Layer.COMPONENT,
        help_text="Where in the stack.",
        error_messages=CHOICE,
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None",
        to_field_name="name",
        error_messages=chosen("a service"),
    )
    scenario = _scenario_field()

    def __init__(self, *args: Any, services: QuerySet[Service], scenarios: Sequence[Scenario], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        _offer(self.fields["scenario"], scenarios)


class FollowUpForm(forms.Form):
    """Something to be done; with an experiment, the first later run that holds proves it."""

    prefix = "follow"

    title = forms.CharField(
        max_length=TITLE_MAX,
        label="What is to be done",
        help_text="Example: Give the call for rates a time-out of one second",
        error_messages=needed("write what is to be done in one line"),
    )
    kind = forms.ChoiceField(
        label="Kind", choices=[(kind.value, words) for kind, words in KINDS.items()], error_messages=CHOICE
    )
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Owner",
        empty_label="Nobody yet",
        error_messages=chosen("a person"),
    )
    due_on = forms.DateField(
        required=False,
        label="Due",
        help_text="Its owner is reminded.",
        error_messages={"invalid": "write a date, such as 2027-01-31"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    tracker_url = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="In the tracker",
        help_text="Example: https://tracker.example.com/SHOP-412",
        error_messages={"invalid": "write a whole address, such as https://tracker.example.com/SHOP-412"},
    )
    experiment = forms.ModelChoiceField(
        queryset=Experiment.objects.none(),
        required=False,
        label="Proven by",
        empty_label="No experiment",
        to_field_name="slug",
        help_text="Its first later run that holds closes this.",
        error_messages=chosen("an experiment"),
    )
    text = _words("More")
    scenario = _scenario_field()
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        people: QuerySet[User],
        experiments: QuerySet[Experiment],
        scenarios: Sequence[Scenario] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["experiment"].queryset = experiments  # type: ignore[attr-defined]  # of a ModelChoiceField
        if scenarios is None:
            del self.fields["scenario"]
            return
        _offer(self.fields["scenario"], scenarios)

    def draft(self) -> FollowUpDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return FollowUpDraft(
            title=data["title"],
            kind=FollowUpKind(data["kind"]),
            text=data["text"],
            owner_id=data["owner"].pk if data["owner"] else None,
            due_on=data["due_on"],
            tracker_url=data["tracker_url"],
            experiment=data["experiment"].slug if data["experiment"] else "",
        )


class CorrectionForm(forms.Form):
    prefix = "correction"

    text = forms.CharField(
        label="Add to the record",
        max_length=TEXT_MAX,
        help_text="What is written stays; this is added below with your name. Example: it was 14:12, not 14:21.",
        error_messages=needed("write what is to be added"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
