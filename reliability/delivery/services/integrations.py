"""Delivery integrations: created with their first key, changed, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.access.services.rotating_keys import NewKey
from reliability.catalog.domain.name import name_mistake
from reliability.catalog.models import Service
from reliability.delivery.domain.kinds import KINDS
from reliability.delivery.domain.settings import SettingsError, checked_settings
from reliability.delivery.models import DeliveryIntegration, DeliveryKey
from reliability.delivery.services.keys import keys
from reliability.web.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Settings:
    """What an edit may change. config: see domain.settings."""

    title: str
    service: Service | None = None
    config: Mapping[str, Any] | None = None
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class NewIntegration:
    integration: DeliveryIntegration
    key: NewKey[DeliveryKey]


def create(
    *, caller: Caller, team: Team, name: str, kind: str, settings: Settings, now: datetime, reason: str = ""
) -> NewIntegration:
    """A new integration of *team* with its first key. Raises Forbidden, Invalid with every mistake, Conflict."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    if kind not in KINDS:
        message = f"there is no kind {kind[:40]!r}: choose one of {', '.join(KINDS)}"
        raise Invalid(details=[{"field": "kind", "message": message}])
    mistake = name_mistake(name)
    if mistake:
        raise Invalid(details=[{"field": "name", "message": mistake}])
    config = _checked(kind, team.pk, settings)
    row = DeliveryIntegration(team=team, name=name, kind=kind, title=settings.title.strip(), config=config)
    row.service, row.is_enabled = settings.service, settings.is_enabled
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            made = keys.make(integration=row, now=now)
            changes = {field: [None, value] for field, value in _audited(row).items()}
            keys.record(caller, "create", row, now, changes, reason)
    except IntegrityError as error:
        message = f"there is a delivery integration {name!r} already (it may be another team's): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
    return NewIntegration(integration=row, key=made)


def update(
    *,
    caller: Caller,
    integration: DeliveryIntegration,
    settings: Settings,
    revision: int,
    now: datetime,
    reason: str = "",
) -> DeliveryIntegration:
    """Change it; name, team and kind stay. Raises Forbidden, NotFound, Invalid, Conflict when it was changed since."""
    with transaction.atomic():
        found = DeliveryIntegration.objects.select_for_update(of=("self",)).filter(pk=integration.pk)
        row: DeliveryIntegration | None = found.select_related("team", "service").first()
        if row is None:
            raise NotFound(f"the delivery integration {integration.name!r} was deleted")
        require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
        if row.revision != revision:
            raise Conflict("somebody changed this integration since you opened it: look at it and change it again")
        before = _audited(row)
        row.config = _checked(row.kind, row.team_id, settings)
        row.title, row.service, row.is_enabled = settings.title.strip(), settings.service, settings.is_enabled
        row.revision += 1
        row.save(update_fields=("title", "service", "config", "is_enabled", "revision", "updated_at"))
        changes = audit.changes_between(old=before, new=_audited(row))
        keys.record(caller, "update", row, now, changes, reason)
    return row


def delete(*, caller: Caller, integration: DeliveryIntegration, now: datetime, reason: str = "") -> None:
    """Delete it with its keys and payloads; deployments and changes stay. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=integration.team_id, role=Role.EDITOR)
    with transaction.atomic():
        changes = {field: [value, None] for field, value in _audited(integration).items()}
        keys.record(caller, "delete", integration, now, changes, reason)
        if not DeliveryIntegration.objects.filter(pk=integration.pk).delete()[0]:
            raise NotFound(f"the delivery integration {integration.name!r} was deleted already")


def _checked(kind: str, team_id: int, settings: Settings) -> dict[str, Any]:
    details = []
    if not 1 <= len(settings.title.strip()) <= 120:
        details.append({"field": "title", "message": "a title has 1 to 120 characters"})
    if settings.service is not None and settings.service.team_id != team_id:
        details.append({"field": "service", "message": "choose a service of the team that owns the integration"})
    config: dict[str, Any] = {}
    try:
        config = checked_settings(kind=KINDS[kind], given=settings.config or {})
    except SettingsError as error:
        details += [{"field": f"config.{name}", "message": message} for name, message in error.mistakes.items()]
    named = set((config.get("services") or {}).values())
    known = set(Service.objects.filter(team_id=team_id, name__in=named).order_by().values_list("name", flat=True))
    for name in sorted(named - known):
        details.append({"field": "config.services", "message": f"the team has no service {name!r}"})
    if details:
        raise Invalid(details=details)
    return config


def _audited(row: DeliveryIntegration) -> dict[str, Any]:
    return {
        "title": row.title,
        "team": row.team.slug,
        "kind": row.kind,
        "service": row.service and row.service.name,
        "is_enabled": row.is_enabled,
        **{f"config.{name}": value for name, value in row.config.items()},
    }
