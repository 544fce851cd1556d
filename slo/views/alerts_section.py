"""What the page of an objective says of its alerts: which fire, which fired last, and from where on rules fire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from reliability.kit.durations import format_duration
from slo.models import Slo
from slo.selectors.alerts import alerts_of
from slo.selectors.replay import policy_at

OPEN_SHOWN, SHOWN = 20, 3
RECENT = timedelta(days=30)


def alerts_section(*, slo: Slo, at: datetime, now: datetime) -> dict[str, Any]:
    """Open at *at* (worst first), the newest over by then, how many fired lately; thresholds by look-back."""
    _, policy = policy_at(slo=slo, at=at, now=now)
    alerts = alerts_of(slo=slo).filter(fired_at__lte=at)
    is_over = Q(resolved_at__lte=at)
    return {
        "open_alerts": list(alerts.exclude(is_over).order_by("severity", "-fired_at", "-pk")[:OPEN_SHOWN]),
        "past_alerts": list(alerts.filter(is_over)[:SHOWN]),
        "recent_alerts": alerts.filter(fired_at__gt=at - RECENT).count(),
        "thresholds": {format_duration(rule.long): rule.threshold for rule in policy.rules if rule.op.is_upward},
        "alert_warnings": policy.warnings,
    }
