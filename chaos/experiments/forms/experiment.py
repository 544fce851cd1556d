"""The form of an experiment: its document as text, and what people read about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.domain.kinds import Kind
from chaos.experiments.domain.names import slug_mistake
from chaos.experiments.models import Experiment
from chaos.experiments.services.drafts import (
    DEADLINE_SECONDS_MAX,
    NOTE_LENGTH_MAX,
    OBJECTIVE_SECONDS_MAX,
    TITLE_LENGTH_MAX,
    WEIGHT_MAX,
    WORDS_LENGTH_MAX,
    ExperimentDraft,
)
from reliability.access.models import Team
from reliability.catalog.models import Layer, Service
from reliability.web.field_messages import chosen, needed, number

# What a new experiment begins with: it is valid as soon as its target is one of the team's.
FIRST_TEXT = """\
title: Orders survive slow payments
description: What happens to orders while payments answer 400 ms late.
tags: [latency]

steady-state-hypothesis:
  title: Orders are still placed
  probes:
    - type: probe
      name: the shop answers
      tolerance: 200
      provider:
        type: http
        url: http://127.0.0.1:8080/
        timeout: 3

method:
  - type: action
    name: payments answer late
    provider:
      type: python
      module: chaos.injectors.toxiproxy
      func: latency
      arguments:
        target: payments-proxy
        latency_ms: 400
    pauses:
      after: 60

rollbacks: []
"""


def _words(label: str, *, help_text: str, rows: int = 2) -> forms.CharField:
    return forms.CharField(
        required=False,
        label=label,
        max_length=WORDS_LENGTH_MAX,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _seconds(label: str, *, most: int, help_text: str, is_required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        required=is_required,
        label=label,
        min_value=0,
        max_value=most,
        help_text=help_text,
        error_messages=number("write whole seconds", low=0, high=most),
    )


class ExperimentForm(forms.Form):
    """A new experiment, or a new version of one (is_new False: its address stays)."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        empty_label=None,
        to_field_name="slug",
        error_messages=chosen("a team"),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None",
        to_field_name="name",
        help_text="Whose resilience it tells of, and whose objectives are watched meanwhile. A service of the team.",
        error_messages=chosen("a service"),
    )
    title = forms.CharField(
        required=False, max_length=TITLE_LENGTH_MAX, label="Name", help_text="Blank: the title of the document."
    )
    slug = forms.CharField(
        required=False,
        max_length=63,
        label="Address",
        help_text="It stands in addresses and files. Blank: made from the name. Example: orders-survive-slow-payments",
    )
    kind = forms.ChoiceField(label="Kind", choices=[(one.value, one.words.capitalize()) for one in Kind])
    layer = forms.ChoiceField(
        label="Layer", choices=Layer.choices, help_text="Where in the stack the fault is put.", initial=Layer.COMPONENT
    )
    hypothesis = _words(
        "Hypothesis",
        help_text="One sentence that may turn out to be wrong. Blank: the title of the document's hypothesis. "
        "Example: Orders are placed within 400 ms while payments answer late.",
    )
    blast_radius = _words(
        "Blast radius",
        help_text="Who notices if the hypothesis is wrong. Example: at most the orders of one minute, in one region.",
    )
    teaches = _words(
        "What it teaches", help_text="Example: whether the time-out of checkout is shorter than people wait."
    )
    weight = forms.IntegerField(
        label="Weight",
        initial=1,
        min_value=1,
        max_value=WEIGHT_MAX,
        help_text="How much it counts in the resilience of its service, 1 to 10.",
        error_messages=number("write a whole number", low=1, high=WEIGHT_MAX),
    )
    deadline_seconds = _seconds(
        "Deadline, seconds",
        most=DEADLINE_SECONDS_MAX,
        help_text="From the first fault on: whatever is in place then is taken back.",
        is_required=True,
    )
    rto_objective_seconds = _seconds(
        "Recovery time objective, seconds", most=OBJECTIVE_SECONDS_MAX, help_text="Of disaster recovery trials only."
    )
    rpo_objective_seconds = _seconds(
        "Recovery point objective, seconds",
        most=OBJECTIVE_SECONDS_MAX,
        help_text="Of disaster recovery trials only: how much may be lost.",
    )
    text = forms.CharField(
        label="Document",
        strip=False,
        error_messages=needed("write the experiment: at least title, description and method"),
        widget=forms.Textarea(
            attrs={
                "rows": 28,
                "class": "code",
                "spellcheck": "false",
                "wrap": "off",
                "data-numbered": "",
                "autocapitalize": "off",
            }
        ),
    )
    note = forms.CharField(
        required=False,
        max_length=NOTE_LENGTH_MAX,
        label="What this version changes",
        help_text="Stands beside the version. Example: half the latency, as agreed with payments.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        for name in ("slug",) if not is_new else ("note", "revision"):
            del self.fields[name]

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if slug and (mistake := slug_mistake(slug)):
            raise forms.ValidationError(mistake)
        return slug

    def draft(self, *, kept: Experiment | None = None) -> ExperimentDraft:
        """Of a valid form. kept: the experiment that it changes: what the form does not show stays."""
        data = self.cleaned_data
        numbers = ("weight", "deadline_seconds", "rto_objective_seconds", "rpo_objective_seconds")
        words = ("kind", "layer", "hypothesis", "blast_radius", "teaches")
        return ExperimentDraft(
            team_id=data["team"].pk,
            text=data["text"].replace("\r\n", "\n"),
            slug=data.get("slug", ""),
            title=data["title"],
            service_id=data["service"].pk if data["service"] else None,
            template=kept.template if kept else "",
            note=data.get("note", ""),
            **{name: data[name] for name in (*words, *numbers)},
        )
