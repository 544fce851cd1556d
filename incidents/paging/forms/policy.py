"""The forms of one page that make a policy: what it is, its steps, its last resort."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from incidents.paging.domain.policies import PolicyDraft, StepDraft
from incidents.paging.forms.choices import Choices
from incidents.paging.forms.identity import PolicyForm
from incidents.paging.forms.step import LAST_RESORT, RawStep, RawSteps, StepForm
from reliability.web.errors import ProblemError

_STEP = re.compile(r"steps\[(\d+)\]")
_FIELDS = {"ack_timeout": "ack_timeout_minutes"}


@dataclass(frozen=True, slots=True)
class PolicyForms:
    policy: PolicyForm
    steps: tuple[StepForm, ...]
    last_resort: StepForm

    @classmethod
    def showing(cls, *, choices: Choices, initial: dict[str, Any], raw: RawSteps, is_new: bool) -> PolicyForms:
        """Not sent yet, or rearranged: without errors."""
        return cls(
            PolicyForm(initial=initial, choices=choices, is_new=is_new),
            tuple(
                _step(choices, raw_step, index, initial=raw_step.to_initial())
                for index, raw_step in enumerate(raw.steps)
            ),
            _step(choices, raw.last_resort, len(raw.steps), is_last=True, initial=raw.last_resort.to_initial()),
        )

    @classmethod
    def sent(cls, *, choices: Choices, data: QueryDict, initial: dict[str, Any], is_new: bool) -> PolicyForms:
        """Bound to what was typed."""
        raw = RawSteps.of(data)
        return cls(
            PolicyForm(data, initial=initial, choices=choices, is_new=is_new),
            tuple(_step(choices, raw_step, index, data=data) for index, raw_step in enumerate(raw.steps)),
            _step(choices, raw.last_resort, len(raw.steps), is_last=True, data=data),
        )

    def parts(self) -> list[forms.Form]:
        return [self.policy, *self.steps, self.last_resort]

    def is_valid(self) -> bool:
        return not any(part.errors for part in self.parts())

    def draft(self) -> PolicyDraft:
        """What the person asks for. Only on valid forms."""
        fields = self.policy.cleaned_data
        drafts = [step.draft() for step in self.steps]
        return PolicyDraft(
            slug=fields["slug"],
            title=fields["title"],
            team_id=fields["team"].pk,
            steps=tuple(draft for draft in drafts if draft is not None),
            last_resort=self.last_resort.draft(),
            description=fields["description"],
            repeat=fields["repeat"],
            ack_timeout_minutes=fields["ack_timeout_minutes"],
            is_team_default=fields["is_team_default"],
            service_ids=frozenset(service.pk for service in fields["services"]) | self.policy.choices.kept_service_ids,
        )

    def take(self, problem: ProblemError) -> None:
        """Show a refusal at the fields it speaks of; what has no field stands above the form."""
        for detail in problem.details or [{"message": problem.message}]:
            form, field = self._place(str(detail.get("field") or ""))
            form.add_error(field, str(detail.get("message") or problem.message))

    def _place(self, path: str) -> tuple[forms.Form, str | None]:
        found = _STEP.match(path)
        if found or path.startswith("last_resort"):
            index = int(found[1]) if found else 0
            form = self.steps[index] if found and index < len(self.steps) else self.last_resort
            return form, "delay" if path.endswith(".delay") else None
        name = _FIELDS.get(path, path)
        is_shown = name in self.policy.fields and name != "revision"
        return self.policy, name if is_shown else None

    @property
    def refusals(self) -> list[str]:
        """Sentences that belong to no single field of the policy."""
        return [str(error) for error in self.policy.non_field_errors()]

    @property
    def error_count(self) -> int:
        return sum(len(part.errors) for part in self.parts())


def raw_of(*, draft: PolicyDraft, choices: Choices) -> RawSteps:
    """The steps of a stored policy as they would have been typed."""

    def raw(step: StepDraft) -> RawStep:
        targets = tuple(choices.value_of(target) for target in step.targets)
        return RawStep(str(step.delay_minutes), step.round_robin, targets)

    last = raw(draft.last_resort) if draft.last_resort else RawStep(delay="30")
    return RawSteps(tuple(raw(step) for step in draft.steps), last)


def _step(choices: Choices, raw: RawStep, index: int, *, is_last: bool = False, **bound: Any) -> StepForm:
    return StepForm(
        choices=choices,
        targets=len(raw.targets),
        number=index,
        is_last_resort=is_last,
        prefix=LAST_RESORT if is_last else f"step-{index}",
        **bound,
    )
