"""What an incident touches, as its timeline tells it to every reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services import impact, lifecycle
from incidents.response.services.alerts import receive
from reliability.access.domain.caller import SYSTEM
from tests.cast import Cast, ServiceFactory, SloFactory

Declare = Callable[..., Incident]


def told(incident: Incident) -> list[str]:
    return [entry.text for entry in incident.timeline.filter(kind="impact").order_by("pk")]


@pytest.mark.parametrize("owner", ["payments", "commons"])
def test_what_every_reader_may_see_is_named(cast: Cast, declare: Declare, now: datetime, owner: str) -> None:
    incident, team = declare(), getattr(cast, owner)
    service, slo = ServiceFactory(team=team, title="Checkout"), SloFactory(team=team, title="Orders work")
    assert impact.add_service(caller=SYSTEM, incident_id=incident.pk, service_id=service.pk, now=now)
    assert impact.add_slo(caller=SYSTEM, incident_id=incident.pk, slo_id=slo.pk, now=now)
    impact.remove_slo(caller=SYSTEM, incident_id=incident.pk, slo_id=slo.pk, now=now)
    assert told(incident) == [
        "Checkout is affected, says system.",
        "The objective Orders work is affected, says system.",
        "The objective Orders work is not affected after all, says system.",
    ]


def test_names_of_another_private_team_stay_out_of_the_timeline(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    service = ServiceFactory(team=cast.search, title="Hidden treasure")
    slo = SloFactory(team=cast.search, title="Hidden treasure")
    impact.add_service(caller=SYSTEM, incident_id=incident.pk, service_id=service.pk, now=now)
    impact.add_slo(caller=SYSTEM, incident_id=incident.pk, slo_id=slo.pk, now=now)
    impact.remove_service(caller=SYSTEM, incident_id=incident.pk, service_id=service.pk, now=now)
    assert told(incident) == [
        "A service of another team is affected, says system.",
        "An objective of another team is affected, says system.",
        "A service of another team is not affected after all, says system.",
    ]


def test_what_does_not_fit_any_more_is_said_once_in_the_timeline(cast: Cast, now: datetime, settings: Any) -> None:
    settings.INCIDENT_IMPACTS_MAX = 2
    fire = partial(
        receive,
        team_id=cast.payments.pk,
        origin="integration:1",
        origin_name="AM",
        action="trigger",
        severity=Severity.SEV3,
        group_key="host",
        now=now,
    )
    titles = ["Checkout", "Ledger", "Search"]
    ids = [ServiceFactory(team=cast.payments, title=title).pk for title in titles]
    for n, service_id in enumerate([*ids, ids[2], ids[0]]):
        fire(key=f"k{n}", title=f"alert {n}", service_id=service_id)
    incident = Incident.objects.get()
    assert incident.alerts.count() == 5
    assert [one.service.title for one in incident.impacted_services.order_by("pk")] == ["Checkout", "Ledger"]
    assert told(incident) == [
        "Affected, too, but not listed, because 2 services are the most an incident lists: Search."
    ]


def test_a_merge_beyond_the_bound_names_what_was_left_out(
    cast: Cast, declare: Declare, now: datetime, settings: Any
) -> None:
    settings.INCIDENT_IMPACTS_MAX = 2
    slos = [SloFactory(team=cast.payments, title=f"Objective {n}") for n in range(4)]
    ids = [slo.pk for slo in slos]
    target, source = declare(slo_ids=ids[:2]), declare(slo_ids=ids[2:])
    lifecycle.merge(caller=SYSTEM, incident_id=source.pk, into_id=target.pk, now=now)
    assert target.impacted_slos.count() == 2
    assert "was merged into this by system." in target.timeline.get(kind="merge").text  # of no alerts it says nothing
    assert told(target) == [
        "Affected, too, but not listed, because 2 objectives are the most an incident lists: "
        "The objective Objective 2, The objective Objective 3."
    ]


def test_a_message_names_only_what_all_its_readers_may_know(cast: Cast, declare: Declare) -> None:
    runbook = "https://runbooks.example/secret"
    hidden = ServiceFactory(team=cast.search, title="Hidden treasure", runbook_url=runbook)
    known, shared = (
        ServiceFactory(team=cast.payments, title="Checkout"),
        ServiceFactory(team=cast.commons, title="Mail"),
    )
    objective = SloFactory(team=cast.search, title="Treasure stays hidden")
    incident = declare(
        caller=SYSTEM,
        service_ids=[hidden.pk, known.pk, shared.pk],
        slo_ids=[objective.pk],
    )
    assert incident.escalation is not None
    content = incident.escalation.content
    assert "reasure" not in str(content)
    assert "secret" not in str(content)
    assert content["service"] == "Checkout, Mail"
    assert content["details"]["Services"] == "Checkout, Mail, 1 of another team"
    assert content["details"]["Objectives"] == "1 of another team"
