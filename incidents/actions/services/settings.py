"""What a team chose for its reminders."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.actions.domain.reminders import ESCALATE_DAYS, ESCALATIONS, REMIND_DAYS, WEEKLY, Habits
from incidents.actions.domain.states import LIVE
from incidents.actions.models import Action, ActionSettings
from incidents.actions.services import scheduling
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Invalid

_BOUNDS = {
    "remind_days": (REMIND_DAYS, "days"),
    "weekly_max": (WEEKLY, "reminders"),
    "escalate_days": (ESCALATE_DAYS, "days"),
    "escalations_max": (ESCALATIONS, "messages"),
}


def set_habits(
    *,
    caller: Caller,
    team: Team,
    habits: Habits,
    channel: Channel | None,
    expected_revision: int | None = None,
    now: datetime,
) -> ActionSettings:
    """Editors. The reminders of all open actions are reckoned anew. The same values are no change.

    Raises NotFound, Forbidden, Invalid, Conflict when somebody changed it meanwhile.
    """
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    _check(team, habits, channel)
    with transaction.atomic():
        rows = ActionSettings.objects.select_for_update(of=("self",))
        row, is_new = rows.get_or_create(team=team, defaults={"updated_at": now, "revision": 0})
        if expected_revision is not None and expected_revision != row.revision:
            who = row.updated_by_name or "somebody"
            raise Conflict(f"{who} changed this meanwhile: load it again", reason="changed_meanwhile")
        before, after = _values(row), {name: getattr(habits, name) for name in _BOUNDS}
        after["channel"] = channel.name if channel else None
        changes = audit.changes_between(old=before, new=after)
        if not changes and not is_new:
            return row
        for name in _BOUNDS:
            setattr(row, name, after[name])
        row.channel, row.revision = channel, row.revision + 1
        row.updated_at, row.updated_by_name = now, caller.name[:160]
        row.save(update_fields=(*_BOUNDS, "channel", "revision", "updated_at", "updated_by_name"))
        audit.record(
            caller=caller,
            action="action_settings.set",
            object_kind="action_settings",
            object_name=team.slug,
            team_id=team.pk,
            changes=changes,
            now=now,
        )
        for one in Action.objects.filter(team=team, state__in=[state.value for state in LIVE]).order_by("pk"):
            scheduling.remind(row=one, now=now)
    return row


def settings_of(*, team_id: int) -> ActionSettings | None:
    """With the channel at hand; None: as usual."""
    return ActionSettings.objects.select_related("channel").filter(team_id=team_id).first()


def _values(row: ActionSettings) -> dict[str, int | str | None]:
    return {**{name: getattr(row, name) for name in _BOUNDS}, "channel": row.channel.name if row.channel else None}


def _check(team: Team, habits: Habits, channel: Channel | None) -> None:
    mistakes = []
    for name, ((least, most), unit) in _BOUNDS.items():
        if not least <= getattr(habits, name) <= most:
            mistakes.append({"field": name, "message": f"is a number of {unit} from {least} to {most}"})
    if channel is not None and channel.team_id != team.pk:
        mistakes.append({"field": "channel", "message": "belongs to another team: choose one of this team"})
    if mistakes:
        raise Invalid(details=mistakes)
