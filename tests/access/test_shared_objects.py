"""Open objects that stand on what a private team keeps: they tell their own numbers and nothing of the other team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.test import Client

from reliability.access.domain.caller import Role
from slo.models import Slo
from slo.services import evaluations
from tests.access.addresses import MARK, arguments_of, path_of, routes, share
from tests.cast import Cast, MembershipFactory

# Filters by team alone: test_every_url.py asks them of the other database.
pytestmark = pytest.mark.same_everywhere

As = Callable[[str], Client]
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

OF_OBJECTIVES = [
    route
    for route in routes()
    if route.removeprefix("api/v1/").startswith(("slos/<", "slis/<")) and arguments_of(route)
]
LISTS = [
    "/",
    "/slos/",
    "/slos/?group=service",
    "/slos/new/",
    "/slos/mixed/?part=standing",
    "/slos/mixed/?part=charts",
    "/slos/mixed/?format=csv&chart=sli",
    "/slos/mixed/?format=csv&chart=burn-rates",
    "/slis/",
    "/sources/",
    "/services/",
    "/search/",
    "/api/v1/slos",
    "/api/v1/slis",
    "/api/v1/slos/mixed/status",
    "/api/v1/openslo",
    "/api/v1/openslo?format=json",
    "/api/v1/openslo?team=commons",
    "/api/v1/openslo?slo=mixed",
    "/escalation-policies/",
    "/escalation-policies/mixed/",
    "/escalation-policies/mixed/edit/",
    "/escalation-policies/mixed/delete/",
    "/escalation-policies/mixed/simulate/",
    "/escalation-policies/mixed/simulate/?urgency=normal&ack=3",
    "/api/v1/escalation-policies",
    "/api/v1/escalation-policies/mixed",
    "/api/v1/escalation-policies/mixed/simulation",
]
FOUND_BY_A_HIDDEN_WORD = [
    f"/api/v1/slos?service={MARK}-service",
    f"/api/v1/slos?sli={MARK}-sli",
    f"/api/v1/slos?q={MARK}",
    f"/api/v1/slis?service={MARK}-service",
    f"/api/v1/slis?source={MARK}-source",
    f"/api/v1/slis?q={MARK}",
]


@pytest.fixture
def shared(cast: Cast) -> Any:
    """The guest is editor of Commons, and nothing in Payments."""
    below = share(cast)
    MembershipFactory(team=cast.commons, user=cast.outsider, role=Role.EDITOR.value)
    evaluations.evaluate(slo_ids=list(Slo.objects.values_list("pk", flat=True)), now=NOW)
    return below


@pytest.mark.parametrize("route", OF_OBJECTIVES)
def test_an_address_of_an_open_object_tells_nothing_of_the_hidden_one(shared: Any, as_: As, route: str) -> None:
    path = path_of(route, shared)
    guest = as_("outsider")
    sent = guest.post(path, {}, content_type="application/json") if path.startswith("/api/") else guest.post(path)
    answers = [guest.get(path), sent]
    for answer in answers:
        assert answer.status_code < 500
        assert MARK not in answer.content.decode(), answer.status_code
        assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.parametrize("path", LISTS)
def test_a_list_with_an_open_object_tells_nothing_of_the_hidden_one(shared: Any, as_: As, path: str) -> None:
    answer = as_("outsider").get(path)
    assert answer.status_code == (404 if "slo=mixed" in path else 200)
    assert MARK not in answer.content.decode()
    assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.parametrize("path", FOUND_BY_A_HIDDEN_WORD)
def test_a_hidden_word_finds_nothing(shared: Any, as_: As, path: str) -> None:
    assert as_("outsider").get(path).json()["total"] == 0
    assert as_("chief").get(path).json()["total"] > 0


@pytest.mark.parametrize("path", ["/slos/mixed/", "/slis/mixed-sli/", "/api/v1/slos", "/api/v1/openslo", "/slos/"])
def test_those_who_may_see_both_see_both(shared: Any, as_: As, path: str) -> None:
    """Otherwise the tests above would prove nothing."""
    assert MARK in as_("chief").get(path).content.decode()


def test_the_search_does_not_find_an_open_objective_by_a_hidden_word(shared: Any, as_: As) -> None:
    for path in (f"/search/?q={MARK}", f"/slos/?q={MARK}"):
        assert "/slos/mixed/" not in as_("outsider").get(path).content.decode()
        assert "/slos/mixed/" in as_("chief").get(path).content.decode()


def test_a_foreign_exclusion_is_told_by_its_minutes_alone(shared: Any, as_: As) -> None:
    (exclusion,) = as_("outsider").get("/api/v1/slos/mixed/exclusions").json()
    assert (exclusion["reason"], exclusion["author"], exclusion["whole_service"]) == (None, None, True)
    assert exclusion["start"] == "2026-01-01T00:00:00Z"
    assert "private to another team" in as_("outsider").get("/slos/mixed/").content.decode()


def test_a_shared_indicator_counts_the_objectives_one_may_see(shared: Any, as_: As) -> None:
    assert as_("outsider").get("/api/v1/slis/mixed-sli").json()["slo_count"] == 1
    assert as_("chief").get("/api/v1/slis/mixed-sli").json()["slo_count"] == 2


def test_a_refused_deletion_names_no_hidden_objective(shared: Any, as_: As) -> None:
    answer = as_("outsider").delete("/api/v1/slis/mixed-sli")
    assert answer.status_code == 409
    message = answer.json()["error"]["message"]
    assert "SLO mixed-too and 1 private object" in message
    assert MARK not in message


def test_what_an_answer_hides_may_be_sent_back_and_stays(shared: Any, as_: As) -> None:
    guest = as_("outsider")
    read = guest.get("/api/v1/slos/mixed").json()
    assert (read["service"], read["sli"], read["hidden"]) == (None, None, ["service", "sli"])
    writable = (
        "team", "sli", "service", "objective", "window", "description", "budgeting_method", "slice_minutes",
        "slice_target", "counts_no_data_as_bad", "labels", "alert_policies",
    )  # fmt: skip
    body = {name: read[name] for name in writable} | {"title": "New title"}
    replaced = guest.put("/api/v1/slos/mixed", orjson.dumps(body), content_type="application/json")
    assert (replaced.status_code, replaced.json().get("title")) == (200, "New title")
    changed = guest.patch(
        "/api/v1/slos/mixed", orjson.dumps({"sli": None, "service": None, "title": "Newer"}), "application/json"
    )
    assert changed.status_code == 200
    seen = as_("chief").get("/api/v1/slos/mixed").json()
    assert (seen["title"], seen["sli"], seen["service"]) == ("Newer", f"{MARK}-sli", f"{MARK}-service")
    assert guest.patch("/api/v1/slos/mixed", orjson.dumps({"service": ""}), "application/json").status_code == 200
    assert as_("chief").get("/api/v1/slos/mixed").json()["service"] is None


def test_an_indicator_keeps_the_source_its_editor_may_not_see(shared: Any, as_: As) -> None:
    guest = as_("outsider")
    read = guest.get("/api/v1/slis/mixed-sli").json()
    assert (read["source"], read["service"], read["hidden"]) == (None, None, ["service", "source"])
    body = {name: read[name] for name in ("team", "source", "service", "spec", "labels")} | {"title": "New"}
    assert guest.put("/api/v1/slis/mixed-sli", orjson.dumps(body), "application/json").status_code == 200
    seen = as_("chief").get("/api/v1/slis/mixed-sli").json()
    assert (seen["title"], seen["source"], seen["service"]) == ("New", f"{MARK}-source", f"{MARK}-service")


def test_a_visible_indicator_cannot_be_sent_back_as_null(shared: Any, as_: As) -> None:
    answer = as_("chief").patch("/api/v1/slos/mixed", orjson.dumps({"sli": None}), "application/json")
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "sli")
