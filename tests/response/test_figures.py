"""Figures and likeness as selectors give them: of what the caller may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.oncall.models import Schedule
from incidents.paging.models import Escalation, Notification
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from incidents.response.selectors.counts import oncall_weeks_counted, pages_counted
from incidents.response.selectors.figures import GroupBy, figures, grouped, mttr, over_time
from incidents.response.selectors.incidents import IncidentFilters
from incidents.response.selectors.pages_per_person import pages_per_person
from incidents.response.selectors.similar import similar
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from tests.cast import AlertFactory, Cast, IncidentFactory, ScheduleFactory, ServiceFactory, SloFactory

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Solved = Callable[..., Incident]


@pytest.fixture
def solved(cast: Cast, now: datetime) -> Solved:
    """An incident of Payments that took so many minutes."""

    def make(minutes: int, **fields: Any) -> Incident:
        wanted = {
            "team": cast.payments,
            "started_at": now,
            "detected_at": now,
            "acknowledged_at": now,
            "resolved_at": now + MINUTE * minutes,
            "status": "resolved",
        }
        made: Incident = IncidentFactory(**(wanted | fields))
        return made

    return make


def test_figures_are_of_what_the_caller_may_read_in_the_period(cast: Cast, solved: Solved, now: datetime) -> None:
    solved(10)
    solved(30, severity=1)
    solved(99, team=cast.search)
    solved(99, detected_at=now - DAY, started_at=now - DAY)
    period = Period(now, now + DAY)
    caller = cast.caller("viewer")
    assert mttr(caller=caller, filters=IncidentFilters(detected=period)).median == 20 * MINUTE
    worst = IncidentFilters(detected=period, severities=(Severity.SEV1,))
    assert figures(caller=caller, filters=worst).mttr_from_start.median == 30 * MINUTE
    assert figures(caller=cast.caller("outsider"), filters=IncidentFilters(detected=period)).n == 1


def test_groups_are_of_services_that_the_caller_may_see(cast: Cast, solved: Solved, now: datetime) -> None:
    own, foreign = ServiceFactory(team=cast.payments, title="Own"), ServiceFactory(team=cast.search)
    for minutes in (10, 20):
        incident = solved(minutes)
        ImpactedService.objects.create(incident=incident, service=own)
        ImpactedService.objects.create(incident=incident, service=foreign)
    filters = IncidentFilters(detected=Period(now, now + DAY))
    groups = grouped(caller=cast.caller("viewer"), filters=filters, by=GroupBy.SERVICE)
    assert [(group.title, group.figures.n) for group in groups] == [("Own", 2)]
    severities = grouped(caller=cast.caller("viewer"), filters=filters, by=GroupBy.SEVERITY)
    assert [(group.title, group.figures.n) for group in severities] == [("Sev2", 2)]


def test_slices_hold_what_was_detected_in_them(cast: Cast, solved: Solved, now: datetime) -> None:
    solved(10)
    solved(20, detected_at=now + 2 * DAY, started_at=now + 2 * DAY, acknowledged_at=None, resolved_at=None)
    period = Period(now, now + 3 * DAY)
    slices = over_time(caller=cast.caller("viewer"), filters=IncidentFilters(), period=period, step=DAY)
    assert [part.figures.n for part in slices] == [1, 0, 1]
    assert slices[1].figures.mttr_from_start.median is None


def test_calls_are_counted_once_for_each_step_and_put_against_the_time_on_call(cast: Cast, now: datetime) -> None:
    layer = {
        "name": "Primary",
        "priority": 1,
        "rotation": {"unit": "week", "length": 1, "start": "2026-01-05T00:00:00", "participants": [cast.editor.pk]},
        "restrictions": [],
    }
    definition = {"time_zone": "UTC", "layers": [layer]}
    schedule = ScheduleFactory(team=cast.payments, version__definition=definition, created_at=now - 90 * DAY)
    escalation = Escalation.objects.create(
        team=cast.payments, subject="incident:1", definition={}, urgency="urgent", began_at=now
    )

    def page(number: int, step: int, at: datetime, **fields: Any) -> None:
        wanted: dict[str, Any] = {
            "team": cast.payments,
            "escalation": escalation,
            "user": cast.editor,
            "purpose": "page",
            "state": "sent",
        }
        Notification.objects.create(
            **(wanted | fields),
            key=str(number),
            idempotency_key=str(number),
            urgency="urgent",
            step=step,
            place="mail",
            why="on call",
            created_at=at,
            due_at=at,
            sent_at=at,
        )

    page(1, 0, now)
    page(2, 0, now + MINUTE)  # another place of the same step
    page(3, 1, now + timedelta(hours=11))  # 23:00
    page(4, 2, now, state="void")
    page(5, 3, now, purpose="update")
    period = Period(now - 7 * DAY, now + 7 * DAY)
    found = pages_per_person(caller=cast.caller("viewer"), period=period)
    assert [(one.person, one.calls.pages, one.calls.night_pages) for one in found] == [(cast.editor, 2, 1)]
    assert found[0].calls.per_week == pytest.approx(1.0)
    assert pages_per_person(caller=cast.caller("outsider"), period=period) == []
    weeks = [Period(period.start, now), Period(now, period.end)]
    for who, pages, on_call in (("viewer", [0, 2], [1, 1]), ("outsider", [0, 0], [0, 0])):
        asked: dict[str, Any] = {"caller": cast.caller(who), "scope": Scope(team_slug="payments"), "buckets": weeks}
        assert [one.value for one in pages_counted(**asked) or ()] == pages
        assert [one.value for one in oncall_weeks_counted(**asked) or ()] == on_call
    Schedule.objects.filter(pk=schedule.pk).update(created_at=period.end - timedelta(hours=6))
    (later,) = [one for one in pages_per_person(caller=cast.caller("viewer"), period=period) if one.calls.pages]
    assert later.calls.on_call == timedelta(hours=6), "nobody was on call by a schedule that did not exist"


def test_reasons_name_no_service_or_objective_of_a_private_team_of_others(cast: Cast, now: datetime) -> None:
    secret = ServiceFactory(team=cast.search, title="Project Nightfall")
    objective = SloFactory(team=cast.search, title="Nightfall is fast")
    own, other = (IncidentFactory(team=cast.payments, title=title) for title in ("Queue grows", "Disk is full"))
    for incident in (own, other):
        ImpactedService.objects.create(incident=incident, service=secret)
        ImpactedSlo.objects.create(incident=incident, slo=objective)
    assert similar(incident=own, caller=cast.caller("viewer")) == []
    (found,) = similar(incident=own, caller=cast.caller("chief"))
    assert found.reasons == ("the same objective: Nightfall is fast", "the same service: Project Nightfall")


def test_former_incidents_are_ranked_with_their_reasons(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments, title="Ledger")
    own = IncidentFactory(team=cast.payments, title="Ledger writes time out")
    ImpactedService.objects.create(incident=own, service=service)
    AlertFactory(team=cast.payments, incident=own, key="ledger-latency", labels={"cluster": "a"})
    same = IncidentFactory(team=cast.payments, title="Something else")
    AlertFactory(
        team=cast.payments,
        incident=same,
        key="ledger-latency",
        labels={"cluster": "a"},
        resolved_at=now,
        status="resolved",
    )
    near = IncidentFactory(team=cast.payments, title="Queue grows")
    ImpactedService.objects.create(incident=near, service=service)
    words = IncidentFactory(team=cast.payments, title="Writes of the ledger are lost")
    IncidentFactory(team=cast.payments, title="Nothing of the kind")
    hidden = IncidentFactory(team=cast.search, title="Ledger writes time out")
    found = similar(incident=own, caller=cast.caller("viewer"))
    assert [one.incident for one in found] == [same, near, words]
    assert found[0].reasons == ("the same alert", "the same labels: cluster=a")
    assert hidden in [one.incident for one in similar(incident=own, caller=cast.caller("chief"))]
    with CaptureQueriesContext(connection) as queries:
        similar(incident=own, caller=cast.caller("viewer"))
    assert len(queries) <= 8
