"""Labels that name a service: whose alert it is, whatever the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from incidents.response.models import Alert, Incident
from reliability.catalog.models import Service
from reliability.delivery.models import Change
from tests.cast import Cast, EscalationPolicyFactory, PolicyStepFactory, ServiceFactory, StepTargetFactory
from tests.intake.conftest import KEY, Make


@pytest.fixture
def shop(cast: Cast) -> Service:
    return ServiceFactory(team=cast.payments, name="shop", title="Shop")


Tell = Callable[..., None]


@pytest.fixture
def alertmanager(sender: Client) -> Tell:
    def tell(**labels: str) -> None:
        alert = {"status": "firing", "startsAt": "2026-03-02T12:00:00Z", "labels": {"alertname": "Down"} | labels}
        answer = sender.post(f"/intake/{KEY}/alertmanager", {"alerts": [alert]}, content_type="application/json")
        assert answer.status_code == 200, answer.content

    return tell


def event(sender: Client, **payload: Any) -> None:
    body = {"routing_key": KEY, "event_action": "trigger", "payload": payload | {"summary": "Down", "source": "db1"}}
    answer = sender.post("/v2/enqueue", body | {"dedup_key": "1"}, content_type="application/json")
    assert answer.status_code == 202, answer.content


def impacted() -> list[str]:
    return [one.service.name for one in Incident.objects.get().impacted_services.all()]


def test_the_label_service_of_alertmanager_names_impact_and_policy(
    integrate: Make, alertmanager: Tell, shop: Service, cast: Cast
) -> None:
    policy = EscalationPolicyFactory(team=cast.payments, title="Of the shop")
    StepTargetFactory(step=PolicyStepFactory(policy=policy), user=cast.responder)
    policy.services.create(service=shop)
    integrate("alertmanager")
    alertmanager(service="Shop")
    assert impacted() == ["shop"]
    escalation = Incident.objects.get().escalation
    assert escalation is not None
    assert escalation.definition["title"] == "Of the shop"


@pytest.mark.parametrize("payload", [{"component": "shop"}, {"custom_details": {"service": "shop"}}])
def test_component_and_details_of_a_pagerduty_event_name_it(
    integrate: Make, sender: Client, shop: Service, payload: dict[str, Any]
) -> None:
    integrate("pagerduty", config={"service_labels": ["service", "component"]})
    event(sender, severity="critical", **payload)
    assert impacted() == ["shop"]


@pytest.mark.usefixtures("shop")
def test_labels_of_a_mapping_name_it(integrate: Make, sender: Client) -> None:
    integrate("generic", config={"key": "id", "title": "id", "labels": "{app: app}", "service_labels": ["app"]})
    sender.post(f"/intake/{KEY}/generic", {"id": "1", "app": "shop"}, content_type="application/json")
    assert impacted() == ["shop"]


@pytest.mark.usefixtures("shop")
def test_the_details_of_a_change_event_name_it(integrate: Make, sender: Client) -> None:
    integrate("pagerduty")
    payload = {"summary": "1.42 deployed", "source": "ci", "custom_details": {"service": "shop"}}
    body = {"routing_key": KEY, "payload": payload}
    assert sender.post("/v2/change/enqueue", body, content_type="application/json").status_code == 202
    service = Change.objects.get().service
    assert service is not None
    assert service.name == "shop"


def test_an_unknown_name_falls_back_and_the_page_says_so(
    integrate: Make, alertmanager: Tell, shop: Service, as_: Callable[[str], Client]
) -> None:
    integrate("alertmanager", name="prometheus", service=shop)
    alertmanager(service="kube-state-metrics")
    assert impacted() == ["shop"]
    page = as_("viewer").get("/integrations/prometheus/").content.decode()
    assert "No service of Payments is named <code>kube-state-metrics</code>" in page
    assert "own service" in page


def test_another_teams_service_of_that_name_is_not_it(integrate: Make, alertmanager: Tell, cast: Cast) -> None:
    ServiceFactory(team=cast.search, name="shop")
    integrate("alertmanager")
    alertmanager(service="shop")
    assert Alert.objects.get().service is None


def test_an_integration_may_go_by_no_label(integrate: Make, alertmanager: Tell, shop: Service) -> None:
    integrate("alertmanager", config={"service_labels": []})
    alertmanager(service="shop")
    assert Alert.objects.get().service is None
    assert shop.alerts.count() == 0


def test_alerts_grouped_by_service_go_by_their_labels(
    integrate: Make, alertmanager: Tell, shop: Service, cast: Cast
) -> None:
    ServiceFactory(team=cast.payments, name="search")
    integrate("alertmanager", grouping={"by": "service"})
    for host, name in (("1", "shop"), ("2", "shop"), ("3", "search")):
        alertmanager(service=name, host=host)
    assert sorted(one.alerts.count() for one in Incident.objects.all()) == [1, 2]
