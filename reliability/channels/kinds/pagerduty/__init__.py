"""PagerDuty: events out through its own client, webhooks in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.http import host_of
from reliability.channels.kinds.pagerduty.form import PagerDutyForm
from reliability.channels.kinds.pagerduty.transport import send
from reliability.channels.kinds.place import Place


class PagerDutyKind:
    name = "pagerduty"
    title = "PagerDuty"
    description = "Triggers, acknowledges and resolves incidents of a PagerDuty service, and hears back from it."
    icon = "siren"
    serves_teams = True
    serves_persons = False
    needs_administrator = False
    way_back = (
        "In PagerDuty, under Integrations › Generic Webhooks (v3), make a subscription for the service with "
        "this address and the events incident.acknowledged, incident.unacknowledged, incident.resolved and "
        "incident.reopened. Enter the secret it is given here."
    )
    form: type[KindForm] = PagerDutyForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        return send(place=place, message=message, now=now)

    def address(self, config: Mapping[str, Any]) -> str:
        return f"PagerDuty at {host_of(str(config.get('events_url', '')))}"
