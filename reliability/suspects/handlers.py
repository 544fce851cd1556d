"""Due work of this room, and what it hears of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.kit.instants import parse_instant
from reliability.kit.periods import Period
from reliability.outbox.registry import due_work, subscriber
from reliability.suspects.services import arrivals, burns, incidents, ranking, retention
from reliability.suspects.services.due_kinds import INCIDENT, RANK


@subscriber("BurnRateAlertFired", "suspects.burn_alert_fired")
def burn_alert_fired(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    if payload["kind"] == "burn":
        began_at = parse_instant(payload["began_at"])
        burns.alert_fired(alert_id=payload["alert_id"], slo_id=payload["slo_id"], began_at=began_at, now=now)


@subscriber("BurnRateAlertResolved", "suspects.burn_alert_resolved")
def burn_alert_resolved(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    burns.alert_resolved(alert_id=payload["alert_id"], at=parse_instant(payload["at"]))


@subscriber("ChangesTold", "suspects.changes_told")
def changes_told(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    told = Period(parse_instant(payload["first_at"]), parse_instant(payload["last_at"]))
    arrivals.changes_told(team_id=payload["team_id"], service_ids=payload["service_ids"], told=told, now=now)


@due_work(INCIDENT)
def follow_incident(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    incidents.follow(incident_id=int(key), now=now)


@due_work(RANK)
def rank_again(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    ranking.rank_case(case_id=int(key), now=now)


@due_work("suspects.look", lease=timedelta(minutes=5), batch=True, standing=True)
def look_for_burns(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if burns.look(now=now).is_more else now + timedelta(seconds=20)


@due_work("suspects.forgetting", batch=True, standing=True)
def forget_old_cases(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if retention.forget_old(now=now) else now + timedelta(hours=6)
