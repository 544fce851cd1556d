"""What the room hears of: burn alerts, experiments, paging, silences that end, acknowledgements that lapse."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from chaos.gamedays import detections
from chaos.runs.blockers import register_blocker
from incidents.paging.domain.happening import Happening
from incidents.paging.listeners import register_listener
from incidents.paging.models import Escalation, EscalationEvent
from incidents.response.domain.entries import Kind
from incidents.response.selectors.blocking import severe_incidents
from incidents.response.selectors.content import incident_id_of
from incidents.response.selectors.detections import alerts_seen
from incidents.response.services import (
    burn_alerts,
    burning_on,
    composite_alerts,
    experiments,
    lapses,
    pagerduty_reconciling,
    silences,
)
from incidents.response.services.burning_watch import STILL_BURNING
from incidents.response.services.recording import record
from incidents.response.services.retention import forget_alerts
from reliability.outbox.registry import due_work, subscriber
from reliability.outbox.services import due

_PAGING = "Paging"
# The incident's own entries say these, with the name of who did it.
_SAID_ALREADY = frozenset({Happening.PAUSED, Happening.RESUMED, Happening.ENDED, Happening.RESTARTED})


@subscriber("BurnRateAlertFired", "response.burn_alert_fired")
def burn_alert_fired(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    burn_alerts.fired(payload=payload, now=now)


@subscriber("BurnRateAlertResolved", "response.burn_alert_resolved")
def burn_alert_resolved(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    burn_alerts.resolved(payload=payload, now=now)


@subscriber("CompositeAlertFired", "response.composite_alert_fired")
def composite_alert_fired(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    composite_alerts.fired(payload=payload, now=now)


@subscriber("CompositeAlertResolved", "response.composite_alert_resolved")
def composite_alert_resolved(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    composite_alerts.resolved(payload=payload, now=now)


register_blocker("incidents", severe_incidents, stops_runs=True, words="no Sev1 or Sev2 is open on it")
detections.register("alerts", alerts_seen)


@subscriber("RunUndoFailed", "response.run_undo_failed")
def run_undo_failed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    experiments.undo_failed(payload=payload, now=now)


@subscriber("RunUndoneLate", "response.run_undone_late")
def run_undone_late(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    experiments.undone_late(payload=payload, now=now)


@subscriber("RunStarted", "response.run_started")
def run_started(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    experiments.run_began(payload=payload, now=now)


@subscriber("RunEnded", "response.run_ended")
def run_ended(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    experiments.run_ended(payload=payload, now=now)


@due_work(silences.WAKE)
def silence_ends(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return silences.wake(alert_id=int(key), now=now)


@due_work("response.housekeeping", batch=True, standing=True)
def housekeeping(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    is_more = forget_alerts(before=now - timedelta(days=settings.ALERT_RETENTION_DAYS))
    return now if is_more else now + timedelta(hours=6)


@due_work(lapses.LAPSED)
def acknowledgement_lapsed(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    lapses.lapsed(incident_id=int(key), now=now)


@due_work(STILL_BURNING)
def resolution_to_look_at(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return burning_on.look_again(incident_id=int(key), reopened=payload["reopened"], now=now)


@due_work("response.pagerduty_reconcile", lease=timedelta(minutes=5), standing=True, at_once=1)
def pagerduty_reconcile(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    pagerduty_reconciling.reconcile(now=now)
    return now + pagerduty_reconciling.EVERY


@register_listener
def paging_did(*, escalation: Escalation, event: EscalationEvent) -> None:
    """In the transaction of paging, which holds its own row: an entry is written, the incident is not locked."""
    incident_id = incident_id_of(subject=escalation.subject)
    if incident_id is None:
        return
    if event.kind == Happening.LAPSED:
        due.schedule(kind=lapses.LAPSED, key=incident_id, due_at=event.at)
        return
    if event.kind in _SAID_ALREADY:
        return
    record(
        incident_id=incident_id,
        at=event.at,
        kind=Kind.PAGE,
        key=f"paging:{event.pk}",
        text=event.text,
        author_name=_PAGING,
        data={**event.data, "happening": event.kind, "step": event.step, "epoch": event.epoch},
        now=event.at,
        is_new=event.at == escalation.began_at,
    )
