"""A month of incidents, beside the month before: the numbers, the page, the agenda, the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from chaos.runs.domain.states import Verdict
from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.selectors.review import Review, Scope, review_of
from incidents.postmortems.models import Postmortem
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService
from reliability.access.domain.caller import Role
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services.exclusions import create as exclude
from slo.services.series import store
from tests.cast import (
    ActionFactory,
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    IncidentFactory,
    RunFactory,
    ServiceFactory,
    SloFactory,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 7, 3, 12, tzinfo=UTC)
PAGE = "/incidents/review/?period=2026-06"
EVERYTHING = Scope()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def lived(cast: Cast, started_at: datetime, *, minutes: int = 30, **fields: Any) -> Any:
    """An incident of Payments, noticed after 2 minutes, answered after 5, over after *minutes*."""
    given: dict[str, Any] = {
        "team": cast.payments,
        "severity": 2,
        "started_at": started_at,
        "detected_at": started_at + timedelta(minutes=2),
        "acknowledged_at": started_at + timedelta(minutes=7),
        "resolved_at": started_at + timedelta(minutes=minutes),
        "status": "resolved",
    }
    return IncidentFactory(**{**given, **fields})


def reviewed(cast: Cast, *, scope: Scope = EVERYTHING, who: str = "viewer", period: str = "2026-06") -> Review:
    return review_of(caller=cast.caller(who), review=ReviewPeriod.parse(period), scope=scope, now=NOW)


def test_incidents_are_counted_by_severity_and_service_beside_those_before(cast: Cast) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    first = lived(cast, JUNE + DAY, severity=1)
    lived(cast, JUNE + 11 * DAY, minutes=60)
    lived(cast, JUNE + 12 * DAY, merged_into=first)
    lived(cast, JUNE - HOUR, severity=3)
    lived(cast, JUNE + 30 * DAY)  # July
    lived(cast, JUNE + DAY, team=cast.search)  # nobody of Payments may see it
    ImpactedService.objects.create(incident=first, service=service)
    found = reviewed(cast).incidents
    assert [one.figures.n for one in found.trend] == [0, 0, 0, 0, 1, 2]
    assert {severity: n for severity, n in found.now.by_severity.items() if n} == {Severity.SEV1: 1, Severity.SEV2: 1}
    assert found.before.by_severity[Severity.SEV3] == 1
    assert [(row.service.name, row.incidents, row.before) for row in found.services] == [("checkout", 1, 0)]
    assert found.now.figures.mtta.median == timedelta(minutes=5)
    assert found.now.figures.mttr_from_start.median == timedelta(minutes=45)
    assert found.now.figures.mtbf.median == 10 * DAY
    assert found.now.mttf.median == 10 * DAY - timedelta(minutes=30)
    assert found.before.mttf.n == 0
    assert reviewed(cast, scope=Scope(service_name="checkout")).incidents.now.figures.n == 1
    assert reviewed(cast, scope=Scope(team_slug="search")).incidents.now.figures.n == 0
    assert [one.figures.n for one in reviewed(cast, period="2026-Q2").incidents.trend] == [0, 0, 0, 0, 0, 3]


def test_actions_are_told_as_they_stood_at_the_end_of_the_period(cast: Cast) -> None:
    make: Any = ActionFactory
    given: dict[str, Any] = {"team": cast.payments, "created_at": JUNE - DAY}
    make(**given, title="Late", due_on=(JUNE + 20 * DAY).date())
    make(**given, title="Late, done in July", due_on=(JUNE + 20 * DAY).date(), state="done", done_at=JUNE + 31 * DAY)
    make(**given, title="In time", due_on=(JUNE + 20 * DAY).date(), state="done", done_at=JUNE + 19 * DAY)
    make(**given, title="Due in July", due_on=(JUNE + 30 * DAY).date())
    closed: dict[str, Any] = {"done_at": JUNE, "closed_at": JUNE + DAY}
    make(**given, **closed, title="Proven", state="verified")
    make(**given, **closed, title="Unproven", state="unproven", state_reason="gone")
    make(team=cast.payments, created_at=JUNE, title="New")
    found = reviewed(cast)
    assert (found.actions.opened, found.actions_before.opened) == (1, 6)
    assert (found.actions.closed, found.actions.verified, found.actions.unproven) == (2, 1, 1)
    assert (found.actions.overdue, found.actions_before.overdue) == (2, 0)


def measured(cast: Cast, *, name: str, bad: int) -> Slo:
    """99 % of 100 events a minute, of which *bad* are bad in the first ten days of June."""
    slo: Slo = SloFactory(sli__source__team=cast.payments, name=name, title=name)
    valid = np.full(10 * 1440, 100.0)
    store(
        sli_id=slo.sli_id,
        counts=MinuteSeries(to_minute(JUNE), valid - bad, valid, np.ones(len(valid), dtype=np.bool_)),
        now=NOW,
    )
    return slo


def test_budgets_are_those_of_the_period_with_its_exclusions_and_no_data_is_no_zero(cast: Cast) -> None:
    over = measured(cast, name="over", bad=2)
    measured(cast, name="within", bad=0)
    SloFactory(sli__source__team=cast.payments, name="silent")
    rows = {row.name: row for row in reviewed(cast).budgets.rows}
    assert list(rows) == ["over", "within", "silent"]
    assert rows["over"].consumed == pytest.approx(2.0)
    assert rows["over"].before is None
    assert rows["over"].coverage == pytest.approx(1 / 3)
    assert rows["within"].consumed == pytest.approx(0.0)
    assert rows["silent"].consumed is None
    first = Period(JUNE, JUNE + 5 * DAY)
    exclude(caller=cast.caller("editor"), period=first, reason="moved", now=NOW, slo=over)
    row = reviewed(cast).budgets.rows[0]
    assert row.coverage == pytest.approx(5 / 25), "also what lies before the objective's own 28 days is taken out"
    quarter = {row.name: row for row in reviewed(cast, period="2026-Q2").budgets.rows}
    assert quarter["over"].coverage == pytest.approx(5 / 86)


def test_experiments_count_by_verdict_when_they_were_real(cast: Cast) -> None:
    version = ExperimentVersionFactory(experiment=ExperimentFactory(team=cast.payments))
    for verdict, at, mode in (
        ("held", JUNE + DAY, "real"),
        ("deviated", JUNE + 2 * DAY, "real"),
        ("held", JUNE + DAY, "dry"),
        ("held", MAY + DAY, "real"),
    ):
        RunFactory(version=version, state="ended", verdict=verdict, ended_at=at, mode=mode)
    found = reviewed(cast).runs
    assert (found.by_verdict[Verdict.HELD], found.by_verdict[Verdict.DEVIATED], found.before[Verdict.HELD]) == (1, 1, 1)
    assert len(found.deviated) == 1


def test_the_page_shows_numbers_charts_and_what_to_talk_about(as_: As, cast: Cast) -> None:
    incident = lived(cast, JUNE + DAY, severity=1, title="Orders fail")
    ActionFactory(team=cast.payments, title="Bound the pool", due_on=(JUNE + 2 * DAY).date(), created_at=JUNE)
    viewer = as_("viewer")
    page = viewer.get(PAGE).content.decode()
    for words in (
        "June 2026",
        'id="chart-incidents"',
        'id="chart-response"',
        'id="chart-between"',
        "No factor was named",
        f"#{incident.pk} Orders fail (Sev1)",
        "1 Sev1 or Sev2 incident has no published postmortem.",
        "Bound the pool",
        "?period=2026-05",
        "?period=2026-Q2",
    ):
        assert words in page, words
    assert "Orders fail" not in as_("outsider").get(PAGE).content.decode()
    printed = viewer.get("/incidents/review/agenda/?period=2026-06").content.decode()
    assert "Orders fail" in printed
    file = viewer.get("/incidents/review/agenda.md?period=2026-06&team=payments")
    assert file["Content-Type"].startswith("text/markdown")
    assert file.content.decode().startswith("# Retrospective of June 2026\n\nteam payments")
    wrong = viewer.get("/incidents/review/?period=2026-13&team=payments")
    words = wrong.content.decode()
    assert (wrong.status_code, 'value="2026-13"' in words, "the month of now" in words) == (422, True, True)
    misread = viewer.get("/incidents/review/agenda/?period=2026-13")
    assert misread.status_code == 422
    for page in (words, misread.content.decode()):
        assert "A period is a month such as 2026-10 or a quarter such as 2026-Q3" in page


def test_of_what_lasts_or_was_published_no_postmortem_is_missing(as_: As, cast: Cast) -> None:
    over = lived(cast, JUNE - timedelta(minutes=1), severity=1)  # it began in May, and was detected in June
    lived(cast, JUNE + DAY, severity=1, acknowledged_at=None, resolved_at=None, status="triggered")
    Postmortem.objects.create(
        team=cast.payments,
        incident=over,
        title="Orders fail",
        state="published",
        started_at=over.started_at,
        published_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    assert list(reviewed(cast).published) == [over.pk]
    assert "no published postmortem" not in as_("viewer").get(PAGE).content.decode()


def test_the_period_that_is_not_over_is_told_as_of_now(as_: As) -> None:
    month = ReviewPeriod.month_of(timezone.now())
    page = as_("viewer").get("/incidents/review/").content.decode()
    assert month.title in page
    assert "not over yet, as of" in page
    assert f"?period={month.shifted(1).slug}" not in page


def test_it_asks_the_same_number_of_queries_for_any_number(as_: As, cast: Cast) -> None:
    def more(number: int) -> None:
        service = ServiceFactory(team=cast.payments)
        for row in range(number):
            incident = lived(cast, JUNE + row * HOUR, severity=1 + row % 3)
            ImpactedService.objects.create(incident=incident, service=service)
            SloFactory(sli__source__team=cast.payments)
            closed = {"state": "verified", "done_at": JUNE, "closed_at": JUNE + HOUR}
            ActionFactory(team=cast.payments, **closed)
            ActionFactory(team=cast.payments, due_on=(JUNE + DAY).date(), created_at=JUNE)
            RunFactory(state="ended", verdict="deviated", ended_at=JUNE + HOUR, mode="real")

    more(2)
    viewer = as_("viewer")
    few = queries_of(viewer, PAGE)
    more(12)
    assert queries_of(viewer, PAGE) == few <= 50


def test_the_api_answers_the_same_numbers(bearer: Callable[..., Client], cast: Cast) -> None:
    lived(cast, JUNE + DAY, severity=1)
    measured(cast, name="over", bad=2)
    client = bearer(team=cast.payments, role=Role.VIEWER)
    answer = client.get("/api/v1/review?period=2026-06").json()
    assert (answer["period"], answer["is_over"], len(answer["trend"])) == ("2026-06", True, 6)
    last = answer["trend"][-1]
    assert (last["incidents"], last["by_severity"]["Sev1"], last["mttr"]["median_seconds"]) == (1, 1, 1800.0)
    assert last["mttf"] == {"n": 0, "median_seconds": None, "mean_seconds": None, "p90_seconds": None}
    assert answer["budgets"][0]["spent"] == pytest.approx(2.0)
    assert answer["agenda"][-1]["title"] == "One thing"
    wrong = client.get("/api/v1/review?period=soon")
    assert wrong.status_code == 422
    assert "2026-Q3" in wrong.json()["error"]["details"][0]["message"]
