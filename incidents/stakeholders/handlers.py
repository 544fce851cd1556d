"""Due work and facts of this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chaos.gamedays.services.planning import GAME_DAY_PLANNED
from incidents.stakeholders.domain.kinds import EventKind
from incidents.stakeholders.services import automatic, delivering, promises, reminding
from incidents.stakeholders.services.due_kinds import DELIVERY, PROMISE, REMIND
from reliability.outbox.registry import due_work, subscriber

_LEASE = timedelta(seconds=20)


@due_work(DELIVERY, lease=_LEASE, kept=True)
def deliver(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return delivering.deliver(delivery_id=int(key), now=now)


@due_work(REMIND)
def remind(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    reminding.remind_by_itself(recipient_id=int(key), now=now)
    return None


@due_work(PROMISE, lease=_LEASE, kept=True)
def promised(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return promises.remind(message_id=int(key), now=now)


@subscriber("IncidentOpened", "stakeholders.incident_opened")
def incident_opened(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    automatic.incident_happened(payload=payload, kind=EventKind.DECLARED, fact_id=fact_id, now=now)


@subscriber("IncidentSeverityChanged", "stakeholders.incident_severity_changed")
def incident_severity_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    automatic.incident_happened(payload=payload, kind=EventKind.UPDATED, fact_id=fact_id, now=now)


@subscriber("IncidentResolved", "stakeholders.incident_resolved")
def incident_resolved(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    automatic.incident_happened(payload=payload, kind=EventKind.RESOLVED, fact_id=fact_id, now=now)


@subscriber("PostmortemPublished", "stakeholders.postmortem_published")
def postmortem_published(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    automatic.postmortem_published(payload=payload, fact_id=fact_id, now=now)


@subscriber("MaintenancePlanned", "stakeholders.maintenance_planned")
def maintenance_planned(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    automatic.maintenance_planned(payload=payload, fact_id=fact_id, now=now)


@subscriber(GAME_DAY_PLANNED, "stakeholders.game_day_planned")
def game_day_planned(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    automatic.game_day_planned(payload=payload, fact_id=fact_id, now=now)
