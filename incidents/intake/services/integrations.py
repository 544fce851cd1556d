"""Integrations: created with their first key, changed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import F

from incidents.intake.domain.grouping import EACH_ALERT, Grouping
from incidents.intake.models import Integration, IntegrationKey
from incidents.intake.selectors.integrations import secrets_of
from incidents.intake.services import mailboxes
from incidents.intake.services.keys import keys
from incidents.intake.services.references import check_references
from incidents.intake.sources.kind import IntegrationKind
from incidents.intake.sources.registry import UnknownKindError, kind_of
from incidents.paging.models import EscalationPolicy
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.access.services.rotating_keys import NewKey
from reliability.access.services.vault import VaultError, encrypt
from reliability.catalog.domain.name import name_mistake
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Settings:
    """What an edit may change. config: as typed; secrets: an empty one keeps what is stored, None forgets it."""

    title: str
    service: Service | None = None
    policy: EscalationPolicy | None = None
    grouping: Grouping = EACH_ALERT
    config: Mapping[str, Any] | None = None
    secrets: Mapping[str, str | None] | None = None
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class NewIntegration:
    """The integration and its key; no key for kinds that fetch by themselves."""

    integration: Integration
    key: NewKey[IntegrationKey] | None


def create(
    *, caller: Caller, team: Team, name: str, kind: str, settings: Settings, now: datetime, reason: str = ""
) -> NewIntegration:
    """A new integration of *team*. Raises Forbidden, NotFound, Invalid with every mistake, Conflict."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    found = _kind(kind)
    config, secrets = _checked(found, settings, stored={})
    mistake = name_mistake(name)
    if mistake:
        raise Invalid(details=[{"field": "name", "message": mistake}])
    _check(caller, team.pk, settings)
    integration = Integration(
        team=team,
        name=name,
        title=settings.title.strip(),
        kind=kind,
        service=settings.service,
        policy=settings.policy,
        config=config,
        secrets=_sealed(secrets),
        grouping=settings.grouping.to_json(),
        is_enabled=settings.is_enabled,
    )
    try:
        with transaction.atomic():
            integration.save(force_insert=True)
            made = keys.make(integration=integration, now=now) if found.is_pushed else None
            mailboxes.schedule(integration=integration, now=now)
            changes = {field: [None, value] for field, value in _audited(integration).items()}
            changes |= {f"secret {field}": [None, "set"] for field in secrets}
            keys.record(caller, "create", integration, now, changes, reason)
    except IntegrityError as error:
        message = f"there is an integration {name!r} already (it may be another team's): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
    return NewIntegration(integration=integration, key=made)


def update(
    *, caller: Caller, integration: Integration, settings: Settings, revision: int, now: datetime, reason: str = ""
) -> Integration:
    """Change it; name, team and kind stay. Raises Forbidden, NotFound, Invalid, Conflict when it was changed since."""
    with transaction.atomic():
        row: Integration | None = Integration.objects.select_for_update(of=("self",)).filter(pk=integration.pk).first()
        if row is None:
            raise NotFound(f"the integration {integration.name!r} was deleted")
        require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
        if row.revision != revision:
            raise Conflict("somebody changed this integration since you opened it: look at it and change it again")
        stored = _readable_secrets(row)
        config, secrets = _checked(_kind(row.kind), settings, stored=stored)
        _check(caller, row.team_id, settings)
        before = _audited(row)
        row.title = settings.title.strip()
        row.service, row.policy = settings.service, settings.policy
        row.config, row.secrets = config, _sealed(secrets)
        row.grouping = settings.grouping.to_json()
        row.is_enabled = settings.is_enabled
        row.revision += 1
        row.save(
            update_fields=(
                "title",
                "service",
                "policy",
                "config",
                "secrets",
                "grouping",
                "is_enabled",
                "revision",
                "updated_at",
            )
        )
        mailboxes.schedule(integration=row, now=now)
        changes = audit.changes_between(old=before, new=_audited(row)) | _secret_changes(stored, secrets)
        keys.record(caller, "update", row, now, changes, reason)
    return row


def delete(*, caller: Caller, integration: Integration, now: datetime, reason: str = "") -> None:
    """Delete it with its keys and rejects; its alerts and incidents stay. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    with transaction.atomic():
        changes = {field: [value, None] for field, value in _audited(integration).items()}
        keys.record(caller, "delete", integration, now, changes, reason)
        mailboxes.cancel(integration=integration)
        if not Integration.objects.filter(pk=integration.pk).delete()[0]:
            raise NotFound(f"the integration {integration.name!r} was deleted already")


def checked_config(*, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The config as it would be stored, such as to try a mapping. Raises Invalid with every mistake."""
    return _checked(_kind(kind), Settings(title="", config=config), stored={})[0]


def forget_rejects(*, caller: Caller, integration: Integration, now: datetime) -> int:
    """Forget what was not taken, once somebody has seen to it. Returns how many. Raises Forbidden."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    with transaction.atomic():
        count, _ = integration.rejects.all().delete()
        Integration.objects.filter(pk=integration.pk).update(last_error="", last_error_at=None, revision=F("revision"))
        if count:
            keys.record(caller, "forget_rejects", integration, now, {"rejects": [count, 0]}, "")
    return count


def _kind(name: str) -> IntegrationKind:
    try:
        return kind_of(name)
    except UnknownKindError as error:
        raise Invalid(details=[{"field": "kind", "message": str(error)}]) from error


def _check(caller: Caller, team_id: int, settings: Settings) -> None:
    details = []
    if not 1 <= len(settings.title.strip()) <= 120:
        details.append({"field": "title", "message": "a title has 1 to 120 characters"})
    mistake = settings.grouping.mistake()
    if mistake:
        details.append({"field": "grouping", "message": mistake})
    if details:
        raise Invalid(details=details)
    check_references(caller=caller, team_id=team_id, service=settings.service, policy=settings.policy)


def _checked(
    kind: IntegrationKind, settings: Settings, *, stored: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Config and secrets as the kind's form cleans them. Raises Invalid with every mistake, unknown names included."""
    given, typed = dict(settings.config or {}), dict(settings.secrets or {})
    fields = kind.form.base_fields
    details = [
        {"field": _path(kind, name), "message": f"{kind.name} has no setting {name!r}: leave it out"}
        for name in {*given, *typed}
        if name not in fields
    ]
    data = {name: field.initial for name, field in fields.items() if field.initial is not None}
    form = kind.form(data | given | {name: value or "" for name, value in typed.items()}, stored=stored)
    if not form.is_valid():
        details += [
            {"field": _path(kind, name) if name in fields else "config", "message": str(message)}
            for name, messages in form.errors.items()
            for message in messages
        ]
    if details:
        raise Invalid(details=details)
    kept = {name: value for name, value in stored.items() if not (name in typed and typed[name] is None)}
    return form.config(), kept | form.secrets()


def _path(kind: IntegrationKind, name: str) -> str:
    """Where a caller wrote it: config.key, secrets.password."""
    return f"secrets.{name}" if name in kind.form.secret_fields else f"config.{name}"


def _sealed(secrets: Mapping[str, str]) -> bytes | None:
    return encrypt(orjson.dumps(dict(secrets)).decode()) if secrets else None


def _readable_secrets(integration: Integration) -> dict[str, str]:
    """The stored secrets; none when their key is gone, so that they can be entered again."""
    try:
        return secrets_of(integration)
    except VaultError:
        return {}


def _secret_changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[Any]]:
    """That a secret changed, never what it is."""
    words = {name: ["set" if name in old else None, "set" if name in new else None] for name in {*old, *new}}
    return {f"secret {name}": pair for name, pair in words.items() if old.get(name) != new.get(name)}


def _audited(integration: Integration) -> dict[str, Any]:
    return {
        "title": integration.title,
        "team": integration.team.slug,
        "kind": integration.kind,
        "service": integration.service and integration.service.name,
        "policy": integration.policy and integration.policy.slug,
        "grouping": integration.grouping,
        "is_enabled": integration.is_enabled,
        **{f"config.{name}": value for name, value in integration.config.items()},
    }
