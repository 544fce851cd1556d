"""Who does what on the day; a role is handed over by giving it to somebody else."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import PLANNING, RoleKind, State
from chaos.gamedays.models import RoleHolder
from chaos.gamedays.services.checked import check_texts, member
from chaos.gamedays.services.holding import check_state, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.web.errors import Conflict, NotFound

_OPEN = PLANNING | {State.LIVE, State.WRAPPING_UP}


def give(
    *, caller: Caller, number: int, kind: RoleKind, user_id: int | None = None, name: str = "", now: datetime
) -> RoleHolder:
    """To a member of the team (user_id) or anybody by *name*. The former holder's time ends, but for observers.

    Responders of the team, also while it is live. Twice is once. Raises NotFound, Forbidden, Invalid, Conflict when
    it is over.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        check_state(row=row, allowed=_OPEN, what="change roles")
        if user_id is not None:
            name = str(member(team_id=row.team_id, user_id=user_id, field="person"))
        name = name.strip()
        needed = {"person": "choose a member of the team, or write a name"}
        check_texts(texts={"person": name}, most={"person": bounds.NAME_MAX}, needed=needed)
        holders = list(row.role_holders.filter(kind=kind.value, until_at=None))
        same = next((one for one in holders if one.user_id == user_id and one.name == name), None)
        if same is not None:
            return same
        if row.role_holders.count() >= settings.GAME_DAY_INVITEES_MAX:
            raise Conflict(f"roles changed {settings.GAME_DAY_INVITEES_MAX} times: that is the most", reason="too_many")
        former = [] if kind is RoleKind.OBSERVER else holders
        row.role_holders.filter(pk__in=[one.pk for one in former]).update(until_at=now)
        made = RoleHolder.objects.create(
            game_day=row, kind=kind.value, user_id=user_id, name=name, since_at=now, given_by_name=caller.name[:160]
        )
        changes = {kind.value: [former[0].name if former else None, name]}
        tell(caller=caller, row=row, action="give_role", changes=changes, now=now)
    return made


def end(*, caller: Caller, number: int, holder_id: int, now: datetime) -> None:
    """Nobody has the role from now on. Raises NotFound, Forbidden, Conflict when it is over."""
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        check_state(row=row, allowed=_OPEN, what="change roles")
        holder = row.role_holders.filter(pk=min(holder_id, 2**63 - 1)).first()
        if holder is None:
            raise NotFound("nobody has such a role in this game day")
        if holder.until_at is not None:
            return
        holder.until_at = now
        holder.save(update_fields=("until_at",))
        tell(caller=caller, row=row, action="end_role", changes={holder.kind: [holder.name, None]}, now=now)
