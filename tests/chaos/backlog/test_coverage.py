"""The coverage map: what a cell says, totals, order, and that it costs the same for any number of services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from chaos.backlog.domain.coverage import Cell
from chaos.backlog.selectors.coverage import LayerCell, rows_of, services_to_cover, totals_of
from chaos.experiments.models import Experiment
from chaos.runs.models import Run
from chaos.schedules.models import Schedule
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from tests.cast import Cast, ExperimentFactory, RunFactory, ServiceFactory
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]
Ended = Callable[..., Run]
DAY = timedelta(days=1)


def cell(caller: Caller, service: Service, layer: str, now: datetime) -> LayerCell:
    row = rows_of(caller=caller, services=[service], now=now)[0]
    return next(one for one in row.cells if one.layer == layer)


def test_a_cell_goes_from_never_tried_to_stale(
    responder: Caller, service: Service, ended: Ended, now: datetime
) -> None:
    def seen(at: datetime = now) -> tuple[Cell, int]:
        found = cell(responder, service, "process", at)
        return found.cell, found.tried.runs

    assert seen() == (Cell.NEVER, 0)
    experiment: Experiment = ExperimentFactory(team=service.team, service=service, layer="process")
    assert seen() == (Cell.PLANNED, 0)
    waiting = ended(experiment, "", now, state="waiting", ended_at=None, started_at=None, not_before=now + DAY)
    assert seen() == (Cell.SCHEDULED, 0)
    assert cell(responder, service, "process", now).tried.next_at == now + DAY
    Run.objects.filter(pk=waiting.pk).delete()
    ended(experiment, "aborted", now - 3 * DAY)
    assert seen() == (Cell.UNANSWERED, 1)
    ended(experiment, "deviated", now - 2 * DAY)
    assert seen() == (Cell.DEVIATED, 2)
    ended(experiment, "held", now - DAY)
    ended(experiment, "inconclusive", now)
    assert seen() == (Cell.HELD, 4)
    assert seen(now + 89 * DAY - timedelta(seconds=1))[0] is Cell.HELD
    assert seen(now + 90 * DAY)[0] is Cell.STALE
    assert cell(responder, service, "node", now).cell is Cell.NEVER


def test_a_schedule_says_when_it_will_be_tried(
    responder: Caller, service: Service, experiment: Experiment, now: datetime
) -> None:
    schedule = Schedule.objects.create(
        team=service.team,
        experiment=experiment,
        cron="0 10 * * 2",
        owner_name="Editor",
        next_at=now + DAY,
        created_at=now,
        updated_at=now,
    )
    found = cell(responder, service, "process", now)
    assert (found.cell, found.tried.next_at) == (Cell.SCHEDULED, now + DAY)
    Schedule.objects.filter(pk=schedule.pk).update(is_paused=True)
    assert cell(responder, service, "process", now).cell is Cell.PLANNED


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"mode": "dry"}, id="a dry run"),
        pytest.param({"started_at": None}, id="a run that was never begun"),
    ],
)
def test_what_put_no_fault_in_place_is_not_tried(
    responder: Caller, service: Service, experiment: Experiment, ended: Ended, now: datetime, fields: dict[str, Any]
) -> None:
    ended(experiment, "aborted", now, **fields)
    assert cell(responder, service, "process", now).cell is Cell.PLANNED


def test_an_archived_experiment_plans_nothing(
    responder: Caller, service: Service, experiment: Experiment, now: datetime
) -> None:
    experiment.is_archived = True
    experiment.save()
    assert cell(responder, service, "process", now).cell is Cell.NEVER


def test_of_two_that_ended_at_once_the_later_row_counts(
    responder: Caller, service: Service, experiment: Experiment, ended: Ended, now: datetime
) -> None:
    ended(experiment, "held", now)
    ended(experiment, "deviated", now)
    assert cell(responder, service, "process", now).cell is Cell.DEVIATED


def test_totals_are_over_all_services_and_the_least_covered_of_a_tier_comes_first(
    responder: Caller, service: Service, experiment: Experiment, ended: Ended, now: datetime, cast: Cast
) -> None:
    untried = ServiceFactory(team=cast.payments, tier=1, name="zebra")
    ServiceFactory(team=cast.payments, tier=2, name="apple")
    ServiceFactory(team=cast.search, tier=1, name="hidden")
    other = ExperimentFactory(team=service.team, service=service, layer="node")
    ended(experiment, "held", now - DAY)
    ended(experiment, "held", now - 2 * DAY)
    ended(other, "held", now - 91 * DAY)
    services = services_to_cover(caller=responder, now=now)
    assert [one.name for one in services] == ["zebra", "checkout", "apple"]
    totals = totals_of(caller=responder, services=services, now=now)
    assert (totals.services, totals.cells, totals.tried, totals.ever, totals.stale) == (3, 21, 1, 2, 1)
    only = services_to_cover(caller=responder, tier=1, team="payments", text="zeb", now=now)
    assert list(only) == [untried]


def test_the_days_are_a_setting(
    responder: Caller, service: Service, experiment: Experiment, ended: Ended, now: datetime, settings: Settings
) -> None:
    ended(experiment, "held", now - 40 * DAY)
    settings.CHAOS_COVERAGE_DAYS = 30
    assert cell(responder, service, "process", now).cell is Cell.STALE


def _many(cast: Cast, count: int, ended: Ended) -> None:
    at = timezone.now() - DAY
    for service in ServiceFactory.create_batch(count, team=cast.payments):
        for layer in ("node", "process"):
            ended(ExperimentFactory(team=cast.payments, service=service, layer=layer), "held", at)


def test_the_page_asks_the_same_number_of_queries_for_any_number_of_services(cast: Cast, as_: As, ended: Ended) -> None:
    viewer = as_("viewer")
    _many(cast, 2, ended)
    few = queries_of(viewer, "/chaos/coverage/")
    _many(cast, 12, ended)
    assert queries_of(viewer, "/chaos/coverage/") == few <= 20


def test_the_page_says_it_in_words_and_leads_on(
    as_: As, service: Service, experiment: Experiment, ended: Ended
) -> None:
    ended(experiment, "held", timezone.now() - DAY)
    page = as_("viewer").get("/chaos/coverage/").content.decode()
    assert "1 of 7 cells tried in the last 90 days" in page
    assert 'href="/chaos/coverage/checkout/process/"' in page
    assert "Never tried" in page
    inner = as_("editor").get("/chaos/coverage/checkout/node/").content.decode()
    assert "No run yet" in inner
    assert "/chaos/coverage/checkout/node/try/disk-full/" in inner
    assert as_("viewer").get("/chaos/coverage/checkout/moon/").status_code == 404


def test_the_file_has_a_line_for_each_cell_and_runs_no_formula(as_: As, service: Service) -> None:
    service.title = '=HYPERLINK("https://evil.example.org")'
    service.save()
    answer = as_("viewer").get("/chaos/coverage.csv?tier=1")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 8
    assert lines[0].startswith("service,title,team,tier,layer,state,verdict")
    assert lines[1].startswith("checkout,\"'=HYPERLINK(")
    assert as_("viewer").get("/chaos/coverage.csv?tier=4").content.decode().count("\n") == 1


def test_the_api_tells_the_same(
    bearer: Bearer, cast: Cast, service: Service, experiment: Experiment, ended: Ended
) -> None:
    ended(experiment, "deviated", timezone.now() - DAY)
    answer = bearer(team=cast.payments, role=10).get("/api/v1/chaos/coverage").json()
    assert answer["totals"] == {"services": 1, "cells": 7, "tried": 1, "ever": 1, "days": 90}
    found = next(one for one in answer["items"][0]["cells"] if one["layer"] == "process")
    assert (found["state"], found["verdict"], found["runs"], found["experiments"]) == ("deviated", "deviated", 1, 1)


def test_runs_of_another_private_team_do_not_show(cast: Cast, service: Service, ended: Ended, now: datetime) -> None:
    service.team = cast.commons
    service.save()
    foreign = ExperimentFactory(team=cast.search, service=service, layer="node")
    RunFactory(version__experiment=foreign, state="ended", verdict="held", ended_at=now, started_at=now)
    assert cell(cast.caller("viewer"), service, "node", now).cell is Cell.NEVER
