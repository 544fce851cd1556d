"""/api/v1/actions/settings: when a team is reminded of its actions."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Router

from incidents.actions.api import schemas
from incidents.actions.domain.reminders import Habits
from incidents.actions.services.settings import set_habits, settings_of
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.channels.selectors.channels import channel as channel_named
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Action items"])
_HABITS = ("remind_days", "weekly_max", "escalate_days", "escalations_max")


@router.get(
    "/{slug:slug}",
    response=schemas.ActionSettingsOut,
    operation_id="getActionSettings",
    summary="When a team is reminded",
)
def get_one(request: AccessRequest, slug: str) -> Any:
    return _answer(team_named(caller=request.caller, slug=slug))


@router.put(
    "/{slug:slug}",
    response=schemas.ActionSettingsOut,
    operation_id="setActionSettings",
    summary="Choose when a team is reminded",
)
def put_one(request: AccessRequest, slug: str, body: schemas.ActionSettingsBody) -> Any:
    """Editors. Reminders of open actions are reckoned anew."""
    team = team_named(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    try:
        channel = None if body.channel is None else channel_named(caller=request.caller, name=body.channel)
    except NotFound as error:
        raise Invalid(details=[{"field": "channel", "message": error.message}]) from error
    set_habits(
        caller=request.caller,
        team=team,
        habits=Habits(**{name: getattr(body, name) for name in _HABITS}),
        channel=channel,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return _answer(team)


def _answer(team: Team) -> dict[str, Any]:
    row = settings_of(team_id=team.pk)
    habits = row.habits if row is not None else Habits()
    return {
        "team": team.slug,
        **{name: getattr(habits, name) for name in _HABITS},
        "channel": row.channel.name if row is not None and row.channel is not None else None,
        "revision": row.revision if row is not None else 0,
    }
