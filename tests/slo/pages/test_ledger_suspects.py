"""The line of an incident in a ledger says what was changed before it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from reliability.suspects.models import Suspect
from reliability.suspects.services.incidents import follow
from reliability.web.zones import UTC_ZONE
from slo.domain.causes import Behind
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.selectors.ledger import ledger_of
from slo.services import series
from tests.cast import Cast, DependencyFactory, IncidentFactory, ServiceFactory

As = Callable[[str], Client]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def lost(slo: Slo, now: datetime) -> Period:
    """Four hours in which a tenth of everything failed."""
    period = Period(now - 4 * HOUR, now)
    valid = np.full(240, 100.0)
    counts = MinuteSeries(to_minute(period.start), valid * 0.9, valid, np.ones(240, dtype=np.bool_))
    series.store(sli_id=slo.sli_id, counts=counts, now=now)
    return period


def deploy(service: Service, at: datetime, revision: str) -> None:
    Deployment.objects.create(
        team=service.team, service=service, environment="production", origin="api:ci", key=revision, received_at=at,
        finished_at=at, outcome="succeeded", repository=service.name, revision=revision,
    )  # fmt: skip


def burnt(slo: Slo, at: datetime, now: datetime) -> Incident:
    """For half an hour, and its suspects were ranked."""
    assert slo.service is not None
    incident: Incident = IncidentFactory(team=slo.team, started_at=at, detected_at=at, resolved_at=at + 30 * MINUTE)
    ImpactedSlo.objects.create(incident=incident, slo=slo)
    ImpactedService.objects.create(incident=incident, service=slo.service)
    follow(incident_id=incident.pk, now=now)
    return incident


def behind(slo: Slo, caller: Caller, lost: Period) -> list[Behind | None]:
    """Of the incidents' lines, in the order in which they are told."""
    view = ledger_of(caller=caller, slo=slo, period=lost, at=lost.end, now=lost.end, zone=UTC_ZONE)
    return [one.causes[0].behind for one in view.ledger.lines if one.key.startswith("incident-")]


def test_it_names_the_first_suspect_then_the_confirmed_one_and_none_that_was_rejected(
    cast: Cast, slo: Slo, lost: Period, as_: As
) -> None:
    at, caller = lost.start + HOUR, cast.caller("viewer")
    assert slo.service is not None
    deploy(slo.service, at - 2 * MINUTE, "aaaaaaa0000000")
    deploy(slo.service, at - 50 * MINUTE, "bbbbbbb0000000")
    incident = burnt(slo, at, lost.end)
    suspects = Suspect.objects.filter(case__incident_id=incident.pk)
    first, second = suspects.order_by("place")
    (found,) = behind(slo, caller, lost)
    assert found is not None
    assert (found.words, found.label) == ("First suspect", f"{slo.service.name} aaaaaaa to production")
    assert found.why.startswith("deployed 2 min before it began; of Checkout itself")
    suspects.filter(pk=first.pk).update(verdict="rejected")
    (found,) = behind(slo, caller, lost)
    assert found is not None
    assert (found.words, found.label) == ("First suspect that nobody rejected", second.label)
    suspects.filter(pk=first.pk).update(verdict="open")
    suspects.filter(pk=second.pk).update(verdict="confirmed", verdict_by_name="Ada")
    query = f"from={lost.start:%Y-%m-%dT%H:%M:%SZ}&to={lost.end:%Y-%m-%dT%H:%M:%SZ}"
    page = as_("viewer").get(f"/slos/{slo.name}/ledger/?{query}").content.decode()
    assert f'Confirmed by Ada: <a href="{second.url}">{second.label}</a>' in page
    told = as_("viewer").get(f"/api/v1/slos/{slo.name}/ledger?{query}").json()["lines"]
    of_incident = next(line["suspect"] for line in told if line["key"] == f"incident-{incident.pk}")
    assert (of_incident["label"], of_incident["url"], of_incident["confirmed"]) == (second.label, second.url, True)
    assert {line["suspect"] for line in told if line["kind"] != "incident"} == {None}
    rows = csv.DictReader(
        io.StringIO(as_("viewer").get(f"/slos/{slo.name}/ledger/?{query}&format=csv").content.decode())
    )
    assert next(row["suspect"] for row in rows if row["kind"] == "incident").startswith(
        f"Confirmed by Ada: {second.label} (deployed 50 min before it began"
    )
    suspects.update(verdict="rejected")
    assert behind(slo, caller, lost) == [None]


def test_a_change_of_a_team_that_keeps_to_itself_is_not_named(cast: Cast, slo: Slo, lost: Period) -> None:
    at = lost.start + HOUR
    secret = ServiceFactory(team=cast.search, name="secret")
    DependencyFactory(service=slo.service, needs=secret)
    deploy(secret, at - 2 * MINUTE, "aaaaaaa0000000")
    burnt(slo, at, lost.end)
    (found,) = behind(slo, cast.caller("viewer"), lost)
    assert found is not None
    assert (found.label, found.url, found.why) == ("a change of another team", "", "")
    (found,) = behind(slo, cast.caller("chief"), lost)
    assert found is not None
    assert found.label == "secret aaaaaaa to production"


def test_many_incidents_cost_as_many_queries_as_one(cast: Cast, slo: Slo, lost: Period) -> None:
    assert slo.service is not None
    deploy(slo.service, lost.start, "aaaaaaa0000000")
    burnt(slo, lost.start + MINUTE, lost.end)
    with CaptureQueriesContext(connection) as one:
        behind(slo, cast.caller("viewer"), lost)
    for number in range(1, 5):
        burnt(slo, lost.start + number * 40 * MINUTE, lost.end)
    with CaptureQueriesContext(connection) as many:
        found = behind(slo, cast.caller("viewer"), lost)
    assert len([each for each in found if each is not None]) == 5
    assert len(many) == len(one)
