"""A service goes to another team: its deployments, changes and figures go with it, and nothing is told twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from reliability.access.domain.caller import Role, Scope
from reliability.catalog.models import Service
from reliability.catalog.services import services
from reliability.delivery.models import Commit, Contents, Deployment
from reliability.delivery.selectors.changes import changes
from reliability.delivery.selectors.deployments import DeploymentFilters, list_deployments
from reliability.delivery.selectors.dora import DoraFilters, delivered, figures_of_teams
from reliability.delivery.services import dora_months, shipping
from reliability.delivery.services.changes import record
from reliability.delivery.services.row_intake import take_rows
from reliability.kit.periods import Period
from tests.cast import Cast, ServiceFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def checkout(cast: Cast) -> Service:
    return ServiceFactory(team=cast.payments, name="checkout", title="Checkout")


def told(cast: Cast, now: datetime, who: str = "editor", **more: Any) -> list[Any]:
    row = {
        "id": "4711",
        "service": "checkout",
        "environment": "production",
        "outcome": "succeeded",
        "finished_at": now.isoformat(),
        "revision": "abcdef0",
    }
    answer = take_rows(caller=cast.caller(who), rows=[(0, row | more)], now=now)
    return answer.errors


def moved(cast: Cast, service: Service, now: datetime) -> None:
    services.change(caller=cast.caller("chief"), service=service, fields={"team": cast.search}, now=now)


def seen(cast: Cast, who: str, now: datetime) -> tuple[int, int, int, int]:
    """(deployments, in figures, changes, teams with figures)."""
    caller, period = cast.caller(who), Period(now - 24 * HOUR, now + HOUR)
    found = delivered(caller=caller, filters=DoraFilters(period))
    told_changes = changes(caller=caller, period=period, team_ids=[cast.payments.pk, cast.search.pk])
    deployments = list_deployments(caller=caller, filters=DeploymentFilters())
    return deployments.count(), found.figures.deployments, len(told_changes), len(figures_of_teams(found=found))


def test_its_past_is_the_new_owners_and_no_more_the_former_ones(cast: Cast, checkout: Service, now: datetime) -> None:
    told(cast, now)
    record(team_id=cast.payments.pk, service_id=checkout.pk, origin="integration:1", key="flag", title="Flag", now=now)
    record(team_id=cast.payments.pk, origin="integration:1", key="other", title="Of no service", now=now)
    dora_months.pack()
    assert (seen(cast, "viewer", now), seen(cast, "outsider", now)) == ((1, 1, 2, 1), (0, 0, 0, 0))
    moved(cast, checkout, now)
    assert (seen(cast, "viewer", now), seen(cast, "outsider", now)) == ((0, 0, 1, 0), (1, 1, 1, 1))
    listed = list_deployments(caller=cast.caller("chief"), filters=DeploymentFilters(team_slug="search"))
    assert listed.count() == 1
    found = delivered(caller=cast.caller("chief"), filters=DoraFilters(Period(now - HOUR, now + HOUR), "payments"))
    assert found.figures.deployments == 0


def test_what_the_former_owner_began_the_new_one_ends_as_one_deployment(
    cast: Cast, checkout: Service, now: datetime
) -> None:
    commit = {"sha": "9fceb02", "committed_at": (now - 2 * HOUR).isoformat()}
    told(cast, now - 5 * HOUR, id="4710", revision="1111111", finished_at=(now - 4 * HOUR).isoformat())
    began: dict[str, Any] = {"outcome": "in_progress", "started_at": (now - HOUR).isoformat(), "finished_at": None}
    told(cast, now, **began, revision="9fceb02", commits=[commit])
    moved(cast, checkout, now)
    assert told(cast, now)[0]["reason"] == "unknown_service", "by its former owner"
    assert told(cast, now, "outsider", revision="9fceb02") == []
    assert sorted(Deployment.objects.values_list("key", "outcome")) == [("4710", "succeeded"), ("4711", "succeeded")]
    for team in (cast.search, cast.payments):
        assert shipping.work_out(team_id=team.pk, now=now) is None
    ended = Deployment.objects.get(key="4711")
    assert (ended.contents, ended.previous_revision) == (Contents.COMPLETE, "1111111")
    assert list(ended.shipped.values_list("commit__sha", flat=True)) == ["9fceb02"]
    assert Commit.objects.get().team == cast.payments


def test_the_same_id_of_another_service_is_another_deployment(cast: Cast, checkout: Service, now: datetime) -> None:
    ServiceFactory(team=cast.payments, name="refunds")
    ServiceFactory(team=cast.search, name="index")
    for who, name in (("editor", "checkout"), ("editor", "refunds"), ("outsider", "index")):
        assert told(cast, now, who, service=name) == []
    moved(cast, checkout, now)
    assert told(cast, now + HOUR, "outsider", title="Told again") == []
    assert dict(Deployment.objects.values_list("service__name", "title")) == {
        "checkout": "Told again", "refunds": "", "index": "",
    }  # fmt: skip


def test_commits_of_one_repository_change_nothing_for_what_was_shipped_from_another(
    cast: Cast, checkout: Service, now: datetime
) -> None:
    def ship(number: int, repository: str) -> None:
        at = now + number * HOUR
        listed = [{"sha": f"{number}abcdef", "committed_at": (at - HOUR).isoformat()}]
        told(
            cast, at, id=str(number), repository=repository, revision=f"{number}abcdef", commits=listed,
            finished_at=at.isoformat(),
        )  # fmt: skip
        shipping.work_out(team_id=cast.payments.pk, now=at)

    for number, repository in ((1, "shop/old"), (2, "shop/old"), (3, "shop/new")):
        ship(number, repository)
    told(cast, now + 2 * HOUR, id="2", repository="shop/old", revision="2abcdef", outcome="failed")
    shipping.work_out(team_id=cast.payments.pk, now=now)
    third = Deployment.objects.get(key="3")
    assert (third.contents, list(third.shipped.values_list("commit__sha", flat=True))) == ("complete", ["3abcdef"])
    assert third.previous_revision == "1abcdef", "the second has failed"


def test_figures_of_measures_go_with_their_service(cast: Cast, checkout: Service, bearer: Any, now: datetime) -> None:
    clients = [
        bearer(team=team, role=Role.EDITOR, scopes=[Scope.READ, Scope.WRITE, Scope.INTAKE])
        for team in (cast.payments, cast.search)
    ]
    figure = {"service": "checkout", "measure": "cost", "start": "2026-03-01", "end": "2026-03-02", "value": 1}
    rows = orjson.dumps([{**figure, "unit": "EUR"}])
    assert clients[0].post("/api/v1/measures", rows, content_type="application/json").status_code == 202
    moved(cast, checkout, now)
    lists = [client.get("/api/v1/measures").json() for client in clients]
    assert [one["total"] for one in lists] == [0, 1]
    assert lists[1]["items"][0]["team"] == "search"
