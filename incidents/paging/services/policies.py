"""Creating, changing, deleting escalation policies, and freezing one when an escalation begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError

from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.domain.policies import PolicyDraft
from incidents.paging.models import EscalationPolicy, PolicyStep
from incidents.paging.selectors.drafts import audited, draft_of
from incidents.paging.selectors.frozen import frozen_policy
from incidents.paging.selectors.policies import with_steps, with_targets
from incidents.paging.services import policy_services, policy_steps
from incidents.paging.services.policy_checks import check, check_revision, refuse_slug
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, NotFound

KIND = "escalation_policy"
_DELETED = "this escalation policy has been deleted meanwhile"
_OWN_FIELDS = ("slug", "title", "description", "repeat", "ack_timeout_minutes", "is_team_default")


def freeze(*, policy_id: int, now: datetime) -> FrozenPolicy:
    """The policy as it is at *now*; whose turn it is in its round robins moves on in the caller's transaction.

    Raises NotFound when it was deleted meanwhile.
    """
    with transaction.atomic(savepoint=False):
        # The update comes first: it holds the rows, so that of two at once each gets its own turn.
        PolicyStep.objects.filter(policy_id=policy_id, round_robin=True).update(turn=F("turn") + 1)
        policy = with_targets(EscalationPolicy.objects.filter(pk=policy_id)).order_by().first()
    if policy is None:
        raise NotFound(_DELETED)
    return _one_turn_ago(frozen_policy(policy=policy))


def create(*, caller: Caller, draft: PolicyDraft, now: datetime, reason: str = "") -> EscalationPolicy:
    """Raises Invalid with field paths, Conflict when the slug is taken, Forbidden, NotFound (of the team)."""
    require(caller=caller, team_id=draft.team_id, role=Role.EDITOR)
    check(caller=caller, draft=draft)
    policy = EscalationPolicy(team_id=draft.team_id)
    with transaction.atomic():
        _leave_default(caller=caller, draft=draft, now=now)
        _store(caller, policy, draft)
        policy_steps.write(policy=policy, draft=draft)
        policy_services.put(caller=caller, policy=policy, service_ids=draft.service_ids, now=now)
        policy = _loaded(policy.pk)
        _record(caller, "create", policy, now, reason, old={}, new=audited(policy=policy))
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
        EscalationPolicy.objects.select_for_update(no_key=True).filter(pk=policy.pk).first()
        stored = _loaded(policy.pk)
        check_revision(stored=stored, expected=expected_revision)
        before, old = draft_of(policy=stored), audited(policy=stored)
        draft = _with_unseen_services(caller, replace(draft, title=draft.title.strip(), team_id=stored.team_id), before)
        check(caller=caller, draft=draft, named=_named(before))
        if draft == before:
            return stored
        _leave_default(caller=caller, draft=draft, now=now, but=stored)
        stored.revision += 1
        _store(caller, stored, draft)
        if (draft.steps, draft.last_resort) != (before.steps, before.last_resort):
            policy_steps.write(policy=stored, draft=draft)
        policy_services.put(caller=caller, policy=stored, service_ids=draft.service_ids, now=now)
        stored = _loaded(stored.pk)
        _record(caller, "update", stored, now, reason, old=old, new=audited(policy=stored))
    return stored


def uses_of(*, policy: EscalationPolicy, caller: Caller) -> list[str]:
    """Why the policy cannot be deleted, in words; empty when it can."""
    found = []
    if policy.is_team_default:
        found.append("it is the default of its team: make another policy the default first")
    services = [chosen.service for chosen in policy.services.select_related("service").order_by("service__name")]
    if services:
        shown = [service.name for service in services if caller.may_read(service.team_id)]
        names = ", ".join(shown[:5]) or "services that you cannot see"
        found.append(f"{len(services)} service{'s follow' if len(services) > 1 else ' follows'} it ({names})")
    return found


def delete(*, caller: Caller, policy: EscalationPolicy, now: datetime, reason: str = "") -> None:
    """Raises Conflict while it is used. Escalations under way keep the copy with which they began."""
    require(caller=caller, team_id=policy.team_id, role=Role.EDITOR)
    with transaction.atomic():
        EscalationPolicy.objects.select_for_update().filter(pk=policy.pk).first()
        stored = _loaded(policy.pk)
        uses = uses_of(policy=stored, caller=caller)
        if uses:
            raise Conflict(f"{stored.title} is in use: {'; '.join(uses)}", reason="in_use")
        old = audited(policy=stored)
        _record(caller, "delete", stored, now, reason, old=old, new=dict.fromkeys(old))
        try:
            stored.delete()
        except ProtectedError as error:
            nouns = sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects})
            message = f"{stored.title} is in use by {', '.join(nouns)}: choose another policy there first"
            raise Conflict(message, reason="in_use") from error


def _loaded(policy_id: int) -> EscalationPolicy:
    policy = with_steps(EscalationPolicy.objects.filter(pk=policy_id)).first()
    if policy is None:
        raise NotFound(_DELETED)
    return policy


def _one_turn_ago(frozen: FrozenPolicy) -> FrozenPolicy:
    """`turn` of a frozen step is how many had theirs before."""
    steps = tuple(replace(step, turn=step.turn - 1) if step.round_robin else step for step in frozen.steps)
    last = frozen.last_resort
    if last is not None and last.round_robin:
        last = replace(last, turn=last.turn - 1)
    return replace(frozen, steps=steps, last_resort=last)


def _store(caller: Caller, policy: EscalationPolicy, draft: PolicyDraft) -> None:
    is_new = policy.pk is None
    for name in _OWN_FIELDS:
        setattr(policy, name, getattr(draft, name))
    policy.title = draft.title.strip()
    policy.updated_by_name = caller.name[:160]
    changed = (*_OWN_FIELDS, "revision", "updated_by_name", "updated_at")
    try:
        with transaction.atomic():
            policy.save(force_insert=True) if is_new else policy.save(update_fields=changed)
    except IntegrityError:
        refuse_slug(draft.slug)


def _leave_default(*, caller: Caller, draft: PolicyDraft, now: datetime, but: EscalationPolicy | None = None) -> None:
    """When the draft becomes the default of its team, the one that was it is it no more."""
    if not draft.is_team_default:
        return
    Team.objects.select_for_update(no_key=True).get(pk=draft.team_id)  # of two at once one is the default
    others = EscalationPolicy.objects.select_for_update(no_key=True).filter(team_id=draft.team_id, is_team_default=True)
    for other in others.exclude(pk=but.pk if but else None):
        other.is_team_default = False
        other.revision += 1
        other.updated_by_name = caller.name[:160]
        other.save(update_fields=("is_team_default", "revision", "updated_by_name", "updated_at"))
        reason = f"{draft.title.strip()} is the default now"
        _record(caller, "update", other, now, reason, old={"is_team_default": True}, new={"is_team_default": False})


def _with_unseen_services(caller: Caller, draft: PolicyDraft, before: PolicyDraft) -> PolicyDraft:
    """Services that this caller cannot see and that follow the policy stay."""
    seen = Service.objects.readable_by(caller).filter(pk__in=before.service_ids).values_list("pk", flat=True)
    return replace(draft, service_ids=draft.service_ids | (before.service_ids - set(seen)))


def _named(draft: PolicyDraft) -> frozenset[Any]:
    return frozenset((target.kind, target.id) for _, step in draft.placed_steps() for target in step.targets)


def _record(
    caller: Caller,
    verb: str,
    policy: EscalationPolicy,
    now: datetime,
    reason: str,
    *,
    old: dict[str, Any],
    new: dict[str, Any],
) -> None:
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=policy.slug,
        team_id=policy.team_id,
        now=now,
        changes=audit.changes_between(old=old, new=new),
        reason=reason,
    )
