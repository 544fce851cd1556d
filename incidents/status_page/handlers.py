"""Due work of this room: states and days of components, maintenance, kept copies, messages to subscribers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from incidents.status_page.facts import PAGE_CHANGED, UPDATE_PUBLISHED
from incidents.status_page.services import (
    components,
    copies,
    days,
    delivering,
    fan_out,
    forgetting,
    maintenances,
    states,
)
from incidents.status_page.services.due_kinds import (
    DAYS,
    DELIVER,
    FAN_OUT,
    FORGET,
    KEEP_COPIES,
    MAINTENANCE,
    MEASURE,
    OVERRIDE,
    RENDER,
    WATCH,
)
from reliability.outbox.registry import STANDING_KEY, due_work, staged_work, subscriber
from reliability.outbox.services import due


@due_work(RENDER, lease=timedelta(seconds=60), kept=True)
def render_page(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return copies.renew(page_id=int(key), now=now)


@due_work(KEEP_COPIES, standing=True)
def keep_copies(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return copies.keep(now=now)


@subscriber(PAGE_CHANGED, "status_page.page_changed")
def page_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    copies.demand(page_id=int(payload["page_id"]), now=now)


@subscriber(UPDATE_PUBLISHED, "status_page.update_published")
def update_published(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    if payload.get("is_told", True):
        fan_out.begin(update_id=int(payload["update_id"]), now=now)


@due_work(FAN_OUT, at_once=1)
def fan_out_update(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return fan_out.go_on(update_id=int(key), now=now)


@staged_work(DELIVER, lease=timedelta(seconds=20), kept=True)
def deliver(*, key: str, payload: dict[str, Any], now: datetime) -> delivering.Sending | datetime | None:
    return delivering.begin(delivery_id=int(key), now=now)


@due_work(FORGET, batch=True, standing=True)
def forget(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    return now if forgetting.forget(now=now) else now + timedelta(hours=6)


_WATCH_EVERY = timedelta(minutes=1)
_MEASURE_EVERY = timedelta(minutes=10)
_WHOLE_HOUR = 3  # UTC: when the fewest look


@due_work(WATCH, standing=True)
def watch_states(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    states.judge_pages(now=now)
    return now + _WATCH_EVERY


@due_work(MEASURE, batch=True, standing=True)
def measure_days(*, key: str, payload: dict[str, Any], now: datetime) -> datetime:
    """The last days every ten minutes; once a night all of them, for late data and exclusions of long ago."""
    is_night = now.hour == _WHOLE_HOUR and now.minute < _MEASURE_EVERY.total_seconds() // 60
    if is_night:
        days.measure_all(now=now)
    else:
        days.measure_fresh(now=now)
    return now + _MEASURE_EVERY


@due_work(DAYS, batch=True)
def measure_component(*, key: str, payload: dict[str, Any], now: datetime) -> None:
    days.measure_one(component_id=int(key), now=now)


@due_work(OVERRIDE)
def override_ends(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return components.override_ends(component_id=int(key), now=now)


@due_work(MAINTENANCE)
def maintenance_time(*, key: str, payload: dict[str, Any], now: datetime) -> datetime | None:
    return maintenances.tick(maintenance_id=int(key), now=now)


@subscriber("BurnRateAlertFired", "status_page.burn_alert_fired")
@subscriber("BurnRateAlertResolved", "status_page.burn_alert_resolved")
@subscriber("IncidentAcknowledged", "status_page.incident_acknowledged")
@subscriber("IncidentOpened", "status_page.incident_opened")
@subscriber("IncidentResolved", "status_page.incident_resolved")
@subscriber("IncidentSeverityChanged", "status_page.incident_severity_changed")
def something_changed(*, fact_id: int, payload: dict[str, Any], now: datetime) -> None:
    """Components are looked at now instead of within the minute."""
    due.demand(kind=WATCH, key=STANDING_KEY, now=now)
