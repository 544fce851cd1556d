"""What every write of this room leaves in the audit trail, and the row that later reminds of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.catalog.models import Service
from reliability.outbox.services import due
from reliability.readiness.domain.reminding import next_after
from reliability.readiness.models import Checklist
from reliability.readiness.selectors.checklists import REMIND_DAYS
from reliability.readiness.services.due_kinds import EXPIRY

KIND = "readiness"
_SHOWN = 200  # characters of a text that stand in the audit trail


def tell(
    *,
    caller: Caller,
    action: str,
    service: Service,
    item: str = "",
    now: datetime,
    changes: audit.Changes | None = None,
    reason: str = "",
) -> None:
    """`readiness.evidence_given` of "checkout load-tested"."""
    audit.record(
        caller=caller,
        action=f"{KIND}.{action}",
        object_kind=KIND,
        object_name=f"{service.name} {item}".strip(),
        team_id=service.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )


def shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def remind_of(*, subject: str, service: Service, expires_at: datetime | None, now: datetime) -> None:
    """Put the due row behind what expires; without an expiry there is nothing to remind of.

    What would be told at once is not: whoever writes it knows how long it holds.
    """
    if expires_at is None:
        return
    row = Checklist.objects.filter(team_id=service.team_id).only("remind_days").first()
    days = row.remind_days if row else REMIND_DAYS
    at = next_after(expires_at=expires_at, remind_days=days, now=now)
    if at is not None:
        due.schedule(kind=EXPIRY, key=subject, due_at=at, reschedule=True)


def ends_of_day_after(*, days: int, start: datetime) -> datetime:
    """Midnight UTC that ends the day so many days later: what is good for a day is good for the whole of it."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days + 1)
