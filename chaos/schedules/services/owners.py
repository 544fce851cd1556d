"""In whose name a schedule runs, and whether they still may."""

from __future__ import annotations

from datetime import datetime

from chaos.schedules.models import Schedule
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import ApiToken, User
from reliability.access.selectors.callers import caller_of_api_token, caller_of_user

_MEND = "an editor of the team has to save it again, in their own name"


class OwnerGoneError(Exception):
    """The owner may not set up a schedule any more; the message says why and what to do."""

    reason = "owner_gone"


def owner_of(*, schedule: Schedule, now: datetime) -> Caller:
    """The owner with the rights of today. Raises OwnerGoneError."""
    if schedule.experiment.team_id != schedule.team_id:
        raise OwnerGoneError(f"the experiment went to the team {schedule.experiment.team}: {_MEND}")
    caller = _caller(schedule, now)
    if not caller.may(schedule.team_id, Role.EDITOR):
        raise OwnerGoneError(f"{schedule.owner_name} is no longer an editor of {schedule.team}: {_MEND}")
    return caller


def _caller(schedule: Schedule, now: datetime) -> Caller:
    if schedule.owner_id is not None:
        user: User | None = User.objects.filter(pk=schedule.owner_id, is_active=True).first()
        if user is not None:
            return caller_of_user(user=user)
    token: ApiToken | None = schedule.owner_token
    if token is None or token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now):
        raise OwnerGoneError(f"{schedule.owner_name} is not there any more: {_MEND}")
    return caller_of_api_token(token=token)
