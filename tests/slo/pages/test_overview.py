from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import time_machine
from django.test import Client

from reliability.telemetry.models import Source
from reliability.telemetry.services.health import note_intake
from slo.models import Sli, Slo, SloStatus
from tests.queries import queries_of

As = Callable[[str], Client]


def test_the_steps_already_walked_are_marked(as_: As, source: Source) -> None:
    page = as_("editor").get("/").content.decode()
    assert "Done" in page
    assert str(source) in page


def test_the_steps_are_offered_only_to_those_who_may_take_them(as_: As, source: Source) -> None:
    for path in ("/", "/slos/"):
        seen = as_("viewer").get(path).content.decode()
        assert "Three steps" in seen
        assert "role editor in a team" in seen
        assert "/slos/new/" not in seen
        assert "/sources/new/" not in seen
    assert "/slos/new/" in as_("editor").get("/slos/").content.decode()


def test_the_example_of_pushing_names_an_indicator_that_exists(as_: As, sli: Sli) -> None:
    assert f'"sli": "{sli.name}"' in as_("editor").get("/").content.decode()


def test_a_state_that_stands_on_little_says_so(as_: As, slo: Slo) -> None:
    for path in ("/", "/slos/", "/services/checkout/"):
        assert " measured</span>" not in as_("viewer").get(path).content.decode()
    SloStatus.objects.filter(slo=slo).update(coverage=0.42)
    for path in ("/", "/slos/", "/services/checkout/"):
        assert "42 % measured</span>" in as_("viewer").get(path).content.decode()
    SloStatus.objects.filter(slo=slo).update(coverage=0.0, state="no_data")
    assert " measured</span>" not in as_("viewer").get("/slos/").content.decode()


def test_an_objective_that_was_never_measured_is_not_stale(as_: As, slo: Slo) -> None:
    SloStatus.objects.filter(slo=slo).update(measured_until=None)
    page = as_("viewer").get("/slos/").content.decode()
    assert "no data yet" in page
    assert "is-stale-cell" not in page


def test_the_overview_counts_states_and_leads_to_them(as_: As, make_slo: Callable[..., Slo]) -> None:
    make_slo(name="fine")
    make_slo(name="broken", title="Broken promise", objective="0.9999")
    page = as_("viewer").get("/").content.decode()
    assert 'href="/slos/?state=breached"' in page
    assert page.index("Broken promise") < page.index("Checkout works")
    assert "Counts that are pushed" in page


def test_only_sources_that_are_asked_are_said_to_answer(as_: As, slo: Slo) -> None:
    assert "None is asked: counts are pushed." in as_("viewer").get("/").content.decode()
    Source.objects.filter(pk=slo.sli.source_id).update(kind="prometheus")
    page = as_("viewer").get("/").content.decode()
    assert "None: every source that is asked answered last time." in page
    assert "Counts that are pushed" not in page


def test_the_last_counts_of_a_pushed_source_are_told(as_: As, slo: Slo, now: datetime) -> None:
    assert "no counts yet" in as_("viewer").get("/").content.decode()
    note_intake(source_ids={slo.sli.source_id}, now=now - timedelta(minutes=7))
    page = as_("viewer").get("/").content.decode()
    assert "last counts" in page
    assert "7 min ago" in page
    for path in ("/sources/", f"/sources/{slo.sli.source.name}/"):
        assert "Counts arrived last 7 min ago." in as_("viewer").get(path).content.decode()


def test_what_was_never_measured_is_counted_apart_from_what_is_stale(as_: As, slo: Slo) -> None:
    assert "Never measured" not in as_("viewer").get("/").content.decode()
    SloStatus.objects.filter(slo=slo).update(measured_until=None)
    assert "<dt>Never measured</dt><dd>1</dd>" in as_("viewer").get("/").content.decode()


def test_a_source_with_trouble_is_named_with_its_words(as_: As, slo: Slo, now: datetime) -> None:
    Source.objects.filter(pk=slo.sli.source_id).update(
        kind="prometheus", failures_in_a_row=3, last_error="connection refused"
    )
    page = as_("viewer").get("/").content.decode()
    assert "3 failures in a row" in page
    assert "connection refused" in page


def test_an_outsider_sees_the_steps_and_nothing_of_others(as_: As, slo: Slo) -> None:
    page = as_("outsider").get("/").content.decode()
    assert slo.title not in page
    assert "Three steps" in page


def test_the_number_of_queries_is_constant(as_: As, make_slo: Callable[..., Slo]) -> None:
    client = as_("viewer")
    make_slo(name="slo-0")
    client.get("/")
    before = queries_of(client, "/")
    for number in range(1, 10):
        make_slo(name=f"slo-{number}")
    assert queries_of(client, "/") == before


def test_a_standstill_of_evaluation_is_on_every_page(as_: As, slo: Slo, now: datetime) -> None:
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        for path in ("/", "/slos/", "/services/"):
            assert "Evaluation stands still: 1 objective" in as_("viewer").get(path).content.decode()


def test_stale_telemetry_of_a_polled_source_is_on_every_page(as_: As, slo: Slo, now: datetime) -> None:
    SloStatus.objects.filter(slo=slo).update(measured_until=now - timedelta(hours=1))
    assert "Telemetry is stale" not in as_("viewer").get("/slos/").content.decode()
    Source.objects.filter(pk=slo.sli.source_id).update(kind="prometheus")
    assert "Telemetry is stale" in as_("viewer").get("/slos/").content.decode()
    assert "Telemetry is stale" not in as_("outsider").get("/slos/").content.decode()


def test_a_service_shows_its_objectives(as_: As, slo: Slo) -> None:
    page = as_("viewer").get("/services/checkout/").content.decode()
    assert f'href="/slos/{slo.name}/"' in page


def test_search_finds_objectives_and_indicators_of_ones_own_teams_only(as_: As, slo: Slo) -> None:
    found = as_("viewer").get("/search/?q=checkout").content.decode()
    assert f'href="/slos/{slo.name}/"' in found
    assert f'href="/slis/{slo.sli.name}/"' in found
    assert slo.title not in as_("outsider").get("/search/?q=checkout").content.decode()
