"""What an incident touches, as its timeline tells it to every reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from incidents.response.models import Incident
from incidents.response.services import impact
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
