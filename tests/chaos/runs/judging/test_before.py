"""Guards before a start, asked of real rows: all of them, each kept, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from chaos.experiments.models import Target
from chaos.runs import blockers
from chaos.runs.blockers import Blocker
from chaos.runs.domain.guards import Answer, Decision
from chaos.runs.models import Agent, GlobalStop, GuardPolicy, Run, RunTarget
from chaos.runs.services import guards
from incidents.response.models import Incident
from slo.models import Slo
from slo.services.evaluations import evaluate
from tests.cast import Cast, IncidentFactory, RunFactory, ScheduleFactory
from tests.chaos.runs.judging.conftest import MINUTE, measure

pytestmark = pytest.mark.django_db


def said(decision: Decision, name: str) -> tuple[Answer, str]:
    (found,) = [one for one in decision.results if one.name == name]
    return found.answer, found.reason


def test_a_run_in_order_goes_and_every_guard_is_kept(
    run: Run, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    decision = guards.before(run=run, now=now)
    assert decision.kind is Answer.GO, decision.reason
    kept = {row.name: row.answer for row in run.guard_decisions.all()}
    assert set(kept.values()) == {"go"}
    assert kept.keys() >= {
        "global_stop", "window", "document", "hypothesis", "targets", "agent", "approval", "notice", "error_budget",
        "burn_rate", "telemetry", "incidents", "on_call", "blackout",
    }  # fmt: skip
    with django_assert_num_queries(29):
        guards.before(run=run, now=now)


def test_asked_again_only_what_changed_is_a_new_row(run: Run, agent: Agent, now: datetime) -> None:
    guards.before(run=run, now=now)
    before = run.guard_decisions.count()
    later = now + MINUTE
    decision = guards.before(run=run, now=later)
    assert said(decision, "agent")[0] is Answer.WAIT
    assert run.guard_decisions.count() == before + 1
    assert set(run.guard_decisions.exclude(name="agent").values_list("seen_at", flat=True)) == {later}


def test_everything_that_is_wrong_is_told_at_once(
    run: Run, target: Target, slo: Slo, policy: GuardPolicy, now: datetime
) -> None:
    measure(slo, bad=90, until=now, minutes=60)
    evaluate(slo_ids=[slo.pk], now=now)
    GlobalStop.objects.create(began_at=now, by_name="Chief", reason="freeze")
    other = RunFactory(version=run.version)
    RunTarget.objects.create(run=other, target=target, is_held=True)
    policy.approvals_needed, policy.needs_on_call = 1, True
    policy.save()
    decision = guards.before(run=run, now=now)
    assert decision.kind is Answer.NO
    wrong = {one.name: one.answer for one in decision.results if not one.is_go}
    assert wrong == {
        "global_stop": Answer.WAIT,
        "targets": Answer.WAIT,
        "approval": Answer.WAIT,
        "error_budget": Answer.NO,
        "burn_rate": Answer.WAIT,
        "on_call": Answer.NO,
    }
    assert said(decision, "targets")[1] == f"payments-process is held by run {other.pk}"
    assert "orders has −" in decision.reason


def test_a_target_that_was_switched_off_or_moved_is_no(run: Run, target: Target, cast: Cast, now: datetime) -> None:
    Target.objects.filter(pk=target.pk).update(team=cast.search)
    assert said(guards.before(run=run, now=now), "targets")[0] is Answer.NO


def test_counts_that_stopped_coming_are_waited_for(run: Run, now: datetime) -> None:
    Run.objects.filter(pk=run.pk).update(not_after=now + 60 * MINUTE)
    later = now + 6 * MINUTE
    answer, reason = said(guards.before(run=run, now=later), "telemetry")
    assert (answer, reason) == (Answer.WAIT, "orders was last measured 360 s ago, at most 300 s is asked for")


@pytest.mark.parametrize("severity", [1, 2])
def test_a_severe_incident_of_the_team_is_no(run: Run, cast: Cast, severity: int, now: datetime) -> None:
    incident: Incident = IncidentFactory(team=cast.payments, severity=severity, title="Checkout fails")
    answer, reason = said(guards.before(run=run, now=now), "incidents")
    assert (answer, reason) == (Answer.NO, f"#{incident.pk} Checkout fails is open, a Sev{severity}")


def test_lesser_closed_and_foreign_incidents_do_not_matter(run: Run, cast: Cast, now: datetime) -> None:
    IncidentFactory(team=cast.payments, severity=3)
    IncidentFactory(team=cast.payments, severity=1, status="resolved")
    IncidentFactory(team=cast.search, severity=1)
    assert said(guards.before(run=run, now=now), "incidents") == (Answer.GO, "no Sev1 or Sev2 is open on it")


def test_an_incident_of_another_private_team_on_the_service_is_named_by_its_number(
    run: Run, cast: Cast, now: datetime
) -> None:
    incident: Incident = IncidentFactory(team=cast.search, severity=1, title="Secret")
    assert run.service is not None
    incident.impacted_services.create(service=run.service)
    answer, reason = said(guards.before(run=run, now=now), "incidents")
    assert (answer, reason) == (Answer.NO, f"#{incident.pk} is open, a Sev1 of another team")


def test_a_team_without_a_rota_is_told_what_to_do(run: Run, policy: GuardPolicy, now: datetime) -> None:
    policy.needs_on_call = True
    policy.save()
    answer, reason = said(guards.before(run=run, now=now), "on_call")
    assert answer is Answer.NO
    assert "the team has no schedule" in reason
    ScheduleFactory(team=run.team, title="Payments primary")
    answer, reason = said(guards.before(run=run, now=now), "on_call")
    assert (answer, reason) == (Answer.WAIT, "nobody is on call in Payments primary")


@pytest.fixture
def broken() -> Iterator[str]:
    def fails(*, run: Run, at: datetime) -> list[Blocker]:
        raise RuntimeError("the calendar is down")

    blockers.register_blocker("calendar", fails, stops_runs=True)
    yield "calendar"
    blockers.forget_blocker("calendar")


def test_a_room_that_cannot_be_asked_objects(run: Run, broken: str, now: datetime) -> None:
    answer, reason = said(guards.before(run=run, now=now), broken)
    assert (answer, reason) == (Answer.WAIT, "calendar could not be asked (RuntimeError)")
    assert [one.name for one in guards.during(run=run, now=now)] == [broken]


def test_a_dry_run_asks_only_whether_it_is_let_and_valid(run: Run, slo: Slo, now: datetime) -> None:
    Agent.objects.all().delete()
    run.mode = "dry"
    decision = guards.before(run=run, now=now)
    assert decision.kind is Answer.GO
    assert [one.name for one in decision.results] == ["global_stop", "window", "document"]


def test_a_document_that_became_invalid_is_no(run: Run, target: Target, now: datetime) -> None:
    target.is_enabled = False
    target.save()
    answer, reason = said(guards.before(run=run, now=now), "document")
    assert answer is Answer.NO
    assert reason.startswith("the experiment cannot be run: ")


def test_the_policy_of_the_service_outweighs_that_of_the_team(
    run: Run, cast: Cast, policy: GuardPolicy, now: datetime
) -> None:
    GuardPolicy.objects.create(
        team=cast.payments,
        service=run.service,
        approvals_needed=1,
        needs_on_call=False,
        created_at=now,
        updated_at=now,
    )
    assert said(guards.before(run=run, now=now), "approval")[0] is Answer.WAIT


def test_a_run_that_was_missed_is_no(run: Run, now: datetime) -> None:
    decision = guards.before(run=run, now=run.not_after + timedelta(seconds=5))
    assert said(decision, "window")[0] is Answer.NO
