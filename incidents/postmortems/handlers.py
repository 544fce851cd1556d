"""Due work of this room, and the incidents whose postmortems are due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidents.postmortems.services import notices, reminding
from incidents.postmortems.services.due_kinds import DUE, NOTICE
from reliability.outbox.registry import due_work, subscriber


@subscriber("IncidentResolved", "postmortems.incident_resolved")
def incident_resolved(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    reminding.schedule(incident_id=int(payload["incident_id"]), now=now)


@subscriber("IncidentSeverityChanged", "postmortems.incident_severity_changed")
def incident_severity_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    """One that turned out graver afterwards is wanted a postmortem of; while it lasts nothing is due."""
    reminding.schedule(incident_id=int(payload["incident_id"]), now=now)


@subscriber("IncidentClosed", "postmortems.incident_closed")
def incident_closed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    reminding.schedule(incident_id=int(payload["incident_id"]), now=now)


@due_work(DUE)
def remind(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return reminding.remind(incident_id=int(key), now=now)


@due_work(NOTICE, lease=timedelta(seconds=20), kept=True)
def tell(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return notices.deliver(notice_id=int(key), now=now)
