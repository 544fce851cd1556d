"""Creating, changing, deleting escalation policies, and freezing one when an escalation begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError

from incidents.paging.domain.frozen import FrozenPolicy, TargetKind
from incidents.paging.domain.policies import Bounds, Mistake, PolicyDraft, StepDraft, TargetDraft, mistakes_of
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from incidents.paging.selectors.frozen import frozen_policy, frozen_target
from incidents.paging.selectors.policies import with_steps
from incidents.paging.selectors.targets import Key, visible_keys
from incidents.paging.services import policy_services
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "escalation_policy"
_OWN_FIELDS = ("slug", "title", "description", "repeat", "ack_timeout_minutes", "is_team_default")
_COLUMNS = {
    TargetKind.USER: "user_id",
    TargetKind.SCHEDULE: "schedule_id",
    TargetKind.TEAM: "team_id",
    TargetKind.CHANNEL: "channel_id",
}


def freeze(*, policy_id: int, now: datetime) -> FrozenPolicy:
    """The policy as it is at *now*; whose turn it is in its round robins moves on in the caller's transaction.

    Raises NotFound when it was deleted meanwhile.
    """
    with transaction.atomic():
        # The update comes first: it holds the rows, so that of two at once each gets its own turn.
        PolicyStep.objects.filter(policy_id=policy_id, round_robin=True).update(turn=F("turn") + 1)
        policy = _loaded(policy_id)
    return frozen_policy(policy=policy)


def create(*, caller: Caller, draft: PolicyDraft, now: datetime, reason: str = "") -> EscalationPolicy:
    """Raises Invalid with field paths, Conflict when the slug is taken, Forbidden, NotFound (of the team)."""
    require(caller=caller, team_id=draft.team_id, role=Role.EDITOR)
    _refuse([*mistakes_of(draft, bounds=bounds()), *_unseen(caller, draft, named=frozenset())])
    with transaction.atomic():
        _make_room_for_default(caller, draft, now, but=None)
        policy = EscalationPolicy(team_id=draft.team_id, updated_by_name=caller.name[:160])
        _take(policy, draft)
        try:
            with transaction.atomic():
                policy.save(force_insert=True)
        except IntegrityError:
            _refuse_slug(draft.slug)
        _write_steps(policy, draft)
        policy_services.put(caller=caller, policy=policy, service_ids=draft.service_ids, now=now)
        policy = _loaded(policy.pk)
        _record(caller, "create", policy, now, reason, old={}, new=_audited(policy))
    return policy


def update(
    *,
    caller: Caller,
    policy: EscalationPolicy,
    draft: PolicyDraft,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
) -> EscalationPolicy:
    """Bring the policy to *draft*; its team stays. A draft without a difference changes nothing.

    Escalations under way keep the policy with which they began. What the policy names already stays, even where this
    caller may not see it. Raises Conflict when *expected_revision* is not the stored one; else as create.
    """
    require(caller=caller, team_id=policy.team_id, role=Role.EDITOR)
    with transaction.atomic():
        if not EscalationPolicy.objects.select_for_update(no_key=True).filter(pk=policy.pk).exists():
            raise NotFound(f"the escalation policy {policy.slug!r} has been deleted meanwhile")
        stored = _loaded(policy.pk)
        _check_revision(stored, expected_revision)
        named = frozenset(
            (target.kind, target.id) for _, step in draft_of(policy=stored).placed_steps() for target in step.targets
        )
        _refuse([*mistakes_of(draft, bounds=bounds()), *_unseen(caller, draft, named=named)])
        old = _audited(stored)
        _make_room_for_default(caller, draft, now, but=stored)
        _take(stored, draft)
        if draft.steps != draft_of(policy=stored).steps or draft.last_resort != draft_of(policy=stored).last_resort:
            _write_steps(stored, draft)
        policy_services.put(caller=caller, policy=stored, service_ids=draft.service_ids, now=now)
        stored.revision += 1
        stored.updated_by_name = caller.name[:160]
        try:
            with transaction.atomic():
                stored.save(update_fields=(*_OWN_FIELDS, "revision", "updated_by_name", "updated_at"))
        except IntegrityError:
            _refuse_slug(draft.slug)
        changed = _loaded(stored.pk)
        new = _audited(changed)
        if old == new:
            transaction.set_rollback(True)
            return policy
        _record(caller, "update", changed, now, reason, old=old, new=new)
    return changed
