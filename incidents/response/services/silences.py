"""Alerts that fire in silence: kept without an incident, and opened when the silence ends while they still fire.

Silences are the room's above. It registers who answers whether an alert is silenced now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from incidents.response.domain.alerts import Received
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert
from incidents.response.services import alerts_joining
from reliability.outbox.services import due

WAKE = "response.silenced"


@dataclass(frozen=True, slots=True)
class Silenced:
    """words: why, as people read it. until: when to look again; None: only when the alert is told again."""

    words: str
    until: datetime | None


class _NoSilences:
    """Until a room registers: nothing is silenced."""

    def __call__(self, *, alert: Alert, now: datetime) -> Silenced | None:
        return None


_check: list[Callable[..., Silenced | None]] = [_NoSilences()]


def register_check(check: Callable[..., Silenced | None]) -> Callable[..., Silenced | None]:
    """Ask `check(alert=…, now=…)` whether an alert is silenced. The last one registered counts."""
    _check[:] = [check]
    return check


def wake_at(*, alert_id: int, due_at: datetime) -> None:
    """Look at a silenced alert again at *due_at*."""
    due.schedule(kind=WAKE, key=alert_id, due_at=due_at, reschedule=True)


def look_again(*, team_id: int, now: datetime) -> int:
    """A silence of the team was ended early or changed: look at its silenced alerts now. Returns how many."""
    ids = list(_silenced().filter(team_id=team_id).order_by("pk").values_list("pk", flat=True))
    for alert_id in ids:
        wake_at(alert_id=alert_id, due_at=now)
    return len(ids)


def wake(*, alert_id: int, now: datetime) -> datetime | None:
    """Open what still fires and is silenced no more; else when to look again. Safe to run twice."""
    alert = _silenced().filter(pk=alert_id).select_related("service", "team").first()
    if alert is None:
        return None
    silenced = _check[0](alert=alert, now=now)
    if silenced is None:
        end_silence(alert_id=alert_id, now=now)
        return None
    until = silenced.until
    _silenced().filter(pk=alert_id).update(silenced_by=silenced.words[:200], silenced_until_at=until)
    return until if until is None or until > now else None


@transaction.atomic
def end_silence(*, alert_id: int, now: datetime, severity: Severity | None = None) -> Received | None:
    """Let the alert join or open an incident. None when it ended, or got one, meanwhile.

    severity: what its source says now, if that is why; the worst it has said counts.

    Its row is locked before that of the incident, which is right only here: nobody who holds an incident looks for
    alerts that have none.
    """
    alert = _silenced().select_for_update(no_key=True).filter(pk=alert_id).first()
    if alert is None:
        return None
    if severity is not None and severity < alert.severity:
        alert.severity = severity.value
        alert.save(update_fields=("severity",))
    return alerts_joining.place(alert=alert, now=now)


def _silenced() -> QuerySet[Alert]:
    return Alert.objects.filter(resolved_at=None, incident=None).exclude(silenced_by="")
