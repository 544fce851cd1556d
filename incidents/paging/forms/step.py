"""One step of a policy in its form, and rearranging steps without JavaScript: every button sends the whole form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings

from incidents.paging.domain.policies import StepDraft
from incidents.paging.forms.choices import Choices

LAST_RESORT = "last"
_ACTION = re.compile(
    r"(?P<verb>up|down|remove|add-target|drop-target)-(?P<step>\d{1,3}|last)(?:-(?P<target>\d{1,3}))?\Z"
)


@dataclass(frozen=True, slots=True)
class RawStep:
    """A step as it is typed, be it wrong: what survives rearranging. targets: chosen values, blank for none yet."""

    delay: str = "5"
    round_robin: bool = False
    targets: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, data: Mapping[str, Any], prefix: str) -> RawStep:
        targets: list[str] = []
        while (name := f"{prefix}-target_{len(targets)}") in data and len(targets) <= settings.POLICY_TARGETS_MAX:
            targets.append(str(data[name]))
        return cls(
            delay=str(data.get(f"{prefix}-delay", "")),
            round_robin=bool(data.get(f"{prefix}-round_robin")),
            targets=tuple(targets) or ("",),
        )

    def to_initial(self) -> dict[str, Any]:
        named = {f"target_{index}": value for index, value in enumerate(self.targets)}
        return {"delay": self.delay, "round_robin": self.round_robin} | named


@dataclass(frozen=True, slots=True)
class RawSteps:
    steps: tuple[RawStep, ...]
    last_resort: RawStep

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> RawSteps:
        steps: list[RawStep] = []
        while f"step-{len(steps)}-delay" in data and len(steps) <= settings.POLICY_STEPS_MAX:
            steps.append(RawStep.of(data, f"step-{len(steps)}"))
        return cls(tuple(steps), RawStep.of(data, LAST_RESORT))

    def rearranged(self, action: str) -> RawSteps | None:
        """After pressing the button *action*: add-step, up-1, down-0, remove-2, add-target-0, drop-target-0-1 …

        None for what is no such button.
        """
        if action == "add-step":
            return replace(self, steps=(*self.steps, RawStep()))
        found = _ACTION.match(action)
        if found is None:
            return None
        verb, target = found["verb"], int(found["target"] or 0)
        if found["step"] == LAST_RESORT:
            return replace(self, last_resort=_with_targets(self.last_resort, verb, target))
        index = int(found["step"])
        if index >= len(self.steps):
            return self
        steps = list(self.steps)
        if verb == "remove":
            del steps[index]
        elif verb in ("up", "down"):
            other = index + (-1 if verb == "up" else 1)
            if 0 <= other < len(steps):
                steps[index], steps[other] = steps[other], steps[index]
        else:
            steps[index] = _with_targets(steps[index], verb, target)
        return replace(self, steps=tuple(steps))


def _with_targets(step: RawStep, verb: str, target: int) -> RawStep:
    if verb == "add-target":
        return replace(step, targets=(*step.targets, ""))
    if verb == "drop-target":
        return replace(step, targets=(*step.targets[:target], *step.targets[target + 1 :]) or ("",))
    return step


class StepForm(forms.Form):
    """Delay, targets, round robin. A last resort may be empty; any other step names at least one target."""

    delay = forms.IntegerField(
        min_value=1,
        label="Minutes until the next step",
        error_messages={"required": "write whole minutes, such as 5", "invalid": "write whole minutes, such as 5"},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    round_robin = forms.BooleanField(required=False, label="One of them at a time, in turn")

    def __init__(
        self, *args: Any, choices: Choices, targets: int, number: int, is_last_resort: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.number = number
        self.is_last_resort = is_last_resort
        self.fields["delay"].widget.attrs["max"] = settings.POLICY_DELAY_MINUTES_MAX
        if is_last_resort:
            self.fields["delay"].label = "Minutes until everything was tried"
        for index in range(targets):
            self.fields[f"target_{index}"] = forms.ChoiceField(
                choices=choices.targets,
                required=False,
                label=f"Whom to tell {index + 1}" if index else "Whom to tell",
                error_messages={"invalid_choice": "choose one of the list: that one is gone, or not yours to see"},
            )

    @property
    def key(self) -> str:
        """How buttons name this step."""
        return LAST_RESORT if self.is_last_resort else str(self.number)

    @property
    def target_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("target_")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_last_resort and not any(self._chosen()) and not self.errors:
            self.add_error("target_0", "choose at least one person, schedule, team or channel")
        return cleaned

    def draft(self) -> StepDraft | None:
        """Only of a valid form; None for a last resort that is left empty."""
        targets = tuple(self.choices.target_of(value) for value in self._chosen())
        if not targets:
            return None
        return StepDraft(self.cleaned_data["delay"], targets, self.cleaned_data["round_robin"])

    def _chosen(self) -> list[str]:
        values = [self.cleaned_data.get(name) for name in self.fields if name.startswith("target_")]
        return [value for value in values if value]
