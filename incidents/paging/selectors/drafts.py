"""A stored policy as a draft to change, and as the audit trail tells it."""

from __future__ import annotations

from typing import Any

from incidents.paging.domain.frozen import FrozenStep
from incidents.paging.domain.policies import PolicyDraft, StepDraft, TargetDraft
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.frozen import frozen_policy


def draft_of(*, policy: EscalationPolicy) -> PolicyDraft:
    """The policy as it is stored; ask selectors.policies for it, with everything at hand."""
    frozen = frozen_policy(policy=policy)
    return PolicyDraft(
        slug=policy.slug,
        title=policy.title,
        team_id=policy.team_id,
        steps=tuple(_step_draft(step) for step in frozen.steps),
        last_resort=_step_draft(frozen.last_resort) if frozen.last_resort else None,
        description=policy.description,
        repeat=policy.repeat,
        ack_timeout_minutes=policy.ack_timeout_minutes,
        is_team_default=policy.is_team_default,
        service_ids=frozenset(chosen.service_id for chosen in policy.services.all()),
    )


def audited(*, policy: EscalationPolicy) -> dict[str, Any]:
    """What of it the audit trail compares, in words."""
    frozen = frozen_policy(policy=policy)
    return {
        "slug": policy.slug,
        "title": policy.title,
        "description": policy.description,
        "steps": [_step_words(step) for step in frozen.steps],
        "last_resort": _step_words(frozen.last_resort) if frozen.last_resort else None,
        "repeat": policy.repeat,
        "ack_timeout_minutes": policy.ack_timeout_minutes,
        "is_team_default": policy.is_team_default,
        "services": sorted(chosen.service.name for chosen in policy.services.all()),
    }


def _step_draft(step: FrozenStep) -> StepDraft:
    targets = tuple(TargetDraft(target.kind, target.id) for target in step.targets)
    return StepDraft(step.delay.seconds // 60 + step.delay.days * 1440, targets, step.round_robin)


def _step_words(step: FrozenStep) -> str:
    names = ", ".join(f"{target.kind.value} {target.name}" for target in step.targets)
    how = " in turn" if step.round_robin else ""
    return f"{names}{how}, {step.delay.seconds // 60 + step.delay.days * 1440} min"
