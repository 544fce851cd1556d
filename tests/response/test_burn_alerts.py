"""Burn alerts become incidents that say what burns and what was changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.urls import base

from chaos.runs.models import Run
from incidents.response import handlers
from incidents.response.domain.phases import Status
from incidents.response.models import Alert, BreakingDeployment, Incident
from incidents.response.selectors import first_suspects
from incidents.response.services import lifecycle
from reliability.access.domain.caller import SYSTEM
from reliability.catalog.models import Service
from reliability.delivery.models import Change, Deployment
from reliability.delivery.services.changes import record
from reliability.kit.instants import format_instant
from slo.models import BurnAlert, Slo
from tests.cast import (
    Cast,
    DependencyFactory,
    EscalationPolicyFactory,
    ExperimentFactory,
    ExperimentVersionFactory,
    IncidentFactory,
    RunFactory,
    ServiceFactory,
    SliFactory,
    SloFactory,
)
from tests.response.burns import payload_of

MINUTE = timedelta(minutes=1)
Payload = Callable[..., dict[str, Any]]


@pytest.fixture
def slo(cast: Cast) -> Slo:
    service = ServiceFactory(team=cast.payments, name="checkout")
    made: Slo = SloFactory(sli=SliFactory(team=cast.payments, service=service), team=cast.payments, service=service)
    return made


@pytest.fixture
def payload(slo: Slo, now: datetime) -> Payload:
    """What the room of objectives emits of the newest firing of a condition, which is open."""

    def make(condition: str = "page-1h", **fields: Any) -> dict[str, Any]:
        known = {"slo": slo, "condition": condition, "resolved_at": None}
        wanted = {"title": condition, "severity": 2, "urgency": "urgent", "fired_at": now - MINUTE}
        alert, _ = BurnAlert.objects.get_or_create(**known, defaults=wanted)
        began = {"began_at": format_instant(now - 20 * MINUTE)}
        return payload_of(alert, at=now - MINUTE, **(began | fields))

    return make


def test_a_burn_opens_an_incident_that_names_its_objective_its_service_and_its_suspects(
    cast: Cast, slo: Slo, payload: Payload, now: datetime
) -> None:
    service = slo.service
    assert isinstance(service, Service)
    ledger = ServiceFactory(team=cast.payments, title="Ledger")
    DependencyFactory(service=service, needs=ledger)
    told = partial(record, team_id=cast.payments.pk, origin="ci", now=now, service_id=ledger.pk)
    told(key="1", title="Release 2041", at=now - 24 * MINUTE)
    told(key="2", title="Afterwards", at=now)
    secret = ServiceFactory(team=cast.search)
    DependencyFactory(service=service, needs=secret)
    at = now - 21 * MINUTE
    record(team_id=cast.search.pk, origin="ci", now=now, key="3", title="Secret", service_id=secret.pk, at=at)
    deployed = Deployment.objects.create(
        team=cast.payments, service=service, environment="production", origin="api:ci", key="7", received_at=now,
        finished_at=now - 22 * MINUTE, outcome="succeeded", repository="shop", revision="9fceb02d0ae598",
    )  # fmt: skip
    handlers.burn_alert_fired(fact_id=1, payload=payload(), now=now)
    incident = Incident.objects.get()
    assert (incident.started_at, incident.detected_at, incident.severity) == (now - 20 * MINUTE, now, 2)
    assert [impact.slo for impact in incident.impacted_slos.all()] == [slo]
    assert [impact.service for impact in incident.impacted_services.all()] == [service]
    assert incident.summary.splitlines() == [
        "Impact: payments fail.",
        "",
        "Suspects, the likeliest first:",
        "1. checkout 9fceb02 to production: deployed 2 min before it burnt; of Checkout itself; "
        "no earlier deployment of it is known",
        "2. A change of another team: changed 1 min before it burnt",
        "3. Release 2041: changed 4 min before it burnt; of Ledger, which it needs directly; "
        "no earlier change of it is known",
    ]
    link = incident.alerts.get().links[1]
    assert link["title"] == "checkout 9fceb02 to production"
    assert link["url"].endswith(f"/delivery/deployments/{deployed.pk}/")


def test_the_message_of_an_alert_does_not_wait_for_every_page_to_be_loaded(
    cast: Cast, slo: Slo, payload: Payload, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look-up of an address in a process loads all there are: seconds, in a fresh worker."""
    at = now - 22 * MINUTE
    assert slo.service is not None
    broke = Deployment.objects.create(
        team=cast.payments, service=slo.service, environment="production", origin="api:ci", key="7", received_at=now,
        finished_at=at, outcome="succeeded", repository="shop", revision="9fceb02d0ae598",
    )  # fmt: skip
    earlier = IncidentFactory(team=cast.payments, started_at=at)
    BreakingDeployment.objects.create(incident=earlier, deployment=broke, named_by_name="Editor", named_at=now)
    experiment = ExperimentFactory(team=cast.payments, service=slo.service)
    run = RunFactory(version=ExperimentVersionFactory(experiment=experiment))
    Run.objects.filter(pk=run.pk).update(fault_began_at=at, fault_ended_at=at)

    def loaded(*_: object) -> None:
        raise AssertionError("every page was loaded")

    monkeypatch.setattr(base, "get_resolver", loaded)
    handlers.burn_alert_fired(fact_id=1, payload=payload(), now=now)
    text = Incident.objects.latest("pk").summary
    assert "checkout 9fceb02 to production: " in text
    assert f"Run #{run.pk}: " in text


def test_an_alert_opens_its_incident_even_where_suspects_cannot_be_ranked(
    payload: Payload, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        Change.objects.raw("select nothing from nowhere")[0]

    monkeypatch.setattr(first_suspects, "likeliest", broken)
    handlers.burn_alert_fired(fact_id=1, payload=payload(), now=now)
    assert Incident.objects.get().summary == "Impact: payments fail."


def test_the_conditions_of_an_objective_share_one_incident_until_the_last_ends(payload: Payload, now: datetime) -> None:
    handlers.burn_alert_fired(fact_id=1, payload=payload(), now=now)
    handlers.burn_alert_fired(fact_id=1, payload=payload(), now=now)
    handlers.burn_alert_fired(fact_id=2, payload=payload("page-6h"), now=now)
    incident = Incident.objects.get()
    assert incident.alerts.count() == 2
    handlers.burn_alert_resolved(fact_id=3, payload=payload(reason="calm"), now=now)
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED
    handlers.burn_alert_resolved(fact_id=4, payload=payload("page-6h", reason="calm"), now=now)
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED


def test_an_end_that_nobody_is_to_be_told_of_leaves_the_incident_to_people(payload: Payload, now: datetime) -> None:
    handlers.burn_alert_fired(fact_id=1, payload=payload(), now=now)
    handlers.burn_alert_resolved(fact_id=2, payload=payload(is_told=False), now=now)
    assert Incident.objects.get().status == Status.TRIGGERED


def test_a_fact_that_is_handled_again_after_the_end_opens_nothing(payload: Payload, now: datetime) -> None:
    first = payload()
    handlers.burn_alert_fired(fact_id=1, payload=first, now=now)
    lifecycle.resolve(caller=SYSTEM, incident_id=Incident.objects.get().pk, now=now)
    handlers.burn_alert_fired(fact_id=1, payload=first, now=now)
    assert Incident.objects.get().status == Status.RESOLVED


def test_the_end_of_one_firing_that_is_heard_late_does_not_end_the_next(payload: Payload, now: datetime) -> None:
    first = payload()
    handlers.burn_alert_fired(fact_id=1, payload=first, now=now)
    BurnAlert.objects.update(resolved_at=now)
    second = payload()
    handlers.burn_alert_fired(fact_id=3, payload=second, now=now)
    handlers.burn_alert_resolved(fact_id=2, payload=first, now=now)
    assert Incident.objects.get().status == Status.TRIGGERED
    handlers.burn_alert_resolved(fact_id=4, payload=second, now=now)
    assert Incident.objects.get().status == Status.RESOLVED


def test_a_firing_of_an_objective_that_is_gone_leaves_nothing_open(payload: Payload, now: datetime) -> None:
    late = payload()
    BurnAlert.objects.all().delete()
    handlers.burn_alert_fired(fact_id=1, payload=late, now=now)
    assert not Alert.objects.filter(resolved_at=None).exists()
    assert Incident.objects.get().status == Status.RESOLVED


@pytest.mark.parametrize(
    ("targets", "paged"),
    [
        ([], "default"),
        (["a-chat-room"], "default"),
        (["a-chat-room", "shop-duty"], "shop-duty"),
        (["secret", "open"], "open"),
        (["secret"], "default"),
    ],
    ids=["none is named", "no policy of that name", "one of the team", "one of an open team", "one of a private team"],
)
def test_a_notification_target_that_is_a_policy_pages_by_it(
    cast: Cast, payload: Payload, now: datetime, targets: list[str], paged: str
) -> None:
    EscalationPolicyFactory(team=cast.payments, slug="default", is_team_default=True)
    EscalationPolicyFactory(team=cast.payments, slug="shop-duty")
    EscalationPolicyFactory(team=cast.search, slug="secret")
    EscalationPolicyFactory(team=cast.commons, slug="open")
    handlers.burn_alert_fired(fact_id=1, payload=payload(targets=targets), now=now)
    escalation = Incident.objects.get().escalation
    assert escalation is not None
    assert escalation.policy is not None
    assert escalation.policy.slug == paged
