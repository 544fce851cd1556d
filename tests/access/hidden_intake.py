"""What the private team Payments keeps of alerts from outside, for the test of every address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from incidents.intake.models import IntegrationKey, Reject, Silence
from tests.cast import BEGINNING, Cast, IntegrationFactory, MonitorFactory

MARK = "hidden-treasure"


def hidden_intake(cast: Cast) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    integration = IntegrationFactory(team=cast.payments, name=f"{MARK}-integration", last_error=MARK)
    key = IntegrationKey.objects.create(
        integration=integration, prefix="abcdef", secret_hash="0" * 64, created_at=BEGINNING
    )
    reject = Reject.objects.create(
        integration=integration,
        at=BEGINNING,
        first_at=BEGINNING,
        reason="invalid",
        message=MARK,
        body=MARK,
        digest="0" * 64,
    )
    monitor = MonitorFactory(team=cast.payments, name=f"{MARK}-monitor")
    silence = Silence.objects.create(
        team=cast.payments,
        matchers=[{"label": "host", "op": "=", "value": MARK}],
        start_at=BEGINNING,
        end_at=BEGINNING + timedelta(days=36_500),
        reason=MARK,
        author_name="Editor",
    )
    return {
        "integrations/": {"name": integration.name, "key_id": key.pk, "reject_id": reject.pk},
        "monitors/": {"name": monitor.name},
        "silences/": {"silence_id": silence.pk},
    }
