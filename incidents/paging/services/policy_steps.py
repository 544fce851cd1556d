"""Writing the steps of a policy."""

from __future__ import annotations

from incidents.paging.domain.frozen import TargetKind
from incidents.paging.domain.policies import PolicyDraft, StepDraft
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget

_COLUMNS = {
    TargetKind.USER: "user_id",
    TargetKind.SCHEDULE: "schedule_id",
    TargetKind.TEAM: "team_id",
    TargetKind.CHANNEL: "channel_id",
}


def write(*, policy: EscalationPolicy, draft: PolicyDraft) -> None:
    """Replace the steps. A round robin at the same position goes on where it was."""
    turns = dict(policy.steps.filter(round_robin=True).values_list("position", "turn"))
    policy.steps.all().delete()
    for position, (_, step) in enumerate(draft.placed_steps()):
        _write_step(policy, step, position, turns.get(position, 0), is_last_resort=step is draft.last_resort)


def _write_step(policy: EscalationPolicy, step: StepDraft, position: int, turn: int, *, is_last_resort: bool) -> None:
    row = PolicyStep.objects.create(
        policy=policy,
        position=position,
        delay_minutes=step.delay_minutes,
        round_robin=step.round_robin,
        turn=turn if step.round_robin else 0,
        is_last_resort=is_last_resort,
    )
    StepTarget.objects.bulk_create(
        StepTarget(step=row, position=index, **{_COLUMNS[target.kind]: target.id})
        for index, target in enumerate(step.targets)
    )
