"""The team's own questions before it says go."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import PLANNING
from chaos.gamedays.models import ChecklistItem, GameDay
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_state, held, tell
from reliability.access.domain.caller import Caller, Role
from reliability.web.errors import Conflict, NotFound


def add(*, caller: Caller, number: int, text: str, now: datetime) -> ChecklistItem:
    """Editors of the team. Raises NotFound, Forbidden, Invalid, Conflict."""
    with transaction.atomic():
        row = _held(caller, number, Role.EDITOR)
        needed = {"text": "write what must be so, such as “the runbook was read”"}
        check_texts(texts={"text": text.strip()}, most={"text": bounds.ITEM_MAX}, needed=needed)
        positions = list(row.checklist.order_by().values_list("position", flat=True))
        if len(positions) >= settings.GAME_DAY_SCENARIOS_MAX:
            raise Conflict(
                f"the checklist has {settings.GAME_DAY_SCENARIOS_MAX} items: take some out", reason="too_many"
            )
        made = ChecklistItem.objects.create(game_day=row, position=max(positions, default=0) + 1, text=text.strip())
        tell(caller=caller, row=row, action="add_item", changes={"checklist": [None, made.text]}, now=now)
    return made


def tick(*, caller: Caller, number: int, item_id: int, is_done: bool, now: datetime) -> ChecklistItem:
    """Done, or not after all. Responders of the team; twice is once. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = _held(caller, number, Role.RESPONDER)
        item = _item(row, item_id)
        if item.is_done == is_done:
            return item
        item.is_done = is_done
        item.done_at, item.done_by_name = (now, caller.name[:160]) if is_done else (None, "")
        item.save(update_fields=("is_done", "done_at", "done_by_name"))
        tell(caller=caller, row=row, action="tick_item", changes={item.text: [not is_done, is_done]}, now=now)
    return item


def remove(*, caller: Caller, number: int, item_id: int, now: datetime) -> None:
    """Editors of the team. Raises NotFound, Forbidden, Conflict."""
    with transaction.atomic():
        row = _held(caller, number, Role.EDITOR)
        item = _item(row, item_id)
        changes = {"checklist": [item.text, None]}
        item.delete()
        tell(caller=caller, row=row, action="remove_item", changes=changes, now=now)


def _held(caller: Caller, number: int, role: Role) -> GameDay:
    row = held(caller=caller, number=number, role=role)
    check_state(row=row, allowed=PLANNING, what="get another checklist")
    return row


def _item(row: GameDay, item_id: int) -> ChecklistItem:
    found = row.checklist.filter(pk=min(item_id, 2**63 - 1)).first()
    if found is None:
        raise NotFound("there is no such item in the checklist of this game day")
    return found
