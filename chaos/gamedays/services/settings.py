"""What a team chose for its game days."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chaos.gamedays.models import TeamSettings
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require


def set_badges(*, caller: Caller, team: Team, has_badges: bool, now: datetime) -> bool:
    """Show badges, or not. Administrators of the team. Returns whether they are shown now.

    Twice is once. Raises Forbidden, NotFound.
    """
    require(caller=caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    with transaction.atomic():
        row, _ = TeamSettings.objects.select_for_update().get_or_create(team=team, defaults={"updated_at": now})
        if row.has_badges != has_badges:
            row.has_badges, row.updated_at, row.updated_by_name = has_badges, now, caller.name[:160]
            row.save(update_fields=("has_badges", "updated_at", "updated_by_name"))
            audit.record(
                caller=caller,
                action="game_day_settings.set",
                object_kind="game_day_settings",
                object_name=team.slug,
                team_id=team.pk,
                changes={"has_badges": [not has_badges, has_badges]},
                now=now,
            )
    return has_badges
