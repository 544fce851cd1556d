"""Runs and incidents as marks on the charts of objectives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import Run
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from reliability.access.models import Team
from reliability.kit.periods import Period
from slo.domain.marks import Kind
from slo.marks import MARKS_MAX, marks_of
from slo.models import Slo
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, IncidentFactory, RunFactory, SloFactory

As = Callable[[str], Client]


def ran(
    slo: Slo, at: datetime, *, minutes: int | None = 5, team: Team | None = None, watched: list[int] | None = None
) -> Run:
    owner = team or slo.team
    experiment = ExperimentFactory(team=owner, service=slo.service)
    run: Run = RunFactory(version=ExperimentVersionFactory(experiment=experiment))
    ended = None if minutes is None else at + timedelta(minutes=minutes)
    values = {"fault_began_at": at, "fault_ended_at": ended, "watched_slo_ids": watched or []}
    over = {"state": State.ENDED, "verdict": Verdict.HELD, "ended_at": ended} if ended else {"state": State.RUNNING}
    Run.objects.filter(pk=run.pk).update(**values, **over, service=slo.service)
    return Run.objects.get(pk=run.pk)


def happened(slo: Slo, at: datetime, *, hours: int | None = 1, team: Team | None = None) -> Incident:
    ended = None if hours is None else at + timedelta(hours=hours)
    incident: Incident = IncidentFactory(team=team or slo.team, title="orders fail", severity=2)
    Incident.objects.filter(pk=incident.pk).update(started_at=at, detected_at=at, resolved_at=ended)
    ImpactedSlo.objects.create(incident=incident, slo=slo)
    return Incident.objects.get(pk=incident.pk)


@pytest.fixture
def day(now: datetime) -> Period:
    return Period(now - timedelta(days=1), now)


def test_a_fault_is_marked_from_its_first_injection_until_it_was_seen_gone(
    cast: Cast, slo: Slo, day: Period, now: datetime
) -> None:
    run = ran(slo, now - timedelta(hours=2))
    ran(slo, now - timedelta(days=3))  # before
    RunFactory(version=ExperimentVersionFactory(experiment=ExperimentFactory(team=slo.team, service=slo.service)))
    (mark,) = marks_of(caller=cast.caller("viewer"), slo=slo, period=day).shown
    assert (mark.kind, mark.start, mark.end) == (Kind.EXPERIMENT, run.fault_began_at, run.fault_ended_at)
    assert mark.url == f"/chaos/runs/{run.pk}/"


def test_what_goes_on_reaches_to_the_end_of_the_chart(cast: Cast, slo: Slo, day: Period, now: datetime) -> None:
    ran(slo, now - timedelta(minutes=3), minutes=None)
    happened(slo, now - timedelta(days=2), hours=None)
    marks = marks_of(caller=cast.caller("viewer"), slo=slo, period=day).shown
    assert [mark.end for mark in marks] == [None, None]
    assert [mark.within(day).end for mark in marks] == [day.end, day.end]
    assert marks[1].within(day).start == day.start


def test_a_run_that_names_objectives_marks_only_those(cast: Cast, slo: Slo, day: Period, now: datetime) -> None:
    other = SloFactory(team=slo.team, sli=slo.sli, service=slo.service, name="other")
    named = ran(other, now - timedelta(hours=1), watched=[slo.pk])
    assert [mark.url for mark in marks_of(caller=cast.caller("viewer"), slo=slo, period=day).shown] == [
        f"/chaos/runs/{named.pk}/"
    ]
    assert not marks_of(caller=cast.caller("viewer"), slo=other, period=day).shown


def test_incidents_of_the_objective_and_of_its_service_are_marked_once(
    cast: Cast, slo: Slo, day: Period, now: datetime
) -> None:
    incident = happened(slo, now - timedelta(hours=4))
    assert slo.service is not None
    ImpactedService.objects.create(incident=incident, service=slo.service)
    merged = happened(slo, now - timedelta(hours=3))
    Incident.objects.filter(pk=merged.pk).update(merged_into=incident)
    (mark,) = marks_of(caller=cast.caller("viewer"), slo=slo, period=day).shown
    assert (mark.kind, mark.label) == (Kind.INCIDENT, f"#{incident.pk} Sev2: orders fail")


def test_what_another_team_keeps_private_is_not_marked(cast: Cast, slo: Slo, day: Period, now: datetime) -> None:
    ran(slo, now - timedelta(hours=1), team=cast.search)
    happened(slo, now - timedelta(hours=1), team=cast.search)
    assert not marks_of(caller=cast.caller("viewer"), slo=slo, period=day).shown
    open_slo = SloFactory(team=cast.commons, sli=slo.sli, service=slo.service, name="open-one")
    ran(open_slo, now - timedelta(hours=1), team=cast.commons)
    assert not marks_of(caller=cast.caller("outsider"), slo=open_slo, period=day).shown, "through a hidden service"
    assert len(marks_of(caller=cast.caller("viewer"), slo=open_slo, period=day).shown) == 1


def test_their_number_is_bounded_and_so_is_that_of_queries(
    cast: Cast, slo: Slo, day: Period, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hours in range(3):
        ran(slo, now - timedelta(hours=hours + 1))
    for minutes in range(MARKS_MAX + 5):
        happened(slo, now - timedelta(hours=10, minutes=minutes))
    caller = cast.caller("viewer")
    with django_assert_num_queries(3):  # runs, incidents, and the services of those
        found = marks_of(caller=caller, slo=slo, period=day)
    assert len(found.shown) == MARKS_MAX
    assert found.is_cut
    assert [mark.kind for mark in found.shown[:4]] == [Kind.EXPERIMENT] * 3 + [Kind.INCIDENT]


def test_the_page_tells_them_in_a_table_and_in_the_legend(as_: As, slo: Slo, now: datetime) -> None:
    run = ran(slo, now - timedelta(hours=2))
    incident = happened(slo, now - timedelta(hours=5), hours=None)
    page = as_("viewer").get(f"/slos/{slo.name}/?range=24h").content.decode()
    assert f"/chaos/runs/{run.pk}/" in page
    assert f"#{incident.pk} Sev2: orders fail" in page
    assert "goes on" in page
    assert page.count('"name":"Experiment: its fault in place"') == 2, "once on each chart over time"
    assert page.count('"name":"Incident"') == 3, "and on the timeline"
    assert '"fillpattern"' in page
