"""When an action is looked at again: its reminders, and the proof by an objective. In the transaction of the cause."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.actions.domain.states import Proof, State
from incidents.actions.models import Action
from incidents.actions.services.due_kinds import PROVE, REMIND
from reliability.outbox.services import due, nudge

DAY = timedelta(days=1)
# Counts come late: a day is judged when it has been over for so long.
SETTLED_AFTER = timedelta(minutes=10)


def remind(*, row: Action, now: datetime) -> None:
    """Reckon its reminders anew, at once."""
    due.schedule(kind=REMIND, key=row.pk, due_at=now, reschedule=True)
    nudge.after_commit()


def prove(*, row: Action, now: datetime) -> None:
    """Judge its objective when the next day is over. Nothing for other proofs, and while it is not done."""
    if row.state == State.DONE and row.proof == Proof.SLO:
        due.schedule(kind=PROVE, key=row.pk, due_at=next_look(row=row, now=now), reschedule=True)


def next_look(*, row: Action, now: datetime) -> datetime:
    """The end of the day since it was done that is under way, and a little."""
    since = row.done_at or now
    days = max((now - SETTLED_AFTER - since) // DAY, 0) + 1
    return since + days * DAY + SETTLED_AFTER
