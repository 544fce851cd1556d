"""Of which incidents a team wants a postmortem, and where it is told of late ones."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.postmortems.models import PostmortemSettings
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Invalid


def settings_of(*, team_id: int) -> PostmortemSettings | None:
    """With the channel at hand; None: as usual."""
    return PostmortemSettings.objects.select_related("channel").filter(team_id=team_id).first()


@transaction.atomic
def choose(
    *,
    caller: Caller,
    team: Team,
    severity_max: int,
    channel: Channel | None,
    expected_revision: int | None = None,
    now: datetime,
) -> PostmortemSettings:
    """Editors. severity_max: 0 for none. It holds for incidents that end from now on.

    Raises NotFound, Forbidden, Invalid, Conflict when somebody changed it meanwhile.
    """
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    if not 0 <= severity_max <= 5:
        raise Invalid(details=[{"field": "severity_max", "message": "is a severity from 1 to 5, or 0 for none"}])
    if channel is not None and channel.team_id != team.pk:
        raise Invalid(details=[{"field": "channel", "message": "belongs to another team: choose one of this team"}])
    rows = PostmortemSettings.objects.select_for_update(of=("self",))
    row, is_new = rows.get_or_create(team=team, defaults={"updated_at": now, "revision": 0})
    if expected_revision is not None and expected_revision != row.revision:
        who = row.updated_by_name or "somebody"
        raise Conflict(f"{who} changed this meanwhile: load it again", reason="changed_meanwhile")
    before = {"severity_max": row.severity_max, "channel": row.channel.name if row.channel else None}
    after = {"severity_max": severity_max, "channel": channel.name if channel else None}
    if before == after and not is_new:
        return row
    row.severity_max, row.channel, row.revision = severity_max, channel, row.revision + 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save(update_fields=("severity_max", "channel", "revision", "updated_at", "updated_by_name"))
    audit.record(
        caller=caller,
        action="postmortem_settings.set",
        object_kind="postmortem_settings",
        object_name=team.slug,
        team_id=team.pk,
        changes=audit.changes_between(old=before, new=after),
        now=now,
    )
    return row
