"""Policies as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from incidents.paging.domain.frozen import FrozenPolicy, FrozenStep, FrozenTarget, TargetKind
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from incidents.paging.selectors.targets import HIDDEN_WORDS, Key


def frozen_policy(*, policy: EscalationPolicy) -> FrozenPolicy:
    """The policy as it is now; ask selectors.policies for it, with its steps and targets at hand."""
    steps = list(policy.steps.all())
    last_resort = next((_step(step) for step in steps if step.is_last_resort), None)
    return FrozenPolicy(
        slug=policy.slug,
        title=policy.title,
        steps=tuple(_step(step) for step in steps if not step.is_last_resort),
        repeat=policy.repeat,
        ack_timeout=timedelta(minutes=policy.ack_timeout_minutes) if policy.ack_timeout_minutes else None,
        last_resort=last_resort,
    )


def frozen_target(target: StepTarget) -> FrozenTarget:
    """The target with its name as of now."""
    if target.user is not None:
        return FrozenTarget(TargetKind.USER, target.user.pk, str(target.user))
    if target.schedule is not None:
        return FrozenTarget(TargetKind.SCHEDULE, target.schedule.pk, target.schedule.title)
    if target.team is not None:
        return FrozenTarget(TargetKind.TEAM, target.team.pk, target.team.name)
    if target.channel is not None:
        return FrozenTarget(TargetKind.CHANNEL, target.channel.pk, target.channel.title)
    raise AssertionError  # pragma: no cover  the database holds one of the four


def _step(step: PolicyStep) -> FrozenStep:
    targets: Iterable[StepTarget] = step.targets.all()
    return FrozenStep(
        delay=timedelta(minutes=step.delay_minutes),
        targets=tuple(frozen_target(target) for target in targets),
        round_robin=step.round_robin,
        turn=step.turn,
    )


def masked(*, frozen: FrozenPolicy, visible: set[Key]) -> FrozenPolicy:
    """The same policy with other words for what is not in *visible*: for showing, never for storing."""

    def shown(step: FrozenStep) -> FrozenStep:
        return replace(step, targets=tuple(masked_target(target, visible) for target in step.targets))

    return replace(
        frozen,
        steps=tuple(shown(step) for step in frozen.steps),
        last_resort=shown(frozen.last_resort) if frozen.last_resort else None,
    )


def masked_target(target: FrozenTarget, visible: set[Key]) -> FrozenTarget:
    """One target with other words for what is not in *visible*."""
    is_visible = (target.kind, target.id) in visible
    return target if is_visible else replace(target, name=HIDDEN_WORDS[target.kind])
