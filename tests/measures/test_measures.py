"""Figures told, read and put in ratio: API, pages, files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from time_machine import TimeMachineFixture

from incidents.response.models import ImpactedService
from reliability.access.domain.caller import Role, Scope
from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.delivery.models import Deployment
from reliability.measures.models import MeasuredFigure, OwnRatio
from reliability.measures.services import telling
from reliability.web.errors import Invalid
from tests.cast import Cast, IncidentFactory, ServiceFactory
from tests.queries import queries_of
from tests.racing import Race

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
RANGE = "from=2026-03-02T00:00:00Z&to=2026-03-16T00:00:00Z"
MEASURES = "/api/v1/measures"


@pytest.fixture(autouse=True)
def frozen(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def shop(cast: Cast) -> Service:
    made: Service = ServiceFactory(team=cast.payments, name="shop", title="Shop")
    return made


@pytest.fixture
def sender(bearer: Bearer, cast: Cast) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.READ, Scope.WRITE, Scope.INTAKE])


def row(day: int, value: object, measure: str = "transactions", days: int = 1, **more: Any) -> dict[str, Any]:
    start = datetime(2026, 3, day, tzinfo=UTC)
    period = {"start": f"{start:%Y-%m-%d}", "end": f"{start + timedelta(days=days):%Y-%m-%d}"}
    return {"service": "shop", "measure": measure, "value": value, **period, **more}


def cost(day: int, value: object, unit: str = "EUR", **more: Any) -> dict[str, Any]:
    return row(day, value, "cost", unit=unit, **more)


def post(client: Client, rows: Any, query: str = "", **headers: str) -> Any:
    return client.post(MEASURES + query, json.dumps(rows), content_type="application/json", headers=headers)


def fortnight(sender: Client) -> None:
    """Two weeks from a Monday: 7 × 10 EUR and 7 × 100 transactions, then 70 EUR at once and 100 in all."""
    first = [cost(day, "10.00") for day in range(2, 9)] + [row(day, 100) for day in range(2, 9)]
    answer = post(sender, [*first, cost(9, 70, days=7), row(9, 100, days=7)])
    assert (answer.status_code, answer.json()) == (202, {"accepted": 16, "rejected": 0, "errors": []})


def ratio(client: Client, name: str, query: str = "") -> dict[str, Any]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/ratios?{RANGE}{query}").json()["ratios"]
    return next(one for one in found if one["name"] == name)


def test_cost_per_transaction_is_sum_over_sum(sender: Client, shop: Service) -> None:
    fortnight(sender)
    found = ratio(sender, "cost-per-transaction")
    assert (found["whole"]["value"], found["whole"]["unit"]) == (140 / 800, "EUR")
    assert [one["value"] for one in found["buckets"]] == [0.1, 0.7], "not their mean"
    assert found["whole"]["numerator"] == {"value": 140.0, "n": 8, "units": ["EUR"]}
    days = ratio(sender, "cost-per-transaction", "&step=day")["buckets"]
    assert [one["numerator"]["value"] for one in days] == [10.0] * 14, "a week is shared over its days"


def test_a_week_that_the_range_cuts_is_marked_and_sets_no_scale(as_: As, sender: Client, shop: Service) -> None:
    fortnight(sender)
    post(sender, [cost(1, "990")])
    asked = "from=2026-03-01T12:00:00Z&to=2026-03-16T00:00:00Z"
    found = sender.get(f"/api/v1/ratios?{asked}").json()["ratios"][0]["buckets"]
    assert [one["is_cut"] for one in found] == [True, False, False]
    post(sender, [row(1, 1)])
    page = as_("viewer").get(f"/delivery/ratios/?{asked}").content.decode()
    assert "Hollow: a part of a week, not to be compared; beyond the scale, see the table." in page
    assert "part of a week" in page
    file = list(csv.DictReader(io.StringIO(as_("viewer").get(f"/delivery/ratios.csv?{asked}").content.decode())))
    assert [(one["Value"], one["Cut"]) for one in file[:3]] == [("990.0", "yes"), ("0.1", ""), ("0.7", "")]


def test_too_many_figures_are_refused_and_spare_the_page_of_the_service(
    as_: As, sender: Client, shop: Service, settings: Any
) -> None:
    fortnight(sender)
    settings.MEASURE_FIGURES_READ_MAX = 10
    assert sender.get(f"/api/v1/ratios?{RANGE}").status_code == 422
    assert "There are more than 10 figures" in as_("viewer").get("/services/shop/").content.decode()


def test_told_again_a_figure_is_replaced_and_what_overlaps_is_refused(sender: Client, shop: Service) -> None:
    fortnight(sender)
    assert post(sender, [cost(2, "17.00")]).status_code == 202
    assert MeasuredFigure.objects.count() == 16
    assert sender.get(f"{MEASURES}?measure=cost&limit=1&offset=7").json()["items"][0]["value"] == "17"
    refused = post(sender, [cost(3, 1, days=2), cost(20, 1), cost(1, 1), cost(1, 2), row(1, 5)])
    assert refused.status_code == 422
    details = refused.json()["error"]["details"]
    assert [(one["index"], one["reason"]) for one in details] == [(0, "overlap"), (1, "too_new"), (3, "duplicate")]
    assert "2026-03-03T00:00:00Z to 2026-03-04T00:00:00Z" in details[0]["message"]
    assert MeasuredFigure.objects.count() == 16, "nothing was stored"
    partial = post(sender, [cost(3, 1, days=2), cost(1, 1), row(1, 5)], "?partial=true").json()
    assert (partial["accepted"], partial["rejected"]) == (2, 1)
    assert post(sender, [cost(3, 1, days=2)], "?partial=true").status_code == 422
    gone = sender.delete(f"{MEASURES}?service=shop&measure=cost&from=2026-03-03T00:00:00Z&to=2026-03-05T00:00:00Z")
    assert gone.json() == {"deleted": 2}
    assert post(sender, [cost(3, 1, days=2)]).status_code == 202
    assert {"measures.tell", "measures.delete"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_a_key_is_answered_once(sender: Client, shop: Service) -> None:
    first = post(sender, [cost(2, 1)], **{"Idempotency-Key": "one"})
    MeasuredFigure.objects.all().delete()
    again = post(sender, [cost(2, 1)], **{"Idempotency-Key": "one"})
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert not MeasuredFigure.objects.exists(), "nothing was stored again"
    other = post(sender, [cost(2, 2)], **{"Idempotency-Key": "one"})
    assert other.json()["error"]["reason"] == "idempotency_key_reused"


def test_lines_are_refused_alone_and_bodies_that_are_none_as_a_whole(
    sender: Client, shop: Service, settings: Any
) -> None:
    lines = json.dumps(cost(2, 1)) + "\n\n{broken\n"
    answer = sender.post(f"{MEASURES}?partial=true", lines, content_type="application/x-ndjson").json()
    assert (answer["accepted"], answer["errors"][0]["index"]) == (1, 1)
    assert sender.post(MEASURES, "{}", content_type="application/json").status_code == 400
    assert sender.post(MEASURES, "[NaN]", content_type="application/json").status_code == 400
    assert sender.post(MEASURES, "[]", content_type="text/csv").status_code == 415
    settings.MEASURE_ROWS_MAX = 2
    assert post(sender, [cost(2, 1)] * 3).status_code == 413


def test_only_editors_with_the_scope_tell_and_only_of_their_services(bearer: Bearer, cast: Cast, shop: Service) -> None:
    viewer = bearer(team=cast.payments, role=Role.VIEWER, scopes=[Scope.READ, Scope.INTAKE])
    assert post(viewer, [cost(2, 1)]).status_code == 403
    assert post(bearer(team=cast.payments, role=Role.EDITOR, scopes=[Scope.READ]), []).status_code == 403
    stranger = bearer(team=cast.search, role=Role.EDITOR, scopes=[Scope.READ, Scope.INTAKE])
    assert post(stranger, [cost(2, 1)]).json()["error"]["details"][0]["reason"] == "unknown_service"
    assert stranger.get(f"{MEASURES}?service=shop").status_code == 404


def test_currencies_are_never_added_up(sender: Client, shop: Service) -> None:
    fortnight(sender)
    post(sender, [cost(2, "17.00", "USD")])
    found = ratio(sender, "cost-per-transaction")
    assert (found["whole"]["value"], found["whole"]["why"]) == (None, "mixed_units")
    assert [one["value"] for one in found["buckets"]] == [None, 0.7]
    assert found["whole"]["numerator"]["units"] == ["EUR", "USD"]


def test_incidents_and_cost_per_deployment(cast: Cast, sender: Client, shop: Service) -> None:
    fortnight(sender)
    for number, (day, outcome) in enumerate([(2, "succeeded"), (3, "succeeded"), (4, "failed"), (5, "succeeded")]):
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        Deployment.objects.create(
            team=cast.payments, service=shop, environment="production", origin="api:ci", key=str(number),
            finished_at=at, outcome=outcome, repository="shop", revision="r", received_at=at,
        )  # fmt: skip
    for day, reason in ((3, ""), (4, "false_positive")):
        incident = IncidentFactory(
            team=cast.payments, started_at=datetime(2026, 3, day, tzinfo=UTC), close_reason=reason
        )
        ImpactedService.objects.create(incident=incident, service=shop)
    per_deployment = ratio(sender, "incidents-per-deployment", "&service=shop")
    assert per_deployment["whole"]["value"] == pytest.approx(1 / 3)
    second = per_deployment["buckets"][1]
    assert (second["value"], second["why"]) == (None, "zero_denominator")
    assert ratio(sender, "cost-per-deployment")["whole"]["value"] == pytest.approx(140 / 3)
    names = [one["name"] for one in sender.get(f"/api/v1/ratios?{RANGE}&service=shop").json()["ratios"]]
    assert "pages-per-oncall-week" not in names, "people are on call for teams"


def test_a_team_defines_ratios_by_form_and_api(cast: Cast, as_: As, sender: Client, shop: Service) -> None:
    post(sender, [row(2, 50, "page_views", days=14), cost(2, 5, days=14)])
    editor = as_("editor")
    form = {"team": "payments", "title": "Cost per view", "name": "per-view", "numerator": "cost"}
    wrong = editor.post("/delivery/ratios/new/", {**form, "denominator": "Page views"})
    assert wrong.status_code == 422
    assert "use lower-case letters" in wrong.content.decode()
    assert 'value="Page views"' in wrong.content.decode(), "what was typed is kept"
    made = editor.post("/delivery/ratios/new/", {**form, "denominator": "page_views", "unit": "per view"}, follow=True)
    assert "<b>0.1</b> EUR per view" in made.content.decode()
    assert editor.post("/delivery/ratios/new/", {**form, "denominator": "page_views"}).status_code == 422, "taken"
    one = OwnRatio.objects.get()
    assert ratio(sender, "payments/per-view", "&team=payments")["whole"]["value"] == 0.1
    assert as_("viewer").post(f"/delivery/ratios/{one.pk}/", form).status_code == 403
    old = {"title": "Views per cost", "numerator": "page_views", "denominator": "cost", "revision": 1}
    assert editor.post(f"/delivery/ratios/{one.pk}/", old).status_code == 302
    assert editor.post(f"/delivery/ratios/{one.pk}/", {**old, "title": "Other"}).status_code == 422, "changed since"
    path = f"/api/v1/ratio-definitions/{one.pk}"
    body = {"title": "Views", "numerator": "page_views", "denominator": "deployments"}
    changed = sender.put(path, json.dumps(body), content_type="application/json").json()
    assert (changed["denominator"], changed["revision"]) == ("deployments", 3)
    same = json.dumps({**body, "denominator": "page_views", "team": "payments", "name": "x"})
    assert sender.post("/api/v1/ratio-definitions", same, content_type="application/json").status_code == 422
    assert sender.delete(path).status_code == 204
    assert sender.get("/api/v1/ratio-definitions").json()["total"] == 0
    told = set(AuditEntry.objects.filter(object_kind="ratio").values_list("action", flat=True))
    assert told == {"ratio.create", "ratio.update", "ratio.delete"}


def test_the_pages_draw_list_and_explain(as_: As, sender: Client, shop: Service, settings: Any) -> None:
    viewer = as_("viewer")
    empty = viewer.get("/delivery/ratios/").content.decode()
    assert "No cost and no transactions were told" in empty
    assert "/api/v1/measures" in empty
    fortnight(sender)
    page = viewer.get(f"/delivery/ratios/?{RANGE}").content.decode()
    for words in ("<b>0.175</b> EUR per transaction", "Cost: 140 EUR, n = 8", "what stands below is 0", "chart-ratio-"):
        assert words in page, words
    assert viewer.get("/delivery/ratios/?range=3000d&step=day").status_code == 422
    text = viewer.get(f"/delivery/ratios.csv?{RANGE}&service=shop").content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["Value"], one["Unit"]) for one in rows[:2]] == [("0.1", "EUR"), ("0.7", "EUR")]
    assert "0.175" in viewer.get("/services/shop/").content.decode()
    assert "140 EUR" not in as_("outsider").get(f"/delivery/ratios/?{RANGE}").content.decode()
    settings.MEASURE_FIGURES_READ_MAX = 15
    assert viewer.get(f"/delivery/ratios/?{RANGE}").status_code == 422


def test_its_queries_do_not_grow(cast: Cast, as_: As, sender: Client, shop: Service) -> None:
    fortnight(sender)
    viewer = as_("viewer")
    paths = [f"/delivery/ratios/?{RANGE}", f"/api/v1/ratios?{RANGE}&step=day", MEASURES]
    viewer.get(paths[0])
    before = [queries_of(viewer, path) for path in paths]
    other = ServiceFactory(team=cast.payments, name="other")
    post(sender, [{**cost(day, day), "service": other.name} for day in range(2, 14)])
    assert [queries_of(viewer, path) for path in paths] == before
    assert before[1] <= 14


def test_files_are_imported_line_by_line(shop: Service, tmp_path: Path) -> None:
    table = tmp_path / "cost.csv"
    table.write_text("service,measure,start,end,value,unit\nshop,cost,2026-03-02,2026-03-03,12.50,EUR\n")
    out = StringIO()
    call_command("measures", "import", str(table), stdout=out)
    call_command("measures", "import", str(table), stdout=out)
    assert out.getvalue().count("1 figure imported, 0 refused.") == 2
    assert MeasuredFigure.objects.count() == 1
    lines = tmp_path / "more.jsonl"
    lines.write_text(json.dumps(cost(2, 1, days=2)) + "\n")
    errors = StringIO()
    with pytest.raises(CommandError, match="mend them"):
        call_command("measures", "import", str(lines), stdout=out, stderr=errors)
    assert f"{lines}:1: cost of shop is known of" in errors.getvalue()


def test_of_those_that_overlap_and_are_told_at_once_one_is_stored(cast: Cast, shop: Service, race: Race) -> None:
    caller = cast.caller("editor")

    def told(days: int) -> bool:
        try:
            telling.tell(caller=caller, request=telling.Request(rows=[(0, cost(2, 1, days=days))]), now=NOW)
        except Invalid:
            return False
        return True

    assert sorted(race(*[lambda days=days: told(days) for days in (1, 2, 3)])) == [False, False, True]
