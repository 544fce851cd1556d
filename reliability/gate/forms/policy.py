"""An error-budget policy: its words, and up to six rules. Shares are written in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from reliability.gate.domain.budget_rules import Action, Measure, Rule
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.domain.terms import HOLD_MINUTES_MAX, RULES_MAX, TEXT_MAX, TITLE_MAX, WHO_MAX, Terms
from reliability.gate.services.policies import PolicyDraft
from reliability.web.errors import ProblemError
from reliability.web.field_messages import CHOICE, needed, number
from reliability.web.refusals import show_refusal

_ACTIONS = {Action.FREEZE: "Freeze", Action.SHIFT_WORK: "Shift work"}
_MEASURES = {Measure.BUDGET_LEFT: "Budget left, in %", Measure.BURN_RATE_1H: "Burn rate over 1 h, ×"}
_PASSING = [kind for kind in ChangeKind if kind is not ChangeKind.CHANGE]


class PolicyForm(forms.Form):
    title = forms.CharField(
        max_length=TITLE_MAX,
        label="Title",
        help_text="Example: Error-budget policy of Payments.",
        error_messages=needed("say what people call it, such as Error-budget policy of Payments"),
    )
    is_team_default = forms.BooleanField(
        required=False,
        label="It holds for every service of the team that nobody chose another policy for",
    )
    passes = forms.MultipleChoiceField(
        required=False,
        choices=[(kind.value, kind.words[0].upper() + kind.words[1:]) for kind in _PASSING],
        widget=forms.CheckboxSelectMultiple,
        label="What a freeze lets pass",
        help_text="The pipeline says which it is; the gate answers go with a warning, and keeps it.",
        error_messages=CHOICE,
    )
    decides = forms.CharField(
        required=False,
        max_length=WHO_MAX,
        label="Who decides",
        help_text="On exceptions, and when the parties disagree. Example: the head of engineering.",
    )
    agreed_by = forms.CharField(
        required=False,
        max_length=WHO_MAX,
        label="Agreed by",
        help_text="Example: Grace Kim (engineering), Ben Ortiz (product), Eva Lindqvist (SRE).",
    )
    review_on = forms.DateField(
        required=False,
        label="Review on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="When people look at it again. Example: 2026-12-01.",
        error_messages={"invalid": "write a day, such as 2026-12-01"},
    )
    text = forms.CharField(
        required=False,
        max_length=TEXT_MAX,
        label="The agreement",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Markdown. What it means for people; the rules above are what the gate goes by.",
    )
    reason = forms.CharField(
        required=False,
        max_length=500,
        label="Why it is changed",
        help_text="Kept with the version. Example: after the review of June.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RuleForm(forms.Form):
    action = forms.ChoiceField(
        required=False,
        choices=[("", "No rule"), *((one.value, words) for one, words in _ACTIONS.items())],
        label="What happens",
        help_text="Freeze: changes wait. Shift work: they go on, with a warning.",
        error_messages=CHOICE,
    )
    slo = forms.ChoiceField(required=False, label="Of which objective", error_messages=CHOICE)
    measure = forms.ChoiceField(
        required=False,
        choices=[(one.value, words) for one, words in _MEASURES.items()],
        label="Measure",
        error_messages=CHOICE,
    )
    threshold = forms.FloatField(
        required=False,
        label="Threshold",
        help_text="Example: 25 (% left, or less), or 14.4 (× over 1 h).",
        error_messages=number("write a number"),
    )
    until = forms.FloatField(
        required=False,
        label="Until",
        help_text="Over with more than so many % left, or at so many × or less. Example: 40.",
        error_messages=number("write a number"),
    )
    hold_minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=HOLD_MINUTES_MAX,
        label="At least for, minutes",
        help_text="Example: 60.",
        error_messages=number("write whole minutes", low=0, high=HOLD_MINUTES_MAX),
    )
    work_percent = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100,
        label="Work to reliability, %",
        help_text="Of shifted work. Example: 50.",
        error_messages=number("write whole percents", low=0, high=100),
    )

    def __init__(self, *args: Any, slo_names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = str(self.initial.get("slo") or "")
        names = [*slo_names, *([stored] if stored and stored not in slo_names else [])]
        choices = [("", "Any objective of the service"), *((name, name) for name in names)]
        self.fields["slo"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField

    @property
    def is_blank(self) -> bool:
        """Of a valid form."""
        return not self.cleaned_data.get("action")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("action"):
            for name in ("threshold", "until"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, "write a number")
        return cleaned

    def rule(self) -> Rule:
        """Of a valid form that is not blank."""
        data = self.cleaned_data
        measure = Measure(data["measure"] or Measure.BUDGET_LEFT)
        unit = 100 if measure is Measure.BUDGET_LEFT else 1
        return Rule(
            action=Action(data["action"]),
            measure=measure,
            threshold=data["threshold"] / unit,
            until=data["until"] / unit,
            hold_minutes=data["hold_minutes"] or 0,
            slo=data["slo"],
            work_percent=data["work_percent"] or 0,
        )


class PolicyForms:
    """The form of a policy with those of its rules: bound together, valid together."""

    def __init__(
        self, *, data: Any, slo_names: Sequence[str], title: str = "", terms: Terms | None = None, **more: Any
    ) -> None:
        """data: what was sent, None for nothing. title, terms, more: what the forms begin with."""
        initial = {"title": title, **more} | (_initial_of(terms) if terms is not None else {})
        self.policy = PolicyForm(data, initial=initial)
        stored = [_initial_of_rule(rule) for rule in terms.rules] if terms is not None else []
        self.rules = [
            RuleForm(
                data,
                prefix=f"rule{number}",
                slo_names=slo_names,
                initial=stored[number] if number < len(stored) else {},
            )
            for number in range(RULES_MAX)
        ]

    def is_valid(self) -> bool:
        return all([self.policy.is_valid(), *(rule.is_valid() for rule in self.rules)])

    @property
    def has_errors(self) -> bool:
        return bool(self.policy.errors) or any(rule.errors for rule in self.rules)

    def draft(self) -> PolicyDraft:
        """Of valid forms."""
        data = self.policy.cleaned_data
        terms = Terms(
            rules=tuple(form.rule() for form in self.rules if not form.is_blank),
            passes=tuple(ChangeKind(one) for one in data["passes"]),
            decides=data["decides"],
            agreed_by=data["agreed_by"],
            review_on=data["review_on"],
            text=data["text"],
        )
        return PolicyDraft(title=data["title"], terms=terms, is_team_default=data["is_team_default"])

    def show(self, problem: ProblemError) -> None:
        """Mistakes of rules at their fields, the others as ever."""
        written = [form for form in self.rules if not form.is_blank]
        others = []
        for detail in problem.details:
            head, _, rest = str(detail.get("field", "")).partition(".")
            number, _, name = rest.partition(".")
            if head == "rules" and number.isdigit() and int(number) < len(written) and name in RuleForm.base_fields:
                written[int(number)].add_error(name, str(detail["message"]))
            else:
                others.append(detail)
        if others or not problem.details:
            problem.details = others
            show_refusal(self.policy, problem)


def _initial_of(terms: Terms) -> dict[str, Any]:
    names = ("decides", "agreed_by", "review_on", "text")
    return {**{name: getattr(terms, name) for name in names}, "passes": [kind.value for kind in terms.passes]}


def _initial_of_rule(rule: Rule) -> dict[str, Any]:
    unit = 100 if rule.measure is Measure.BUDGET_LEFT else 1
    return {
        "action": rule.action.value,
        "measure": rule.measure.value,
        "threshold": f"{rule.threshold * unit:.10g}",
        "until": f"{rule.until * unit:.10g}",
        "hold_minutes": rule.hold_minutes,
        "slo": rule.slo,
        "work_percent": rule.work_percent or "",
    }
