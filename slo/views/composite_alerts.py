"""What the page of a composite says of its burn alerts: its rules now, which fire, and which fired last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slo.models import Composite, CompositeEvaluation
from slo.selectors.composite_alerts import alerts_of_composite
from slo.selectors.composite_judgements import CompositeJudgement, rule_states
from slo.views.alerts_wording import rule_row

SHOWN = 20


def composite_alerts(*, composite: Composite, judged: CompositeJudgement | None, at: datetime) -> dict[str, Any]:
    """Alerts that had fired by *at*, and the rules as they stand; those of the past are not judged again."""
    alerts = list(alerts_of_composite(composite=composite).filter(fired_at__lte=at)[:SHOWN])
    if judged is None:
        return {"alerts": alerts, "rules": None, "alert_warnings": ()}
    row = CompositeEvaluation.objects.filter(composite=composite).first()
    firing = {alert.condition: alert for alert in alerts if alert.is_open}
    states = rule_states(judged=judged, alerts=firing, row=row)
    return {
        "alerts": alerts,
        "rules": [rule_row(one) for one in states],
        "alert_warnings": judged.policy.warnings if judged.policy.rules else (),
    }
