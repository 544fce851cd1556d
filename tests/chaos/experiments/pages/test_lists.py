"""The lists of experiments, targets and templates."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chaos.experiments.library import templates
from chaos.experiments.models import Target
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, TargetFactory
from tests.chaos.experiments.pages.conftest import MakeExperiment
from tests.queries import queries_of

As = Callable[[str], Client]


def test_before_the_first_experiment_the_page_leads_an_editor_to_the_library(as_: As, cast: Cast) -> None:
    page = as_("editor").get("/chaos/experiments/").content.decode()
    assert "No experiment yet" in page
    assert 'href="/chaos/library/">Choose from the library' in page


def test_a_viewer_is_offered_nothing_that_is_not_his(as_: As, make: MakeExperiment) -> None:
    make()
    page = as_("viewer").get("/chaos/experiments/").content.decode()
    assert "Orders survive a slow payment" in page
    assert "New experiment" not in page


def test_an_outsider_sees_neither_experiments_nor_targets_of_a_private_team(as_: As, make: MakeExperiment) -> None:
    make()
    for path in ("/chaos/experiments/", "/chaos/targets/"):
        assert "orders" not in as_("outsider").get(path).content.decode().lower()


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        pytest.param("q=slow", True, id="a word of its title keeps it"),
        pytest.param("q=nothing+of+it", False, id="a word it lacks drops it"),
        pytest.param("service=orders", True, id="its service keeps it"),
        pytest.param("layer=region", False, id="another layer drops it"),
        pytest.param("kind=dr_trial", False, id="another kind drops it"),
        pytest.param("archived=1", False, id="the archive holds others"),
        pytest.param("q=a%00b", False, id="a zero byte is no crash"),
    ],
)
def test_the_address_narrows_the_list(as_: As, make: MakeExperiment, query: str, is_listed: bool) -> None:
    make()
    page = as_("viewer").get(f"/chaos/experiments/?{query}").content.decode()
    assert ("Orders survive a slow payment</a>" in page) is is_listed
    assert is_listed or "No experiment matches these filters" in page


def test_the_list_costs_the_same_queries_for_one_and_for_thirty(as_: As, cast: Cast, make: MakeExperiment) -> None:
    make()
    client = as_("editor")
    client.get("/chaos/experiments/")
    few = queries_of(client, "/chaos/experiments/")
    for _ in range(29):
        ExperimentVersionFactory(experiment=ExperimentFactory(team=cast.payments))
    assert queries_of(client, "/chaos/experiments/") == few


def test_the_targets_cost_the_same_queries_for_one_and_for_thirty(as_: As, cast: Cast, orders_process: Target) -> None:
    client = as_("editor")
    client.get("/chaos/targets/")
    few = queries_of(client, "/chaos/targets/")
    TargetFactory.create_batch(29, team=cast.payments)
    assert queries_of(client, "/chaos/targets/") == few


def test_the_library_shows_every_template_with_its_hypothesis(as_: As, cast: Cast) -> None:
    page = as_("viewer").get("/chaos/library/").content.decode()
    for template in templates():
        assert f"/chaos/library/{template.slug}/" in page
    assert "Use it" not in page
