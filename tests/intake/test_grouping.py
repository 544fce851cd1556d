"""Which alerts become one incident, through the pipeline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.intake.domain.events import Action, OutsideAlert, Parsed
from incidents.intake.models import Integration
from incidents.intake.services.receiving import take
from incidents.response.models import Incident
from tests.cast import Cast, IntegrationFactory, ServiceFactory

MINUTE = timedelta(minutes=1)


def fire(integration: Integration, now: datetime, *alerts: tuple[str, dict[str, str]]) -> None:
    found = tuple(OutsideAlert(Action.TRIGGER, key, f"{key} fires", labels=labels) for key, labels in alerts)
    take(integration=Integration.objects.get(pk=integration.pk), parsed=Parsed(alerts=found), now=now)


def made(cast: Cast, **grouping: Any) -> Integration:
    return IntegrationFactory(team=cast.payments, grouping=grouping)


def test_without_a_rule_each_alert_is_an_incident(cast: Cast, now: datetime) -> None:
    fire(made(cast), now, ("a", {"host": "1"}), ("b", {"host": "1"}))
    assert Incident.objects.count() == 2


def test_alerts_that_share_their_labels_are_one(cast: Cast, now: datetime) -> None:
    integration = made(cast, by="labels", labels=["alertname", "cluster"])
    same = {"alertname": "Disk", "cluster": "eu"}
    fire(integration, now, ("a", same | {"host": "1"}), ("b", same | {"host": "2"}), ("c", {"alertname": "Disk"}))
    assert sorted(incident.alerts.count() for incident in Incident.objects.all()) == [1, 2]


def test_alerts_without_any_of_the_labels_stay_by_themselves(cast: Cast, now: datetime) -> None:
    fire(made(cast, by="labels", labels=["cluster"]), now, ("a", {}), ("b", {}))
    assert Incident.objects.count() == 2


def test_long_values_that_differ_at_the_end_stay_apart(cast: Cast, now: datetime) -> None:
    integration = made(cast, by="labels", labels=["path"])
    fire(integration, now, ("a", {"path": "x" * 900 + "1"}), ("b", {"path": "x" * 900 + "2"}))
    assert Incident.objects.count() == 2


def test_alerts_of_one_service_are_one(cast: Cast, now: datetime) -> None:
    integration = IntegrationFactory(
        team=cast.payments, grouping={"by": "service"}, service=ServiceFactory(team=cast.payments)
    )
    fire(integration, now, ("a", {}), ("b", {}))
    assert Incident.objects.get().impacted_services.count() == 1


def test_everything_within_the_minutes_is_one(cast: Cast, now: datetime) -> None:
    integration = made(cast, by="window", minutes=5)
    fire(integration, now, ("a", {}))
    fire(integration, now + 4 * MINUTE, ("b", {}))
    fire(integration, now + 5 * MINUTE, ("c", {}))
    fire(integration, now + 6 * MINUTE, ("d", {}))
    assert sorted(incident.alerts.count() for incident in Incident.objects.all()) == [2, 2]


def test_a_clock_that_is_set_back_begins_a_new_window(cast: Cast, now: datetime) -> None:
    integration = made(cast, by="window", minutes=5)
    fire(integration, now, ("a", {}))
    fire(integration, now - 60 * MINUTE, ("b", {}))
    assert Incident.objects.count() == 2


@pytest.mark.parametrize("by", ["labels", "service", "window"])
def test_two_integrations_are_never_grouped_together(cast: Cast, now: datetime, by: str) -> None:
    for integration in (made(cast, by=by, labels=["a"], minutes=5), made(cast, by=by, labels=["a"], minutes=5)):
        fire(integration, now, ("k", {"a": "1"}))
    assert Incident.objects.count() == 2
