"""Targets: created, changed, switched off, deleted while no run names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from chaos.experiments.domain.commands import FIELD as COMMAND
from chaos.experiments.domain.commands import command_mistake
from chaos.experiments.domain.names import slug_mistake
from chaos.experiments.domain.target_config import TargetConfigError, checked_config
from chaos.experiments.models import Target
from chaos.experiments.selectors.surroundings import allowed
from chaos.experiments.selectors.targets import reach_of
from chaos.injectors.registry import injectors
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError, encrypt
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Invalid, NotFound

TITLE_LENGTH_MAX = 120
_OWN = ("service_id", "title", "config", "agent", "environment", "is_enabled")


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """config: the plain fields of the injector's `target_fields`. secrets: its secret ones.

    A secret that is absent or blank keeps its value, None forgets it. The slug and the kind stay when it is changed.
    """

    team_id: int
    service_id: int
    slug: str
    kind: str
    title: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str | None] = field(default_factory=dict)
    agent: str = ""
    environment: str = ""
    is_enabled: bool = True


def create(*, caller: Caller, draft: TargetDraft, now: datetime, reason: str = "") -> Target:
    """Raises Forbidden, NotFound, Invalid with every mistake, Conflict for a slug in use or too many."""
    require(caller=caller, team_id=draft.team_id, role=Role.EDITOR)
    most = settings.TARGETS_PER_TEAM_MAX
    if Target.objects.filter(team_id=draft.team_id).count() >= most:
        raise Conflict(f"the team has {most:,} targets: delete some first", reason="too_many")
    fields, secrets = _checked(caller, draft, old_secrets={}, old_config=None)
    target = Target(
        team_id=draft.team_id,
        slug=draft.slug,
        kind=draft.kind,
        sealed=_sealed(secrets),
        created_at=now,
        updated_at=now,
        updated_by_name=caller.name[:160],
        **fields,
    )
    try:
        with transaction.atomic():
            target.save(force_insert=True)
            changes = {name: [None, value] for name, value in _audited(target).items() if value not in ("", None)}
            changes |= {f"secret {name}": [None, "set"] for name in secrets}
            _record(caller, "target.create", target, now, reason, changes)
    except IntegrityError as error:
        message = f"there is a target {draft.slug!r} already (it may be private to another team): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "slug", "message": message}]) from error
    return target


def update(
    *,
    caller: Caller,
    target: Target,
    draft: TargetDraft,
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Target:
    """Bring it to *draft*. Raises as create, and Conflict when *expected_revision* is no longer the stored one."""
    with transaction.atomic():
        stored = _locked(target)
        require(caller=caller, team_id=stored.team_id, role=Role.EDITOR)
        _check_revision(stored, expected_revision)
        _check_what_stays(stored, draft)
        old_secrets = _readable_secrets(stored)
        before = _audited(stored)
        fields, secrets = _checked(caller, draft, old_secrets=old_secrets, old_config=stored.config)
        for name, value in fields.items():
            setattr(stored, name, value)
        changes = audit.changes_between(old=before, new=_audited(stored)) | _secret_changes(old_secrets, secrets)
        if changes:
            stored.sealed = _sealed(secrets)
            stored.revision += 1
            stored.updated_at = now
            stored.updated_by_name = caller.name[:160]
            stored.save(update_fields=(*_OWN, "sealed", "revision", "updated_at", "updated_by_name"))
            _record(caller, "target.update", stored, now, reason, changes)
    return stored


def delete(*, caller: Caller, target: Target, now: datetime, reason: str = "") -> None:
    """Raises Forbidden, NotFound, Conflict when runs name it: they must stay readable; switch it off instead."""
    require(caller=caller, team_id=target.team_id, role=Role.EDITOR)
    try:
        with transaction.atomic():
            stored = _locked(target)
            changes = {name: [value, None] for name, value in _audited(stored).items()}
            _record(caller, "target.delete", stored, now, reason, changes)
            stored.delete()
    except ProtectedError as error:
        raise Conflict(
            f"runs name {target}: switch it off instead, so that they stay readable", reason="in_use"
        ) from error


def draft_of(*, target: Target) -> TargetDraft:
    """The target as a draft to change, without secrets: those it does not name stay."""
    names = ("team_id", "service_id", "slug", "kind", "title", "config", "agent", "environment", "is_enabled")
    return TargetDraft(**{name: getattr(target, name) for name in names})


def _checked(
    caller: Caller, draft: TargetDraft, *, old_secrets: Mapping[str, str], old_config: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, str]]:
    details = [{"field": name, "message": message} for name, message in _mistakes(caller, draft)]
    config: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    injector = injectors().get(draft.kind)
    if injector is None:
        details.append({"field": "kind", "message": f"there is no such injector: there are {', '.join(injectors())}"})
    else:
        try:
            config, secrets = checked_config(
                injector=injector,
                config=draft.config,
                secrets=draft.secrets,
                old_config=old_config,
                old_secrets=old_secrets,
            )
        except TargetConfigError as error:
            details += [{"field": f"config.{name}", "message": message} for name, message in error.mistakes]
        if mistake := command_mistake(config=config, allowed=allowed()):
            details.append({"field": f"config.{COMMAND}", "message": mistake})
    if details:
        raise Invalid(details=details)
    fields = {
        "service_id": draft.service_id,
        "title": draft.title.strip() or draft.slug.replace("-", " ").capitalize(),
        "config": config,
        "agent": draft.agent.strip(),
        "environment": draft.environment.strip(),
        "is_enabled": draft.is_enabled,
    }
    return fields, secrets


def _mistakes(caller: Caller, draft: TargetDraft) -> list[tuple[str, str]]:
    found = []
    if mistake := slug_mistake(draft.slug):
        found.append(("slug", mistake))
    if len(draft.title.strip()) > TITLE_LENGTH_MAX:
        found.append(("title", f"has at most {TITLE_LENGTH_MAX} characters"))
    if draft.agent.strip() and slug_mistake(draft.agent.strip()):
        found.append(("agent", "is the name of an agent, in lower-case letters, digits and hyphens; blank: any agent"))
    if len(draft.environment.strip()) > 63:
        found.append(("environment", "has at most 63 characters"))
    team_id = Service.objects.readable_by(caller).filter(pk=draft.service_id).values_list("team_id", flat=True).first()
    if team_id is None:
        found.append(("service", "there is no such service, or it is not yours to see"))
    elif team_id != draft.team_id:
        found.append(("service", "belongs to another team: only its own team may make targets of it"))
    return found


def _check_what_stays(stored: Target, draft: TargetDraft) -> None:
    given = {
        "slug": (draft.slug, stored.slug),
        "kind": (draft.kind, stored.kind),
        "team": (draft.team_id, stored.team_id),
    }
    details = [
        {"field": name, "message": "stays as it is, since runs and documents name it: make another target"}
        for name, (new, old) in given.items()
        if new != old
    ]
    if details:
        raise Invalid(details=details)


def _check_revision(stored: Target, expected: int | None) -> None:
    if expected is None or stored.revision == expected:
        return
    message = (
        f"{stored.updated_by_name or 'somebody'} changed this target at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
        "compare both and save again"
    )
    detail = {"field": "revision", "message": message, "expected": expected, "stored": stored.revision}
    raise Conflict(message, reason="changed_meanwhile", details=[detail])


def _locked(target: Target) -> Target:
    stored: Target | None = Target.objects.select_for_update(of=("self",)).filter(pk=target.pk).first()
    if stored is None:
        raise NotFound(f"the target {target.slug!r} has been deleted meanwhile")
    return stored


def _readable_secrets(target: Target) -> dict[str, str]:
    """The stored secrets; none when their key is gone, so that they can be entered again."""
    try:
        return dict(reach_of(target=target).secrets)
    except VaultError:
        return {}


def _sealed(secrets: Mapping[str, str]) -> bytes | None:
    return encrypt(json.dumps(dict(secrets))) if secrets else None


def _secret_changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[Any]]:
    """That a secret changed, never what it is."""
    words = {name: ["set" if name in old else None, "set" if name in new else None] for name in {*old, *new}}
    return {f"secret {name}": pair for name, pair in words.items() if old.get(name) != new.get(name)}


def _audited(target: Target) -> dict[str, Any]:
    return {
        "service": Service.objects.values_list("name", flat=True).get(pk=target.service_id),
        "title": target.title,
        "kind": target.kind,
        "agent": target.agent,
        "environment": target.environment,
        "is_enabled": target.is_enabled,
        **{f"config.{name}": value for name, value in target.config.items()},
    }


def _record(
    caller: Caller, action: str, target: Target, now: datetime, reason: str, changes: dict[str, list[Any]]
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="target",
        object_name=target.slug,
        team_id=target.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
