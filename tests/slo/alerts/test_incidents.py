"""From stored minutes to an incident and back: the facts of burn alerts as the incident room hears them."""

from __future__ import annotations

from datetime import datetime

import pytest

from incidents.response.models import Alert, Incident
from reliability.access.domain.caller import SYSTEM
from reliability.outbox.models import Due
from reliability.outbox.registry import registration_of
from slo.models import Slo
from slo.services import alerts
from slo.services.alerts import AlertingDraft
from tests.slo.alerts.conftest import Live

pytestmark = pytest.mark.django_db


def hear(now: datetime, *, newest_first: bool = False) -> None:
    """Handle the waiting facts of burn alerts, in an order of the worker's choosing."""
    waiting = Due.objects.filter(kind__startswith="fact:response.burn_alert").order_by("-pk" if newest_first else "pk")
    for due in list(waiting):
        registration = registration_of(due.kind)
        assert registration is not None
        registration.run(key=due.key, payload=due.payload, now=now)
        due.delete()


def test_an_outage_opens_one_incident_and_its_end_resolves_it(slo: Slo, live: Live, now: datetime) -> None:
    alerts.save(caller=SYSTEM, slo=slo, draft=AlertingDraft(has_ticket=False), now=now)
    at = live(now, 45, bad=100.0)
    hear(at)
    incident = Incident.objects.get()
    assert (incident.severity, incident.team_id, incident.status) == (2, slo.team_id, "triggered")
    assert {alert.labels["condition"] for alert in incident.alerts.all()} >= {"page-1h", "page-6h"}
    assert all("at this burn it is spent in" in alert.description for alert in incident.alerts.all())
    at = live(at, 10, bad=0.0)
    hear(at)
    incident.refresh_from_db()
    assert incident.status == "triggered"  # the six hours still burn
    at = live(at, 60, bad=0.0)
    hear(at)
    assert not Alert.objects.filter(resolved_at=None).exists()
    incident.refresh_from_db()
    assert incident.status == "resolved"
    assert Incident.objects.count() == 1


def test_an_end_that_is_heard_before_its_beginning_leaves_nothing_open(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 12, bad=100.0)
    at = live(at, 20, bad=0.0)
    hear(at, newest_first=True)
    assert Alert.objects.filter(key__startswith="page-1h", resolved_at__isnull=False).exists()
    assert not Alert.objects.filter(resolved_at=None).exists()
