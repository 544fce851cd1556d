"""What spent the budget: every room tells what it knows, and page, files and API say the same sum."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import Run
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from incidents.status_page.models import Component, Maintenance, StatusPage
from reliability.access.models import Team
from reliability.delivery.models import Change, Deployment, Outcome
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from reliability.web.zones import UTC_ZONE
from slo.domain.causes import CauseKind
from slo.domain.minutes import MinuteSeries
from slo.models import Adjustment, Exclusion, Slo, SloVersion
from slo.selectors.ledger import LedgerBasis, LedgerView, ledger_of
from slo.selectors.status import status_of
from slo.services import series
from tests.cast import (
    Cast,
    DependencyFactory,
    ExperimentFactory,
    ExperimentVersionFactory,
    IncidentFactory,
    RunFactory,
    ServiceFactory,
)

As = Callable[[str], Client]


@dataclass(frozen=True)
class World:
    """Ten hours before now, and who did what in them: every hour lost ten events a minute for its half."""

    slo: Slo
    start: datetime
    incident: Incident
    below: Incident
    run: Run

    @property
    def period(self) -> Period:
        return Period(self.start, self.start + timedelta(hours=10))

    def hour(self, number: int, minute: int = 0) -> datetime:
        return self.start + timedelta(hours=number, minutes=minute)

    @property
    def path(self) -> str:
        return f"/slos/{self.slo.name}/ledger/?from={_text(self.start)}&to={_text(self.period.end)}"


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def happened(team: Team, title: str, start: datetime, end: datetime | None) -> Incident:
    times = {"started_at": start, "detected_at": start, "resolved_at": end}
    incident: Incident = IncidentFactory(team=team, title=title, **times)
    return incident


@pytest.fixture
def world(cast: Cast, slo: Slo, now: datetime) -> World:
    start = now - timedelta(hours=10)
    bad = np.tile(np.concatenate((np.full(30, 10.0), np.zeros(30))), 10)
    valid = np.full(600, 100.0)
    counts = MinuteSeries(to_minute(start), valid - bad, valid, np.ones(600, dtype=np.bool_))
    series.store(sli_id=slo.sli_id, counts=counts, now=now)

    def hour(number: int, minute: int = 0) -> datetime:
        return start + timedelta(hours=number, minutes=minute)

    service = slo.service
    assert service is not None
    written = {"reason": "database upgrade", "author_name": "Editor"}
    Exclusion.objects.create(team=slo.team, slo=slo, start_at=hour(0), end_at=hour(1), **written)
    page = StatusPage.objects.create(
        team=slo.team, slug="shop", title="Shop status", changed_at=now, created_at=now, updated_at=now
    )
    component = Component.objects.create(
        page=page, name="Shop", service=service, shown_since_at=now, created_at=now, updated_at=now
    )
    work = Maintenance.objects.create(
        page=page, title="New disks", starts_at=hour(1), ends_at=hour(1, 10), created_at=now, updated_at=now
    )
    work.components.add(component)
    run = RunFactory(version=ExperimentVersionFactory(experiment=ExperimentFactory(team=slo.team, service=service)))
    over = {"state": State.ENDED, "verdict": Verdict.HELD, "ended_at": hour(3)}
    Run.objects.filter(pk=run.pk).update(fault_began_at=hour(2), fault_ended_at=hour(2, 20), **over)
    incident = happened(slo.team, "Orders fail", hour(2), hour(2, 45))
    ImpactedSlo.objects.create(incident=incident, slo=slo)
    needed = ServiceFactory(team=slo.team, name="bank")
    DependencyFactory(service=service, needs=needed)
    below = happened(slo.team, "The bank is slow", hour(3), hour(3, 30))
    ImpactedService.objects.create(incident=below, service=needed)
    elsewhere = happened(slo.team, "Something else", hour(4), hour(9))
    ImpactedService.objects.create(incident=elsewhere, service=ServiceFactory(team=slo.team, name="search"))
    merged = happened(slo.team, "The same once more", hour(2), hour(9))
    Incident.objects.filter(pk=merged.pk).update(merged_into=incident)
    ImpactedSlo.objects.create(incident=merged, slo=slo)
    told = {"team": slo.team, "origin": "ci", "received_at": now}
    Deployment.objects.create(
        service=needed, environment="production", key="1", finished_at=hour(4, -5), title="Bank 2041",
        outcome=Outcome.SUCCEEDED, repository="bank", revision="9c1e2aa4d5634f2a91c0",
        source_url="https://ci.example.org/2041", **told,
    )  # fmt: skip
    Change.objects.create(service=service, key="2", title="Flag new-basket on", at=hour(5, -2), **told)
    Adjustment.objects.create(slo=slo, at=hour(6), consumed_delta=-0.5, reason="a test by us", author_name="Editor")
    return World(slo, start, incident, below, Run.objects.get(pk=run.pk))


def ledger(world: World, cast: Cast, now: datetime, who: str = "viewer", **options: Any) -> LedgerView:
    asked: dict[str, Any] = {"period": world.period, "at": now, "zone": UTC_ZONE} | options
    return ledger_of(caller=cast.caller(who), slo=world.slo, now=now, **asked)


def minutes_by_label(view: LedgerView) -> dict[str, int]:
    """A run is also what a burn is suspected of, so that there may be two lines of its name."""
    found: dict[str, int] = {}
    for line in view.ledger.lines:
        if line.causes:
            found[line.causes[0].label] = found.get(line.causes[0].label, 0) + line.amount.minutes
    return found


def test_every_room_tells_what_spent_the_budget_and_it_sums_up(
    cast: Cast, world: World, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller, slo = cast.caller("viewer"), world.slo
    with django_assert_num_queries(22):
        view = ledger_of(caller=caller, slo=slo, period=world.period, at=now, now=now, zone=UTC_ZONE)
    assert minutes_by_label(view) == {
        "database upgrade": 0,
        "New disks": 10,
        f"Run #{world.run.pk}: {world.run.experiment.title}": 20,
        f"#{world.incident.pk} Sev2: Orders fail": 10,
        f"#{world.below.pk} Sev2: The bank is slow": 30,
        "bank 9c1e2aa to production": 30,
        "Flag new-basket on": 30 * 5,
        "a test by us": 0,
    }
    found = view.ledger
    assert found.total is not None
    assert found.total.bad == 9 * 300, "without the excluded hour"
    assert found.allowed == 54
    assert found.total.consumed == 50 - Decimal("0.5")
    assert sum(line.amount.consumed for line in found.lines) == found.total.consumed
    assert found.of_kind(CauseKind.UNKNOWN).minutes == 20, "ten minutes after the disks, and those of nobody"


def test_an_edited_incident_is_restated_at_once(cast: Cast, world: World, now: datetime) -> None:
    Incident.objects.filter(pk=world.incident.pk).update(started_at=world.hour(1), resolved_at=None)
    minutes = minutes_by_label(ledger(world, cast, now))
    assert minutes[f"#{world.incident.pk} Sev2: Orders fail"] == 9 * 30 - 10 - 20
    assert "bank 9c1e2aa to production" not in {label for label, count in minutes.items() if count}


def test_the_ledger_of_the_window_says_what_the_state_says(cast: Cast, world: World, now: datetime) -> None:
    status = status_of(slo=world.slo, at=now, now=now)
    view = ledger(world, cast, now, period=status.window, basis=LedgerBasis.AT_THE_END)
    assert view.ledger.total is not None
    assert float(view.ledger.total.consumed) == pytest.approx(status.budget.consumed, rel=1e-9)
    assert len(view.ledger.steps) == 29, "twenty-eight days, the first and the last of them in part"


def test_each_minute_is_judged_by_the_definition_of_its_time(cast: Cast, world: World, now: datetime) -> None:
    first = SloVersion.objects.get(slo=world.slo)
    terms = {"window": first.window, "sli": first.sli, "author_name": "Editor"}
    SloVersion.objects.create(slo=world.slo, objective=Decimal("0.99"), effective_from=world.hour(5), **terms)
    view = ledger(world, cast, now)
    assert [period.start for period, _ in view.stretches] == [world.start, world.hour(5)]
    assert view.ledger.allowed == 4 * 6 + 5 * 60
    for basis, allowed in ((LedgerBasis.AT_THE_END, 540), (LedgerBasis.RESTATED, 540)):
        assert ledger(world, cast, now, basis=basis).ledger.allowed == allowed


def test_what_another_team_keeps_private_spends_the_same_without_a_name(
    cast: Cast, world: World, now: datetime
) -> None:
    Slo.objects.filter(pk=world.slo.pk).update(team=cast.commons)
    slo = Slo.objects.get(pk=world.slo.pk)
    view = ledger_of(caller=cast.caller("outsider"), slo=slo, period=world.period, at=now, now=now, zone=UTC_ZONE)
    assert minutes_by_label(view) == {
        "Maintenance of another team": 10,
        "Experiment of another team": 20,
        "Incident of another team": 40,
        "Suspected change of another team": 180,
        "a test by us": 0,
    }
    assert not any(cause.url or cause.detail for cause in view.causes)
    assert view.ledger.total == ledger(world, cast, now).ledger.total


def test_a_period_that_is_too_long_is_refused(cast: Cast, world: World, now: datetime) -> None:
    with pytest.raises(Invalid, match="400 days"):
        ledger(world, cast, now, period=Period(now - timedelta(days=401), now))


def test_the_page_leads_from_the_sum_to_the_line_to_its_minutes(as_: As, world: World) -> None:
    viewer = as_("viewer")
    page = viewer.get(world.path).content.decode()
    for words in (
        "4,950 % of the budget was spent",
        f"/incidents/{world.incident.pk}/",
        "Spent nothing",
        "database upgrade",
        "/delivery/deployments/",
        "of Bank, which it needs directly",
        'id="chart-ledger-table"',
    ):
        assert words in page
    page = viewer.get(f"{world.path}&line=incident-{world.incident.pk}").content.decode()
    assert f"The minutes of #{world.incident.pk} Sev2: Orders fail" in page
    assert page.count('data-label="Of">100<') == 10
    assert viewer.get(f"{world.path}&line=incident-0").status_code == 404
    objective = viewer.get(f"/slos/{world.slo.name}/?range=1h").content.decode()
    link = re.search(rf'href="(/slos/[^"]*line=incident-{world.incident.pk})#minutes', objective)
    assert link is not None
    assert "The minutes of" in viewer.get(unescape(link[1])).content.decode(), (
        "also where the range of the charts is another"
    )
    assert objective.index('id="standing"') < objective.index('id="ledger"') < objective.index('id="charts"')
    assert f"#{world.below.pk} Sev2: The bank is slow" in objective
    for path in (world.path, f"{world.path}&format=csv", f"/api/v1/slos/{world.slo.name}/ledger"):
        assert as_("outsider").get(path).status_code == 404


def test_files_and_the_api_say_the_same(as_: As, world: World) -> None:
    viewer = as_("viewer")

    def table(of: str) -> list[dict[str, str]]:
        answer = viewer.get(f"{world.path}&format=csv&table={of}&line=unknown")
        assert answer["Content-Disposition"] == f'attachment; filename="{world.slo.name}-ledger-{of}.csv"'
        return list(csv.DictReader(io.StringIO(answer.content.decode())))

    lines, steps, minutes = table("lines"), table("steps"), table("minutes")
    assert sum(float(row["budget_spent"]) for row in lines) == pytest.approx(49.5)
    assert sum(float(row["Spent"] or 0) for row in steps) == pytest.approx(49.5)
    assert len(steps) == 10
    assert [float(row["bad"]) for row in minutes] == [10.0] * 20
    query = f"?from={_text(world.start)}&to={_text(world.period.end)}"
    told = viewer.get(f"/api/v1/slos/{world.slo.name}/ledger{query}").json()
    assert told["budget_spent"] == pytest.approx(49.5)
    assert (told["events_lost"], told["units_allowed"], told["slice_minutes"], told["complete"]) == (
        2700,
        54,
        None,
        True,
    )
    assert sum(line["budget_spent"] for line in told["lines"]) == pytest.approx(49.5)
    assert told["lines"][-1]["key"] == "unknown"
    excluded = told["steps"][0]
    assert (excluded["start"], excluded["end"]) == (_text(world.start), _text(world.hour(1)))
    assert (excluded["measured"], excluded["budget_spent"], excluded["by_kind"]) == (False, None, {})
    answer = viewer.get(
        f"/api/v1/slos/{world.slo.name}/ledger/minutes{query}&line=incident-{world.incident.pk}&limit=3"
    )
    assert answer.json()["count"] == 10
    assert [row["at"] for row in answer.json()["minutes"]] == [_text(world.hour(2, 20 + n)) for n in range(3)]
    assert viewer.get(f"/api/v1/slos/{world.slo.name}/ledger?from=soon").status_code == 422


def test_without_data_nothing_is_claimed(as_: As, world: World, now: datetime) -> None:
    long_ago = f"?from={_text(now - timedelta(days=300))}&to={_text(now - timedelta(days=299))}"
    page = as_("viewer").get(f"/slos/{world.slo.name}/ledger/{long_ago}").content.decode()
    assert "Nothing was measured in this period" in page
    told = as_("viewer").get(f"/api/v1/slos/{world.slo.name}/ledger{long_ago}").json()
    assert (told["budget_spent"], told["events_lost"], told["minutes"]) == (None, None, None)
