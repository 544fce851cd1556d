"""Writing an action: what is to be done, by whom, until when, and how it is proven."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.models import Experiment
from incidents.actions.domain.drafts import CHECK_MAX, SLO_DAYS, TEXT_MAX, TITLE_MAX, URL_MAX, ActionDraft
from incidents.actions.domain.states import Kind, Priority, Proof
from reliability.access.models import Team, User
from reliability.catalog.models import Service
from reliability.web.field_messages import CHOICE, chosen, needed, number
from slo.models import Slo


class TeamForm(forms.Form):
    """Whose action it is: what else can be chosen follows from it."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        empty_label=None,
        to_field_name="slug",
        help_text="Who does it. Its people, experiments and objectives are offered next.",
        error_messages=chosen("a team"),
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField


class ActionForm(forms.Form):
    """Of one team. revision: what was read, of one that is changed."""

    title = forms.CharField(
        max_length=TITLE_MAX,
        label="What is to be done",
        help_text="One thing that one person can finish. Example: Give the call for rates a time-out of 1 s",
        error_messages=needed("say in a few words what is to be done"),
    )
    kind = forms.ChoiceField(
        label="What it does", choices=[(kind.value, kind.words) for kind in Kind], error_messages=CHOICE
    )
    priority = forms.ChoiceField(
        label="Priority",
        choices=[(one.value, one.value.capitalize()) for one in Priority],
        initial=Priority.NORMAL.value,
        error_messages=CHOICE,
    )
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Owner",
        empty_label="Nobody yet",
        help_text="One person of the team. Without one, the team's administrators are reminded.",
        error_messages=chosen("a person"),
    )
    due_on = forms.DateField(
        required=False,
        label="Due",
        help_text="Example: 2027-01-31. The owner is reminded before it, on it, and after it.",
        error_messages={"invalid": "write a date, such as 2027-01-31"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None",
        to_field_name="name",
        help_text="Its page shows the action.",
        error_messages=chosen("a service"),
    )
    tracker_url = forms.URLField(
        required=False,
        max_length=URL_MAX,
        assume_scheme="https",
        label="In the tracker",
        help_text="Example: https://tracker.example.com/SHOP-412",
        error_messages={"invalid": "write a whole address, such as https://tracker.example.com/SHOP-412"},
    )
    text = forms.CharField(
        required=False,
        max_length=TEXT_MAX,
        label="More",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Markdown. Why it helps, and what done means. Example: Orders go on with the last known rate.",
    )
    proof = forms.ChoiceField(
        label="How it is proven",
        choices=[(proof.value, proof.words) for proof in Proof],
        help_text="What shows that it worked, after it is done. It can be closed without, with a reason that stays.",
        error_messages=CHOICE,
    )
    experiment = forms.ModelChoiceField(
        queryset=Experiment.objects.none(),
        required=False,
        label="The experiment",
        empty_label="Choose one of the team",
        to_field_name="slug",
        help_text="A real run that begins after this is done must hold. One that deviates opens it again.",
        error_messages=chosen("an experiment"),
    )
    slo = forms.ModelChoiceField(
        queryset=Slo.objects.none(),
        required=False,
        label="The objective",
        empty_label="Choose an objective",
        to_field_name="name",
        help_text="It is measured from when this is done. Days without data never count as met.",
        error_messages=chosen("an objective"),
    )
    slo_days = forms.IntegerField(
        required=False,
        min_value=SLO_DAYS[0],
        max_value=SLO_DAYS[1],
        initial=14,
        label="For how many days",
        help_text="Example: 14",
        error_messages=number("write a number of days, such as 14", low=SLO_DAYS[0], high=SLO_DAYS[1]),
    )
    checker = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Who checks it",
        empty_label="Choose somebody other than the owner",
        help_text="They are asked once it is done, and say in their words what they saw.",
        error_messages=chosen("a person"),
    )
    check_text = forms.CharField(
        required=False,
        max_length=CHECK_MAX,
        label="What they look at",
        help_text="Example: The runbook names the new switch, and a newcomer finds it.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        people: QuerySet[User],
        services: QuerySet[Service],
        experiments: QuerySet[Experiment],
        slos: QuerySet[Slo],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = {"owner": people, "checker": people, "service": services, "experiment": experiments, "slo": slos}
        for name, queryset in offered.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # of a ModelChoiceField

    def draft(self, *, incident_id: int | None) -> ActionDraft:
        """Of a valid form."""
        data = self.cleaned_data
        chosen_ids: dict[str, Any] = {
            f"{name}_id": data[name].pk if data[name] else None
            for name in ("owner", "service", "experiment", "slo", "checker")
        }
        names = ("title", "kind", "priority", "due_on", "tracker_url", "text", "proof", "slo_days", "check_text")
        return ActionDraft(incident_id=incident_id, **{name: data[name] for name in names}, **chosen_ids)
