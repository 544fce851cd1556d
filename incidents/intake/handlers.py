"""Due work of this room: looks at monitors and into mailboxes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidents.intake.services import mailboxes, mails, watching
from reliability.outbox.registry import HALF_OF_THE_SLOTS, due_work

HOUSEKEEPING = "intake.housekeeping"
_EVERY = timedelta(minutes=1)


@due_work(watching.KIND)
def look_at_monitor(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return watching.look(monitor_id=int(key), now=now)


@due_work(mailboxes.KIND, lease=timedelta(minutes=5), at_once=HALF_OF_THE_SLOTS)
def read_mailbox(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return mails.read_mailbox(integration_id=int(key), now=now)


@due_work(HOUSEKEEPING, standing=True)
def housekeeping(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    watching.set_clocks_right(now=now)
    return now + _EVERY
