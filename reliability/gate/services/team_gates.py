"""What the gate of a team heeds, who may override it, where it tells of itself. Audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.gate.domain.kinds import Heed
from reliability.gate.models import TeamGate
from reliability.gate.services.turns import take_turn
from reliability.web.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDraft:
    """channel: name of a channel of the team, blank for none."""

    incidents: str = Heed.BLOCK.value
    incidents_of_needs: str = Heed.BLOCK.value
    experiments: str = Heed.BLOCK.value
    no_data: str = Heed.WARN.value
    override_role: int = Role.RESPONDER.value
    channel: str = ""


def set_gate(*, caller: Caller, team: Team, draft: GateDraft, now: datetime) -> TeamGate:
    """Raises NotFound, Forbidden (administrators of the team: it says who may override), Invalid."""
    require(caller=caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    channel = _checked(team, draft)
    with transaction.atomic():
        take_turn(team_id=team.pk)
        row = TeamGate.objects.filter(team=team).first() or TeamGate(team=team)
        before = _seen(row)
        for name in ("incidents", "incidents_of_needs", "experiments", "no_data", "override_role"):
            setattr(row, name, getattr(draft, name))
        row.channel = channel
        row.updated_at, row.updated_by_name = now, caller.name[:160]
        changes = audit.changes_between(old=before, new=_seen(row))
        if changes or row.pk is None:
            row.save()
            audit.record(
                caller=caller,
                action="team_gate.update",
                object_kind="team_gate",
                object_name=team.slug,
                team_id=team.pk,
                now=now,
                changes=changes,
            )
    return row


def _checked(team: Team, draft: GateDraft) -> Channel | None:
    details = []
    words = [one.value for one in Heed]
    for name in ("incidents", "incidents_of_needs", "experiments"):
        if getattr(draft, name) not in words:
            details.append({"field": name, "message": f"is one of {', '.join(words)}"})
    if draft.no_data not in (Heed.BLOCK.value, Heed.WARN.value):
        details.append({"field": "no_data", "message": "is block or warn: no data is never passed over in silence"})
    if draft.override_role not in {one.value for one in Role if one >= Role.RESPONDER}:
        details.append({"field": "override_role", "message": "is responder, editor or administrator"})
    channel = None
    if draft.channel:
        channel = Channel.objects.filter(team=team, name=draft.channel).first()
        if channel is None:
            details.append({"field": "channel", "message": "is no channel of the team: choose again"})
    if details:
        raise Invalid(details=details)
    return channel


def _seen(row: TeamGate) -> dict[str, Any]:
    names = ("incidents", "incidents_of_needs", "experiments", "no_data", "override_role")
    channel = row.channel.name if row.channel is not None else ""
    return {**{name: getattr(row, name) for name in names}, "channel": channel}
