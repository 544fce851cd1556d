"""Facts of burn alerts as the room of objectives emits them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reliability.kit.instants import format_instant
from slo.models import BurnAlert

MINUTE = timedelta(minutes=1)


def payload_of(alert: BurnAlert, *, at: datetime, **fields: Any) -> dict[str, Any]:
    """The fact of a firing at *at*, or of its end."""
    slo = alert.slo
    return {
        "alert_id": alert.pk,
        "slo_id": slo.pk,
        "slo": slo.name,
        "team_id": slo.team_id,
        "service_id": slo.service_id,
        "condition": alert.condition,
        "severity": 2,
        "urgency": "urgent",
        "kind": "burn",
        "title": "Checkout burns its budget 20 × too fast",
        "text": "Impact: payments fail.",
        "numbers": {"long": 20.0},
        "at": format_instant(at),
        "began_at": format_instant(at - 19 * MINUTE),
        "url": "http://localhost:8000/slos/x/",
        "is_told": True,
        "targets": [],
        **fields,
    }
