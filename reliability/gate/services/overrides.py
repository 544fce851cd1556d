"""Overriding the gate: by people, with a reason, for a day at most; audited, told to the team, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.delivery.domain.environments import environment_mistake, environment_name
from reliability.gate.domain.places import PRODUCTION
from reliability.gate.models import GateOverride
from reliability.gate.selectors.answers import service_named
from reliability.gate.selectors.facts import gates_of
from reliability.gate.services.telling import tell_override
from reliability.web.errors import Conflict, Invalid, NotFound

LONGEST = timedelta(hours=24)
REASON_MAX = 500
_NAME_MAX = 160
_ID_END = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideDraft:
    """revision: blank for any."""

    service: str
    reason: str
    expires_at: datetime
    environment: str = PRODUCTION
    revision: str = ""


def create(*, caller: Caller, draft: OverrideDraft, now: datetime) -> GateOverride:
    """Raises NotFound, Forbidden (responders, or whom the team's settings name), Invalid with each field."""
    service = service_named(caller=caller, name=draft.service)
    require(caller=caller, team_id=service.team_id, role=role_needed(service=service))
    _check(draft, now)
    with transaction.atomic():
        row = GateOverride.objects.create(
            service=service,
            environment=environment_name(draft.environment),
            revision=draft.revision.strip(),
            reason=" ".join(draft.reason.split()),
            created_at=now,
            expires_at=draft.expires_at,
            by_id=caller.user_id,
            by_name=caller.name[:_NAME_MAX],
        )
        changes: dict[str, list[Any]] = {
            "environment": [None, row.environment],
            "revision": [None, row.revision],
            "expires_at": [None, row.expires_at.isoformat()],
        }
        _record(caller, "create", row, now, changes, row.reason)
        tell_override(override=row, now=now)
    return row


def revoke(*, caller: Caller, override_id: int, now: datetime, reason: str = "") -> GateOverride:
    """By whoever may override. Raises NotFound, Forbidden, Conflict when it does not hold any more."""
    with transaction.atomic():
        rows = GateOverride.objects.select_for_update(of=("self",)).select_related("service__team")
        row: GateOverride | None = rows.filter(pk=min(override_id, _ID_END - 1)).first()
        if row is None or not caller.may_read(row.service.team_id):
            raise NotFound("there is no such override, or it is not yours to see")
        require(caller=caller, team_id=row.service.team_id, role=role_needed(service=row.service))
        if row.revoked_at is not None or row.expires_at <= now:
            raise Conflict("this override does not hold any more: there is nothing to revoke")
        row.revoked_at, row.revoked_by_name = now, caller.name[:_NAME_MAX]
        row.save(update_fields=("revoked_at", "revoked_by_name"))
        _record(caller, "revoke", row, now, {"revoked_at": [None, now.isoformat()]}, reason)
    return row


def role_needed(*, service: Service) -> Role:
    """What a member of the service's team must be to override its gate."""
    return Role(gates_of(team_ids=[service.team_id])[service.team_id].override_role)


def _check(draft: OverrideDraft, now: datetime) -> None:
    details = []
    if not draft.reason.strip():
        details.append({"field": "reason", "message": "say why: it is told to the team, and in the gate's answer"})
    texts = (
        ("reason", draft.reason, REASON_MAX),
        ("revision", draft.revision, 255),
        ("environment", draft.environment, 120),
    )
    for name, text, most in texts:
        if len(text) > most or "\0" in text:
            details.append({"field": name, "message": f"has at most {most} characters, all of which can be stored"})
    if not environment_name(draft.environment):
        details.append({"field": "environment", "message": "name one, such as production"})
    if mistake := environment_mistake(draft.environment):
        details.append({"field": "environment", "message": mistake})
    if not now < draft.expires_at <= now + LONGEST:
        details.append({"field": "expires_at", "message": "lies ahead, within 24 hours from now"})
    if details:
        raise Invalid(details=details)


def _record(
    caller: Caller, verb: str, row: GateOverride, now: datetime, changes: dict[str, list[Any]], reason: str
) -> None:
    audit.record(
        caller=caller,
        action=f"gate_override.{verb}",
        object_kind="gate_override",
        object_name=f"#{row.pk} {row.service.name} in {row.environment}",
        team_id=row.service.team_id,
        now=now,
        changes=changes,
        reason=reason[:REASON_MAX],
    )
