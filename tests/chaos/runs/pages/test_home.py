"""The first page of chaos, the list of runs, the global stop, panels on other pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chaos.runs.models import GlobalStop, Run
from chaos.runs.selectors.global_stop import in_force
from slo.models import Slo
from tests.cast import Cast, ExperimentVersionFactory, RunFactory
from tests.queries import queries_of

As = Callable[[str], Client]


def test_before_anything_was_tried_the_page_teaches_the_first_step(as_: As, cast: Cast) -> None:
    page = as_("editor").get("/chaos/").content.decode()
    assert "Nothing was tried yet" in page
    assert "No agent is there" in page
    assert 'href="/chaos/library/">Open the library' in page


def test_what_runs_stands_first_with_the_age_of_its_fault_and_a_stop(as_: As, hurting: Run) -> None:
    page = as_("responder").get("/chaos/").content.decode()
    assert "fault in place for 10 s" in page
    assert f'id="stop-{hurting.pk}"' in page
    assert f'id="stop-{hurting.pk}"' not in as_("viewer").get("/chaos/").content.decode()
    assert "Orders survive" not in as_("outsider").get("/chaos/").content.decode()


def test_what_is_over_tells_its_verdict_and_the_service_its_resilience(as_: As, over: Run) -> None:
    page = as_("viewer").get("/chaos/").content.decode()
    assert "Aborted" in page
    assert "1 of 7 layers tried" in page


def test_the_moving_part_is_a_part(as_: As, hurting: Run) -> None:
    page = as_("viewer").get("/chaos/?part=now").content.decode()
    assert "Running now" in page
    assert "<html" not in page


def test_the_first_page_costs_the_same_for_one_and_for_twenty_runs(as_: As, cast: Cast, over: Run) -> None:
    client = as_("viewer")
    client.get("/chaos/")
    few = queries_of(client, "/chaos/")
    for _ in range(20):
        RunFactory(version=over.version)
    assert queries_of(client, "/chaos/") == few


def test_the_list_costs_the_same_for_one_and_for_twenty_runs(as_: As, over: Run) -> None:
    client = as_("viewer")
    client.get("/chaos/runs/")
    few = queries_of(client, "/chaos/runs/")
    for _ in range(20):
        RunFactory(version=over.version)
    assert queries_of(client, "/chaos/runs/") == few


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        pytest.param("state=ended", True, id="it has ended"),
        pytest.param("state=open", False, id="it is not open"),
        pytest.param("verdict=aborted", True, id="its verdict"),
        pytest.param("verdict=held", False, id="another verdict"),
        pytest.param("mode=dry", False, id="it was no dry run"),
        pytest.param("service=orders", True, id="its service"),
        pytest.param("q=survive", True, id="a word of its experiment"),
        pytest.param("verdict=nonsense", True, id="what is unknown is left out"),
        pytest.param("since=1d", True, id="of today"),
    ],
)
def test_the_address_narrows_the_list(as_: As, over: Run, query: str, is_listed: bool) -> None:
    page = as_("viewer").get(f"/chaos/runs/?{query}").content.decode()
    assert (f'href="/chaos/runs/{over.pk}/"' in page) is is_listed


def test_stopping_everything_asks_once_wants_a_reason_and_is_told_on_every_page(as_: As, hurting: Run) -> None:
    client = as_("responder")
    assert "1 run under way is aborted now" in client.get("/chaos/stop/").content.decode()
    assert client.post("/chaos/stop/", {}).status_code == 422
    assert in_force() is None
    assert client.post("/chaos/stop/", {"reason": "payments are down"})["Location"] == "/chaos/"
    assert GlobalStop.objects.get().reason == "payments are down"
    hurting.refresh_from_db()
    assert hurting.stop_requested_at is not None
    for person in ("viewer", "outsider"):
        page = as_(person).get("/services/").content.decode()
        assert "All chaos is stopped, by Responder" in page
    assert "All chaos is stopped" in as_("viewer").get("/chaos/").content.decode()


def test_who_pressed_or_the_chief_lifts_it_and_nobody_else(as_: As, run: Run) -> None:
    as_("responder").post("/chaos/stop/", {"reason": "enough"})
    assert as_("editor").get("/chaos/lift/").status_code == 403
    assert as_("viewer").get("/chaos/stop/").status_code == 403
    assert as_("responder").get("/chaos/lift/").status_code == 200
    as_("chief").post("/chaos/lift/", {"reason": "calm again"})
    assert in_force() is None
    assert "All chaos is stopped" not in as_("viewer").get("/services/").content.decode()


def test_lifting_what_is_not_in_force_leads_home(as_: As, cast: Cast) -> None:
    assert as_("responder").get("/chaos/lift/")["Location"] == "/chaos/"


def test_the_service_the_objective_and_the_experiment_tell_of_the_run(as_: As, over: Run, slo: Slo) -> None:
    client = as_("viewer")
    for path in ("/services/orders/", f"/slos/{slo.name}/", f"/chaos/experiments/{over.experiment.slug}/"):
        assert f'href="/chaos/runs/{over.pk}/"' in client.get(path).content.decode(), path


def test_a_run_is_found_by_its_number_and_by_its_experiment(as_: As, over: Run) -> None:
    client = as_("viewer")
    for words in (str(over.pk), f"run {over.pk}", "survive"):
        assert f"/chaos/runs/{over.pk}/" in client.get("/search/", {"q": words}).content.decode(), words
    assert f"/chaos/runs/{over.pk}/" not in as_("outsider").get("/search/?q=survive").content.decode()


def test_an_experiment_without_runs_says_so(as_: As, cast: Cast, over: Run) -> None:
    other = ExperimentVersionFactory(experiment__team=cast.payments)
    page = as_("viewer").get(f"/chaos/experiments/{other.experiment.slug}/").content.decode()
    assert "It was not run yet" in page
