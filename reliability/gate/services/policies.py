"""Error-budget policies: written, changed with a new version, deleted, chosen for services; each audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.gate.domain.terms import Terms, mistakes_of, tidied, to_json
from reliability.gate.models import BudgetPolicy, BudgetPolicyVersion, PolicyChoice
from reliability.gate.selectors.policies import names_of_objectives
from reliability.gate.services.evaluating import evaluate, evaluate_policy
from reliability.gate.services.turns import take_turn
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "budget_policy"
_NAME_MAX = 160
_REASON_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy as people write it. is_team_default: another default of the team is one no more."""

    title: str
    terms: Terms
    is_team_default: bool = False


def create(*, caller: Caller, team_id: int, draft: PolicyDraft, now: datetime, reason: str = "") -> BudgetPolicy:
    """Raises NotFound, Forbidden (editors), Invalid with each field, Conflict when there are too many."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    with transaction.atomic():
        take_turn(team_id=team_id)
        if BudgetPolicy.objects.filter(team_id=team_id).count() >= settings.GATE_POLICIES_PER_TEAM_MAX:
            most = settings.GATE_POLICIES_PER_TEAM_MAX
            raise Conflict(f"the team has {most} policies: delete some first", reason="too_many")
        draft = _checked(team_id, draft, None)
        _make_room_for_default(team_id, draft, None)
        row = BudgetPolicy(
            team_id=team_id,
            title=draft.title,
            is_team_default=draft.is_team_default,
            content=to_json(draft.terms),
            created_at=now,
            updated_at=now,
            updated_by_name=caller.name[:_NAME_MAX],
        )
        row.save(force_insert=True)
        _keep_version(row, caller, now, reason)
        _record(caller, "create", row, now, reason, {name: [None, value] for name, value in _seen(row).items()})
        evaluate_policy(policy=row, now=now)
    return row


def change(
    *,
    caller: Caller,
    policy: BudgetPolicy,
    draft: PolicyDraft,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
) -> BudgetPolicy:
    """A new version, when anything differs. Raises NotFound, Forbidden, Invalid, Conflict (somebody was quicker)."""
    with transaction.atomic():
        take_turn(team_id=policy.team_id)
        row = _held(caller, policy)
        draft = _checked(row.team_id, draft, row.pk)
        if expected_revision is not None and row.revision != expected_revision:
            raise _changed_meanwhile(row)
        before = _seen(row)
        row.title, row.content = draft.title, to_json(draft.terms)
        row.is_team_default = draft.is_team_default
        changes = audit.changes_between(old=before, new=_seen(row))
        if not changes:
            return row
        _make_room_for_default(row.team_id, draft, row.pk)
        row.revision += 1
        row.updated_at, row.updated_by_name = now, caller.name[:_NAME_MAX]
        row.save(update_fields=("title", "content", "is_team_default", "revision", "updated_at", "updated_by_name"))
        _keep_version(row, caller, now, reason)
        _record(caller, "update", row, now, reason, changes)
        evaluate_policy(policy=row, now=now)
        evaluate(service_ids=_services_of_team(row.team_id), now=now)
    return row


def remove(*, caller: Caller, policy: BudgetPolicy, now: datetime, reason: str = "") -> None:
    """Services that it was chosen for have their team's default again. Raises NotFound, Forbidden."""
    with transaction.atomic():
        row = _held(caller, policy)
        _record(caller, "delete", row, now, reason, {name: [value, None] for name, value in _seen(row).items()})
        concerned = set(row.periods.filter(left_at=None).values_list("service_id", flat=True))
        concerned |= set(row.choices.values_list("service_id", flat=True)) | set(_services_of_team(row.team_id))
        row.delete()
        evaluate(service_ids=sorted(concerned), now=now)


def choose(*, caller: Caller, service: Service, choice: str, now: datetime) -> None:
    """choice: "default" for the team's, "none" for no policy, else the id of a policy of the service's team.

    Raises NotFound, Forbidden (editors of the service's team), Invalid.
    """
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    policy = None
    if choice not in ("default", "none"):
        own = BudgetPolicy.objects.filter(team_id=service.team_id)
        policy = (
            own.filter(pk=int(choice)).first() if choice.isascii() and choice.isdigit() and len(choice) < 18 else None
        )
        if policy is None:
            raise Invalid(details=[{"field": "policy", "message": "is no policy of the service's team: choose again"}])
    with transaction.atomic():
        old = PolicyChoice.objects.filter(service=service).select_related("policy").first()
        before = "default" if old is None else str(old.policy or "none")
        if choice == "default":
            PolicyChoice.objects.filter(service=service).delete()
        else:
            values = {"policy": policy, "at": now, "by_name": caller.name[:_NAME_MAX]}
            PolicyChoice.objects.update_or_create(service=service, defaults=values)
        after = str(policy) if policy is not None else choice
        if before != after:
            audit.record(
                caller=caller,
                action="service.choose_policy",
                object_kind="service",
                object_name=service.name,
                team_id=service.team_id,
                now=now,
                changes={"policy": [before, after]},
            )
        evaluate(service_ids=[service.pk], now=now)


def _checked(team_id: int, draft: PolicyDraft, own_pk: int | None) -> PolicyDraft:
    title = " ".join(draft.title.split())
    draft = PolicyDraft(title=title, terms=tidied(draft.terms), is_team_default=draft.is_team_default)
    names = names_of_objectives(team_id=team_id)
    details = [
        {"field": field, "message": message}
        for field, message in mistakes_of(title=title, terms=draft.terms, slo_names=names)
    ]
    same = BudgetPolicy.objects.filter(team_id=team_id, title=title).exclude(pk=own_pk)
    if not details and same.exists():
        details.append({"field": "title", "message": "another policy of the team has this title: choose another one"})
    if details:
        raise Invalid(details=details)
    return draft


def _make_room_for_default(team_id: int, draft: PolicyDraft, own_pk: int | None) -> None:
    if draft.is_team_default:
        others = BudgetPolicy.objects.filter(team_id=team_id, is_team_default=True).exclude(pk=own_pk)
        others.update(is_team_default=False)


def _services_of_team(team_id: int) -> list[int]:
    return list(Service.objects.filter(team_id=team_id).order_by("pk").values_list("pk", flat=True))


def _held(caller: Caller, policy: BudgetPolicy) -> BudgetPolicy:
    rows = BudgetPolicy.objects.select_for_update(of=("self",)).select_related("team")
    row: BudgetPolicy | None = rows.filter(pk=policy.pk).first()
    if row is None or not caller.may_read(row.team_id):
        raise NotFound("this policy is not there any more")
    require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
    return row


def _changed_meanwhile(row: BudgetPolicy) -> Conflict:
    return Conflict(
        f"{row.updated_by_name or 'somebody'} changed this at {row.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        "after you opened it: your change is not saved; compare both and save again",
        reason="changed_meanwhile",
    )


def _keep_version(row: BudgetPolicy, caller: Caller, now: datetime, reason: str) -> None:
    BudgetPolicyVersion.objects.create(
        policy=row,
        number=row.revision,
        title=row.title,
        content=row.content,
        at=now,
        by_name=caller.name[:_NAME_MAX],
        reason=reason.strip()[:_REASON_MAX],
    )


def _seen(row: BudgetPolicy) -> dict[str, Any]:
    return {"title": row.title, "is_team_default": row.is_team_default, **row.content}


def _record(
    caller: Caller, verb: str, row: BudgetPolicy, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=f"#{row.pk} {row.title}",
        team_id=row.team_id,
        now=now,
        changes=changes,
        reason=reason[:_REASON_MAX],
    )
