"""The figures of delivery: from what was told to pages, rows, files and API."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.response.models import BreakingDeployment, ImpactedService, Incident
from reliability.catalog.models import Service
from reliability.delivery.domain.dora import Dora
from reliability.delivery.models import Deployment, DeploymentMonth
from reliability.delivery.selectors import dora_facts
from reliability.delivery.selectors.dora import Delivered, DoraFilters, delivered
from reliability.delivery.selectors.dora_rows import Metric, places_of
from reliability.delivery.services import dora_months, row_intake, shipping
from reliability.kit.periods import Period
from tests.cast import Cast, IncidentFactory, ServiceFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]

NOW = datetime(2026, 3, 10, tzinfo=UTC)
PERIOD = Period(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
MONTHS = Period(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
RANGE = "from=2026-03-02T00:00&to=2026-03-09T00:00&tz=UTC"
API_RANGE = "from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z"
# Of docs/delivery-metrics.md: (finished, commits, more). Each commit has the one before it as its parent.
TOLD: list[tuple[str, list[str], dict[str, Any]]] = [
    ("2026-02-27T10:00", ["2026-02-27T09:00"], {}),
    ("2026-03-02T12:00", ["2026-03-01T12:00", "2026-03-02T08:00"], {}),
    ("2026-03-03T09:00", [], {"outcome": "failed"}),
    ("2026-03-03T15:00", ["2026-03-03T08:00"], {}),
    ("2026-03-04T10:00", ["2026-03-02T10:00", "2026-03-04T11:00"], {}),
    ("2026-03-04T10:45", [], {"rollback": True}),
    ("2026-03-06T16:00", ["2026-03-05T16:00", "2026-03-06T14:00"], {}),
    ("2026-03-09T00:00", [], {"unplanned": True}),
]


@pytest.fixture
def service(cast: Cast) -> Service:
    made: Service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    return made


@pytest.fixture
def week(cast: Cast, service: Service) -> list[Deployment]:
    """The week of the document, told by the API's service; an incident names the fourth deployment."""
    rows, parent = [], ""
    for number, (finished, commits, more) in enumerate(TOLD, 1):
        told = []
        for place, at in enumerate(commits):
            sha = f"{number:02}{place:02}" + "a" * 36
            told.append({"sha": sha, "committed_at": f"{at}:00Z", "parents": [parent] if parent else []})
            parent = sha
        row = {"id": str(number), "service": service.name, "environment": "production", "revision": parent}
        rows.append({"finished_at": f"{finished}:00Z", "outcome": "succeeded", "commits": told, **row, **more})
    # Back to what ran before the fifth.
    rows[5]["revision"] = rows[3]["revision"]
    answer = row_intake.take_rows(caller=cast.caller("editor"), rows=enumerate(rows), now=NOW)
    assert answer.errors == []
    while shipping.work_out(team_id=cast.payments.pk, now=NOW) is not None:
        pass
    found = list(Deployment.objects.order_by("finished_at", "pk"))
    broken = IncidentFactory(
        team=cast.payments,
        title="Checkout fails",
        started_at=datetime(2026, 3, 3, 15, 10, tzinfo=UTC),
        mitigated_at=datetime(2026, 3, 3, 16, 30, tzinfo=UTC),
        resolved_at=datetime(2026, 3, 3, 18, tzinfo=UTC),
    )
    ImpactedService.objects.create(incident=broken, service=service)
    BreakingDeployment.objects.create(incident=broken, deployment=found[3], named_by_name="Editor", named_at=NOW)
    return found


def read(cast: Cast, who: str = "viewer", **filters: Any) -> Delivered:
    return delivered(caller=cast.caller(who), filters=DoraFilters(**({"period": PERIOD} | filters)))


def same_as_the_document(found: Dora) -> None:
    hour = 3600
    assert found.deployments == 5
    assert found.per_day == pytest.approx(5 / 7)
    assert (found.lead.n, found.lead.median) == (6, 15.5 * hour)
    assert found.lead.p90 == pytest.approx(36 * hour)
    assert (found.failed, found.fail_rate, found.rework, found.rework_rate) == (3, 0.6, 1, 0.2)
    assert (found.recovery.n, found.recovery.median) == (3, 1.5 * hour)
    assert found.recovery.p90 == pytest.approx(45.1 * hour)


def test_told_packed_and_told_again_the_week_has_the_figures_of_the_document(
    cast: Cast, service: Service, week: list[Deployment]
) -> None:
    assert set(DeploymentMonth.objects.values_list("is_stale", flat=True)) == {True}
    same_as_the_document(read(cast).figures)
    assert dora_months.pack() > 0
    assert DeploymentMonth.objects.filter(is_stale=True).count() == 0
    assert sorted(DeploymentMonth.objects.values_list("is_production", flat=True)) == [True, True], "the empty are gone"
    same_as_the_document(read(cast).figures)
    assert read(cast, environment="staging").figures.deployments == 0
    assert read(cast, service_name=service.name, team_slug="payments").figures.deployments == 5
    assert read(cast, "outsider").figures.deployments == 0, "another team's"
    row = {
        "id": "9",
        "service": service.name,
        "environment": "production",
        "outcome": "succeeded",
        "revision": "f" * 40,
    }
    late = [{**row, "finished_at": "2026-03-05T12:00:00Z"}]
    row_intake.take_rows(caller=cast.caller("editor"), rows=enumerate(late), now=NOW)
    assert read(cast).figures.deployments == 6, "before it is packed"
    dora_months.pack()
    assert read(cast).figures.deployments == 6
    moved = [{**row, "outcome": "failed", "finished_at": "2026-04-02T12:00:00Z"}]
    row_intake.take_rows(caller=cast.caller("editor"), rows=enumerate(moved), now=NOW)
    assert read(cast).figures.deployments == 5, "what it was before is marked, too"


def test_a_month_that_is_told_of_while_it_is_packed_stays_stale(
    cast: Cast, week: list[Deployment], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_rows = dora_facts.facts_of

    def told_meanwhile(**arguments: Any) -> Any:
        found = read_rows(**arguments)
        ended = [dora_months.ended(one) for one in week]
        dora_months.mark_stale(ended=ended)
        return found

    monkeypatch.setattr(dora_months, "facts_of", told_meanwhile)
    dora_months.pack()
    assert set(DeploymentMonth.objects.values_list("is_stale", flat=True)) == {True}


def test_the_page_shows_each_figure_with_its_n_and_leads_to_as_many_rows(
    cast: Cast, as_: As, week: list[Deployment]
) -> None:
    viewer = as_("viewer")
    page = viewer.get(f"/delivery/?{RANGE}").content.decode()
    for words in ("0.714 a day", "n = 6 commits", "15 h 30 min", "3 failed, n = 5 deployments", "60 %", "20 %"):
        assert words in page, words
    assert "With a commit younger than the deployment" in page
    assert "State of DevOps Report 2024" in page
    for metric, rows in (
        ("deployment-frequency", 5), ("lead-time", 6), ("change-fail-rate", 3), ("recovery-time", 3),
        ("rework-rate", 1),
    ):  # fmt: skip
        assert viewer.get(f"/delivery/rows/?metric={metric}&{RANGE}").context["page"].paginator.count == rows
        text = viewer.get(f"/delivery/rows.csv?metric={metric}&{RANGE}").content.decode()
        assert len(list(csv.reader(io.StringIO(text)))) == rows + 1, metric
    failed = viewer.get(f"/delivery/rows/?metric=change-fail-rate&{RANGE}").content.decode()
    assert "named by 1 incident" in failed
    assert "rolled back or hot-fixed by the next deployment" in failed
    assert "Checkout fails" in failed
    assert "still being worked out: lead time" not in page
    Deployment.objects.filter(pk=week[1].pk).update(contents="pending")
    DeploymentMonth.objects.update(is_stale=True)
    assert "What 1 of these deployments shipped" in viewer.get(f"/delivery/?{RANGE}").content.decode()
    assert viewer.get("/delivery/rows/?metric=happiness").status_code == 404
    assert viewer.get("/delivery/?range=soon").status_code in {400, 422}
    hidden = as_("outsider").get(f"/delivery/?{RANGE}").content.decode()
    assert "no data" in hidden
    assert "No deployment succeeded in this range" in hidden
    lines = csv.DictReader(io.StringIO(viewer.get(f"/delivery/figures.csv?{RANGE}").content.decode()))
    kinds = {(line["Kind"], line["Name"]): line["Deployments"] for line in lines}
    assert kinds == {("all", ""): "5", ("team", "payments"): "5", ("environment", "production"): "5",
                     ("service", "checkout"): "5"}  # fmt: skip


def test_the_page_costs_as_many_queries_whatever_was_deployed(
    cast: Cast, as_: As, service: Service, week: list[Deployment]
) -> None:
    dora_months.pack()
    viewer = as_("viewer")
    few = queries_of(viewer, f"/delivery/?{RANGE}")
    other = ServiceFactory(team=cast.payments, name="search")
    row = {"environment": "production", "outcome": "succeeded", "revision": "f" * 40}
    rows = [
        {**row, "id": f"{name}{day}", "service": name, "finished_at": f"2026-03-0{day}T13:00:00Z"}
        for name in (service.name, other.name)
        for day in range(2, 9)
    ]
    row_intake.take_rows(caller=cast.caller("editor"), rows=enumerate(rows), now=NOW)
    dora_months.pack()
    assert queries_of(viewer, f"/delivery/?{RANGE}") == few
    assert queries_of(viewer, f"/delivery/rows/?{RANGE}") <= few


def test_the_api_answers_figures_slices_and_rows(cast: Cast, as_: As, week: list[Deployment]) -> None:
    client = as_("viewer")
    answer = client.get(f"/api/v1/dora?{API_RANGE}&by=service").json()
    assert answer["figures"]["lead_time"] == {"n": 6, "median": 55800.0, "p90": pytest.approx(129600)}
    assert answer["figures"]["change_fail_rate"] == 0.6
    assert [(group["name"], group["figures"]["deployments"]) for group in answer["groups"]] == [("checkout", 5)]
    quality = {line["name"]: line["count"] for line in answer["quality"]}
    assert (quality["clocks"], quality["unsuccessful"], quality["unlinked"]) == (1, 1, 0)
    slices = client.get(f"/api/v1/dora/trend?{API_RANGE}&step=1d").json()
    assert [one["figures"]["deployments"] for one in slices] == [1, 1, 2, 0, 1, 0, 0]
    assert slices[3]["figures"]["deployments_per_day"] is None, "a gap, not zero"
    rows = client.get(f"/api/v1/dora/deployments?{API_RANGE}&metric=change-fail-rate&limit=2").json()
    assert (rows["total"], [row["recovery_seconds"] for row in rows["items"]]) == (3, [56 * 3600, 45 * 60])
    commits = client.get(f"/api/v1/dora/commits?{API_RANGE}").json()
    assert [row["lead_seconds"] // 3600 for row in commits["items"]] == [48, 24, 24, 7, 4, 2]
    for query, field in (
        ("to=2020-01-01T00:00:00Z&from=2021-01-01T00:00:00Z", "to"),
        ("from=2001-01-01T00:00:00Z", "from"),
    ):
        refused = client.get(f"/api/v1/dora?{query}")
        assert refused.status_code == 422, field
        assert field in refused.content.decode()
    assert client.get(f"/api/v1/dora/trend?{API_RANGE}&step=1m").status_code == 422
    assert as_("outsider").get(f"/api/v1/dora?{API_RANGE}&by=team").json()["groups"] == []


def test_a_deployment_that_succeeded_and_broke_production_is_both_in_the_list_on_its_page_and_over_the_api(
    cast: Cast, as_: As, week: list[Deployment]
) -> None:
    viewer = as_("viewer")
    rows = viewer.get("/delivery/deployments/").content.decode().split("<tbody>")[1].split("</tr>")
    told = {
        one.pk: [words for words in ("Succeeded", "Broke production") if words in row]
        for one in week
        for row in rows
        if f'/deployments/{one.pk}/"' in row
    }
    counted = places_of(found=read(cast, period=MONTHS), metric=Metric.FAIL_RATE)
    broken = set(read(cast, period=MONTHS).judged.ids[counted].tolist())
    assert broken == {week[3].pk, week[4].pk, week[6].pk}, "named by an incident, rolled back, hot-fixed"
    for one in week:
        expected = ["Succeeded"] * (one.outcome == "succeeded") + ["Broke production"] * (one.pk in broken)
        assert told[one.pk] == expected, one.key
        facts = viewer.get(f"/delivery/deployments/{one.pk}/").content.decode().split("<dt>Outcome</dt>")[1]
        assert ("Broke production" in facts.split("</dd>")[0]) == (one.pk in broken)
    items = viewer.get("/api/v1/deployments?environment=production").json()["items"]
    assert {one["id"]: (one["outcome"], one["broke_production"]) for one in items} == {
        one.pk: (one.outcome, (one.pk in broken) if one.outcome == "succeeded" else None) for one in week
    }


def test_the_list_costs_as_many_queries_whatever_broke(cast: Cast, as_: As, week: list[Deployment]) -> None:
    dora_months.pack()
    viewer = as_("viewer")
    few = [queries_of(viewer, path) for path in ("/delivery/deployments/", "/api/v1/deployments")]
    ServiceFactory(team=cast.payments, name="search")
    row = {"service": "search", "environment": "production", "outcome": "succeeded", "revision": "f" * 40}
    rows = [
        {**row, "id": str(day), "finished_at": f"2026-0{1 + day % 3}-0{day}T13:00:00Z", "rollback": bool(day % 2)}
        for day in range(1, 9)
    ]
    row_intake.take_rows(caller=cast.caller("editor"), rows=enumerate(rows), now=NOW)
    while shipping.work_out(team_id=cast.payments.pk, now=NOW) is not None or dora_months.pack():
        pass
    assert [queries_of(viewer, path) for path in ("/delivery/deployments/", "/api/v1/deployments")] == few
    assert viewer.get("/delivery/deployments/").content.decode().count("Broke production") > 3


def test_people_name_the_deployment_that_broke_it(
    cast: Cast, as_: As, week: list[Deployment], service: Service
) -> None:
    incident: Incident = IncidentFactory(
        team=cast.payments, title="Slow", started_at=datetime(2026, 3, 2, 13, tzinfo=UTC), severity=2
    )
    path = f"/incidents/{incident.pk}/deployments/"
    responder = as_("responder")
    assert "Name the impacted services first" in responder.get(path).content.decode()
    ImpactedService.objects.create(incident=incident, service=service)
    quality = as_("viewer").get(f"/api/v1/dora?{API_RANGE}").json()["quality"]
    assert {line["name"]: line["count"] for line in quality}["unlinked"] == 1
    assert "Checkout: " in responder.get(path).content.decode()
    assert responder.post(path, {"deployments": [week[1].pk]}).status_code == 302
    found = read(cast).figures
    assert (found.failed, found.unrecovered, found.recovery.n) == (4, 1, 3), "not restored yet"
    texts = list(incident.timeline.order_by("pk").values_list("text", flat=True))
    assert any("broke it, says Responder" in text for text in texts)
    assert as_("viewer").post(path, {"deployments": []}).status_code == 403
    assert as_("outsider").get(path).status_code == 404
    api = f"/api/v1/incidents/{incident.pk}/deployments"
    assert [row["id"] for row in responder.get(api).json()] == [week[1].pk]
    failed = responder.put(api, {"deployments": [week[2].pk]}, content_type="application/json")
    assert failed.status_code == 422, "it did not succeed, so it broke nothing"
    assert responder.put(api, {"deployments": []}, content_type="application/json").json() == []
    assert read(cast).figures.failed == 3
    BreakingDeployment.objects.create(incident=incident, deployment=week[1], named_by_name="", named_at=NOW)
    Incident.objects.filter(pk=incident.pk).update(close_reason="false_positive")
    assert read(cast).figures.failed == 3, "a false positive broke nothing"


def test_an_incident_that_one_may_not_read_counts_without_its_name(cast: Cast, as_: As, week: list[Deployment]) -> None:
    theirs = IncidentFactory(
        team=cast.search, title="Their secret", started_at=PERIOD.start, resolved_at=PERIOD.start + timedelta(days=1)
    )
    BreakingDeployment.objects.create(incident=theirs, deployment=week[1], named_by_name="", named_at=NOW)
    page = as_("viewer").get(f"/delivery/rows/?metric=recovery-time&{RANGE}").content.decode()
    assert read(cast).figures.failed == 4
    assert "Their secret" not in page
