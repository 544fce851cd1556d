"""The timeline: from what rooms know to page, panels and API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from chaos.runs.models import Run
from incidents.response.models import BreakingDeployment, ImpactedService, Incident
from incidents.status_page.models import Component, Maintenance, StatusPage
from reliability.access.models import Team
from reliability.catalog.models import Dependency, Service
from reliability.delivery.models import Change, Deployment
from reliability.kit.periods import Period
from reliability.overlay.selectors.scopes import scope_of
from reliability.overlay.tracks import told
from slo.models import BurnAlert, Slo
from tests.cast import (
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    IncidentFactory,
    RunFactory,
    ServiceFactory,
    SliFactory,
    SloFactory,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
HOUR = timedelta(hours=1)


def deployed(service: Service, at: datetime, key: str, **more: Any) -> Deployment:
    values: dict[str, Any] = {
        "environment": "production",
        "origin": "api:ci",
        "outcome": "succeeded",
        "repository": "shop",
    }
    values |= {"finished_at": at, **more}
    return Deployment.objects.create(
        team=service.team, service=service, received_at=at, revision=key, key=key, **values
    )


def happen(service: Service, slo: Slo, now: datetime) -> Incident:
    """One item of each kind, an hour apart, the newest first: deployment, change, burn, incident, run, maintenance."""
    team: Team = service.team
    deployed(service, now - HOUR, "d1")
    told_of = {"origin": "integration:1", "key": "c1", "received_at": now}
    Change.objects.create(team=team, service=service, title="flag on", at=now - 2 * HOUR, **told_of)
    for minutes, burn in ((0, 14.5), (10, 6.0)):
        BurnAlert.objects.create(
            slo=slo, condition=f"rule-{minutes}", title="burns", severity=2, urgency="urgent", fire_reason="", text="",
            fired_at=now - 3 * HOUR + timedelta(minutes=minutes), resolved_at=now - 2.5 * HOUR,
            numbers={"burn_long": burn},
        )  # fmt: skip
    incident: Incident = IncidentFactory(
        team=team, title="orders fail", severity=2, started_at=now - 4 * HOUR, resolved_at=now - 3 * HOUR
    )
    ImpactedService.objects.create(incident=incident, service=service)
    run = RunFactory(version=ExperimentVersionFactory(experiment=ExperimentFactory(team=team, service=service)))
    Run.objects.filter(pk=run.pk).update(
        service=service, fault_began_at=now - 5 * HOUR, fault_ended_at=now - 4.9 * HOUR
    )
    told_at = {"created_at": now, "updated_at": now}
    page = StatusPage.objects.create(team=team, slug=f"{team.slug}-page", title="Shop", changed_at=now, **told_at)
    component = Component.objects.create(page=page, name="Checkout", service=service, shown_since_at=now, **told_at)
    work = Maintenance.objects.create(
        page=page, title="new disks", starts_at=now - 6 * HOUR, ends_at=now - 5 * HOUR, created_at=now, updated_at=now,
        status="completed",
    )  # fmt: skip
    work.components.add(component)
    return incident


KINDS = ["deployments", "changes", "burns", "incidents", "experiments", "maintenance"]


@pytest.fixture(autouse=True)
def frozen(time_machine: TimeMachineFixture, now: datetime) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def service(cast: Cast) -> Service:
    made: Service = ServiceFactory(team=cast.payments, name="orders", title="Orders")
    return made


@pytest.fixture
def slo(service: Service) -> Slo:
    sli = SliFactory(team=service.team, service=service)
    made: Slo = SloFactory(team=service.team, sli=sli, service=service, name="orders")
    return made


def keys(cast: Cast, who: str, now: datetime, **of: Any) -> dict[str, list[str]]:
    scope = scope_of(caller=cast.caller(who), period=Period(now - timedelta(days=1), now), **of)
    return {
        one.track.slug: [item.label for item in one.items.shown]
        for one in told(caller=cast.caller(who), scope=scope)
        if one.items.shown
    }


def test_every_room_tells_what_it_knows_of_a_service(
    cast: Cast, as_: As, service: Service, slo: Slo, now: datetime
) -> None:
    incident = happen(service, slo, now)
    answer = as_("viewer").get(f"/api/v1/timeline?service={service.name}").json()
    assert [item["kind"] for item in answer["items"]] == KINDS
    assert {one["name"] for item in answer["items"] for one in item["services"]} == {service.name}
    burn = answer["items"][2]
    assert (burn["state"], burn["strength"], burn["detail"]) == ("burnt at 14.5×", 14.5, "2 alerts"), "one burn"
    assert answer["items"][3]["path"] == f"/incidents/{incident.pk}/"
    assert (answer["total"], answer["cut"]) == (6, [])
    some = as_("viewer").get("/api/v1/timeline?kinds=incidents,burns&limit=1&offset=1").json()
    assert ([item["kind"] for item in some["items"]], some["total"]) == (["incidents"], 2)
    wrong = as_("viewer").get("/api/v1/timeline?kinds=fires")
    assert wrong.status_code == 422
    assert "choose from deployments" in wrong.content.decode()
    assert as_("viewer").get("/api/v1/timeline?from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z").status_code == 422


def test_another_teams_private_objects_are_told_nobody_else(
    cast: Cast, as_: As, service: Service, slo: Slo, now: datetime
) -> None:
    happen(service, slo, now)
    assert keys(cast, "outsider", now) == {}
    assert as_("outsider").get(f"/delivery/timeline/?service={service.name}").status_code == 404
    assert as_("outsider").get(f"/api/v1/timeline?service={service.name}").status_code == 404
    # Of an open incident that touches a hidden service, the service is not named.
    shared = IncidentFactory(team=cast.commons, title="shared", started_at=now - HOUR)
    ImpactedService.objects.create(incident=shared, service=service)
    (item,) = as_("outsider").get("/api/v1/timeline").json()["items"]
    assert (item["services"], item["end"]) == ([], None)


def test_what_a_service_needs_is_told_when_asked_for(
    cast: Cast, as_: As, service: Service, slo: Slo, now: datetime
) -> None:
    database, hidden = ServiceFactory(team=cast.payments), ServiceFactory(team=cast.search)
    for needed in (database, hidden):
        Dependency.objects.create(service=service, needs=needed)
        deployed(needed, now - HOUR, f"of-{needed.name}")
    assert keys(cast, "viewer", now, service_name=service.name) == {}
    assert keys(cast, "viewer", now, service_name=service.name, with_needs=True) == {
        "deployments": [f"of-{database.name}"[:12] + " to production"]
    }
    viewer = as_("viewer")
    assert "of-" not in viewer.get(f"/services/{service.name}/").content.decode()
    page = viewer.get(f"/services/{service.name}/?timeline=needs").content.decode()
    assert f"of-{database.name}"[:12] in page
    assert "This service alone" in page


def test_deployments_say_how_they_ended(cast: Cast, service: Service, now: datetime) -> None:
    deployed(service, now - HOUR, "fine")
    deployed(service, now - 2 * HOUR, "back", is_rollback=True)
    deployed(service, now - 3 * HOUR, "failed", outcome="failed")
    broken = deployed(service, now - 4 * HOUR, "bad")
    incident = IncidentFactory(team=service.team, title="it broke", started_at=now - 4 * HOUR)
    BreakingDeployment.objects.create(incident=incident, deployment=broken, named_by_name="Editor", named_at=now)
    deployed(service, now, "new", outcome="in_progress", finished_at=None, started_at=now - timedelta(minutes=5))
    deployed(service, now - HOUR, "staged", environment="staging", is_production=False)
    scope = scope_of(caller=cast.caller("viewer"), period=Period(now - timedelta(days=1), now))
    (found, *_) = told(caller=cast.caller("viewer"), scope=scope)
    assert [(item.label.split()[0], item.state) for item in found.items.shown] == [
        ("new", "being deployed"), ("fine", "deployed"), ("back", "rolled back"), ("failed", "deployment failed"),
        ("bad", "broke production"),
    ]  # fmt: skip
    assert keys(cast, "viewer", now, environment="staging")["deployments"] == ["staged to staging"]


def test_the_page_draws_and_lists_every_kind_and_the_address_narrows_it(
    as_: As, service: Service, slo: Slo, now: datetime
) -> None:
    viewer = as_("viewer")
    empty = viewer.get("/delivery/timeline/").content.decode()
    assert "Connect what deploys" in empty
    happen(service, slo, now)
    page = viewer.get("/delivery/timeline/?range=1d").content.decode()
    for words in ("d1 to production", "flag on", "orders fail", "new disks", '"name":"Deployed"', '"pattern"'):
        assert words in page, words
    narrowed = viewer.get(f"/delivery/timeline/?range=1d&kinds=incidents&service={service.name}").content.decode()
    assert "orders fail" in narrowed
    assert "flag on" not in narrowed
    assert "Nothing happened here" in viewer.get("/delivery/timeline/?range=1h&kinds=incidents").content.decode()
    assert viewer.get("/delivery/timeline/?range=soon").status_code == 422
    for path in (f"/slos/{slo.name}/?range=1d", f"/services/{service.name}/"):
        assert "new disks" in viewer.get(path).content.decode(), path


def test_an_incident_shows_what_happened_from_six_hours_before_to_an_hour_after(
    as_: As, service: Service, slo: Slo, now: datetime
) -> None:
    incident = happen(service, slo, now)
    deployed(service, incident.started_at - timedelta(hours=6, minutes=1), "before")
    deployed(service, incident.started_at - timedelta(hours=5, minutes=59), "within")
    page = as_("viewer").get(f"/incidents/{incident.pk}/").content.decode()
    assert "within to production" in page
    assert "before to production" not in page
    assert "d1 to production" not in page, "it came two hours after the end"


def test_its_queries_do_not_grow_with_what_happened(as_: As, service: Service, slo: Slo, now: datetime) -> None:
    happen(service, slo, now)
    viewer = as_("viewer")
    viewer.get("/delivery/timeline/")
    before = queries_of(viewer, "/delivery/timeline/"), queries_of(viewer, "/api/v1/timeline")
    for number in range(8):
        deployed(service, now - HOUR, f"more-{number}")
        incident = IncidentFactory(team=service.team, title="again", started_at=now - number * HOUR)
        ImpactedService.objects.create(incident=incident, service=service)
    assert (queries_of(viewer, "/delivery/timeline/"), queries_of(viewer, "/api/v1/timeline")) == before
    assert before[1] <= 18
