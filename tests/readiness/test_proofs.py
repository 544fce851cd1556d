"""What the system proves by itself, over one world in which everything is so, and one in which nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chaos.gamedays.models import Scenario
from incidents.paging.models import Notification
from incidents.response.models import ImpactedService
from reliability.catalog.models import Service
from reliability.duties.models import Duty
from reliability.kit.instants import to_minute
from reliability.readiness.domain.answers import Answer, Found, met
from reliability.readiness.domain.days import Day
from reliability.readiness.proofs import Proof, answers_of, proofs, register_proof
from reliability.readiness.selectors.standings import readiness_of
from slo.models import AlertSettings, Slo
from tests.cast import (
    Cast,
    DependencyFactory,
    EscalationPolicyFactory,
    ExperimentFactory,
    ExperimentVersionFactory,
    GameDayFactory,
    IncidentFactory,
    PolicyStepFactory,
    RunFactory,
    ScheduleFactory,
    ServiceFactory,
    SliFactory,
    SloFactory,
    SloVersionFactory,
    StepTargetFactory,
    TrialFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def promise(service: Service, objective: str, now: datetime, *, measured: bool = True) -> Slo:
    end = to_minute(now) - 5 if measured else None
    sli = SliFactory(team=service.team, service=service, measured_until_minute=end)
    slo: Slo = SloFactory(sli=sli, team=service.team, service=service, title=f"{service} answers", version=None)
    SloVersionFactory(slo=slo, objective=Decimal(objective))
    return slo


def everything(service: Service, cast: Cast, now: datetime) -> None:
    """All that the rooms prove."""
    team = service.team
    service.runbook_url = "https://runbooks.example.org/checkout"
    service.save()
    promise(service, "0.99", now)
    below = ServiceFactory(team=team, name="below", title="Below")
    promise(below, "0.999", now)
    DependencyFactory(service=service, needs=below)
    layer = {
        "name": "Always",
        "priority": 1,
        "rotation": {
            "unit": "day",
            "length": 1,
            "start": "2026-01-01T00:00:00",
            "participants": [cast.responder.pk, cast.editor.pk],
        },
    }
    schedule = ScheduleFactory(team=team, title="Primary", version__definition={"time_zone": "UTC", "layers": [layer]})
    policy = EscalationPolicyFactory(team=team, title="Usual", is_team_default=True)
    StepTargetFactory(step=PolicyStepFactory(policy=policy, position=0), schedule=schedule)
    escalation = policy.escalations.create(
        team=team, subject="incident:1", definition={}, urgency="urgent", began_at=now - 9 * DAY
    )
    incident = IncidentFactory(
        team=team, severity=3, escalation=escalation, acknowledged_at=now - 9 * DAY, acknowledged_by_name="Responder"
    )
    ImpactedService.objects.create(incident=incident, service=service)
    Notification.objects.create(
        key="page", idempotency_key="page", team=team, escalation=escalation, purpose="page", urgency="urgent",
        user=cast.responder, place="Mail", place_key="mail:1", why="on call", state="sent", created_at=now, due_at=now,
    )  # fmt: skip
    trial = ExperimentFactory(team=team, service=service, kind="dr_trial", rto_objective_seconds=300)
    ExperimentVersionFactory(experiment=trial)
    TrialFactory(team=team, experiment=trial, due_at=now + 30 * DAY, succeeded_at=now - 60 * DAY)
    version = trial.versions.get()
    RunFactory(version=version, state="ended", mode="real", verdict="held", ended_at=now - DAY, started_at=now - DAY)
    day = GameDayFactory(team=team, state="done", ended_at=now - 100 * DAY)
    Scenario.objects.create(game_day=day, position=1, title="Primary lost", service=service, state="ended")
    when = {"due_at": now + DAY, "created_at": now, "updated_at": now}
    which = {"kind": "key_rotation", "title": "Rotate keys", "every": "month", "responsible": "on_call"}
    Duty.objects.create(team=team, service=service, **which, **when)


def answers(services: Sequence[Service], now: datetime) -> dict[str, Answer]:
    found = answers_of(services=services, now=now)
    return {slug: by_service[services[0].pk] for slug, by_service in found.items()}


def test_what_is_so_is_met_and_says_by_what(service: Service, cast: Cast, now: datetime) -> None:
    everything(service, cast, now)
    found = answers([service], now)
    assert {slug: one.text for slug, one in found.items() if one.state is not Found.MET} == {}
    assert all(one.text and not one.step for one in found.values())
    assert found["dependencies-sufficient"].text == "“Checkout answers” promises 99 %; Below 99.9 % at most"
    assert found["on-call-covered"].text == "somebody is on call in Primary until 2026-03-16 12:00 UTC without a gap"
    assert found["escalation-reaches"].text.startswith("“Usual” reaches 1 person by step 1")
    assert "acknowledged by Responder on 2026-02-21" in found["alert-tested"].text


def test_what_is_not_so_is_never_met_and_says_the_next_step(service: Service, now: datetime) -> None:
    service.description = ""
    service.save()
    found = answers([service], now)
    # Nothing hard is needed and no Sev1 was left behind: both are so of an empty service.
    fine = {"dependencies-sufficient", "postmortems-in-time"}
    assert {slug for slug, one in found.items() if one.state is Found.MET} == fine
    open_ones = {slug: one for slug, one in found.items() if slug not in fine}
    assert all(one.step and one.url.startswith("/") for one in open_ones.values()), open_ones
    unknown = {slug for slug, one in open_ones.items() if one.state is Found.UNKNOWN}
    assert unknown == {"slo-measured", "experiment-held", "duties-in-date"}


def test_what_was_so_and_is_no_more_is_not_met(service: Service, cast: Cast, now: datetime) -> None:
    everything(service, cast, now)
    later = answers([service], now + 120 * DAY)
    lapsed = {"slo-measured", "alert-tested", "game-day-held", "recovery-tried", "duties-in-date"}
    assert {slug for slug, one in later.items() if one.state is not Found.MET} == lapsed
    cast.responder.is_active = False
    cast.responder.save()
    AlertSettings.objects.create(
        slo=Slo.objects.get(service=service), has_page=False, has_ticket=False, updated_at=now, updated_by_name="Editor"
    )
    service.runs.update(verdict="deviated")
    incident = IncidentFactory(
        team=service.team, severity=1, title="Down", status="resolved", resolved_at=now - 3 * DAY, created_at=now
    )
    ImpactedService.objects.create(incident=incident, service=service)
    now_found = answers([service], now)
    broken = {slug: one.text for slug, one in now_found.items() if one.state is not Found.MET}
    wanted = {"on-call-covered", "escalation-reaches", "burn-alerts", "experiment-held", "postmortems-in-time"}
    assert set(broken) == wanted
    assert "8 times within 14 days, 7 days in all" in broken["on-call-covered"]
    assert "deviated on 2026-03-01" in broken["experiment-held"]
    assert "Down has none" in broken["postmortems-in-time"]


def test_the_chain_tells_its_figures_its_weakest_and_who_promises_nothing(
    service: Service, cast: Cast, now: datetime
) -> None:
    promise(service, "0.999", now)
    below = [ServiceFactory(team=cast.payments, title=title) for title in ("Alpha", "Beta", "Gamma")]
    for one, objective in zip(below, ("0.9995", "0.9998", "0.9"), strict=True):
        promise(one, objective, now)
        DependencyFactory(service=service, needs=one, is_hard=one.title != "Gamma")
    text = "“Checkout answers” promises 99.9 %; Alpha 99.95 % × Beta 99.98 % = 99.93 % at most; the weakest is Alpha"
    found = answers([service], now)["dependencies-sufficient"]
    assert (found.state, found.text) == (Found.MET, text)
    delta = ServiceFactory(team=cast.payments, title="Delta", name="delta")
    DependencyFactory(service=service, needs=delta)
    missing = answers([service], now)["dependencies-sufficient"]
    assert missing.state is Found.UNKNOWN
    assert "Delta promises nothing" in missing.text
    assert (missing.step, missing.url) == ("Set an objective for Delta", "/slos/new/?service=delta")
    promise(delta, "0.9", now)
    short = answers([service], now)["dependencies-sufficient"]
    assert short.state is Found.NOT_MET
    assert "the weakest is Delta: with 99.97 % there it would hold" in short.text


def test_a_private_teams_objects_are_told_in_other_words(service: Service, cast: Cast, now: datetime) -> None:
    promise(service, "0.999", now)
    hidden = ServiceFactory(team=cast.search, name="hidden", title="Hidden treasure")
    promise(hidden, "0.9", now)
    DependencyFactory(service=service, needs=hidden)
    for name, sees in (("viewer", False), ("chief", True)):
        found = readiness_of(caller=cast.caller(name), services=[service], now=now)[0]
        standing = found.standing("dependencies-sufficient")
        assert standing is not None
        assert standing.is_missing
        assert ("Hidden treasure" in standing.text) is sees
        assert bool(standing.url) is sees


def test_many_services_cost_no_more_queries_than_one(service: Service, cast: Cast, now: datetime) -> None:
    everything(service, cast, now)

    def cost(services: list[Service]) -> int:
        with CaptureQueriesContext(connection) as queries:
            readiness_of(caller=cast.caller("viewer"), services=services, now=now)
        return len(queries)

    few = cost([service])
    more = [ServiceFactory(team=cast.payments, tier=1) for _ in range(12)]
    for one in more:
        promise(one, "0.99", now)
        DependencyFactory(service=service, needs=one)
    assert cost([service, *more]) <= few
    assert few <= 50


def test_a_proof_that_fails_is_unknown_and_keeps_no_other_one(
    service: Service, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = {one.slug: one for one in proofs()}

    def fails(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
        raise ZeroDivisionError

    def silent(*, services: Sequence[Service], now: datetime) -> Mapping[int, Answer]:
        return {}

    own = {slug: Proof(slug, slug, Day.DAY_0, "why", check) for slug, check in (("fails", fails), ("silent", silent))}
    monkeypatch.setattr("reliability.readiness.proofs._PROOFS", {**registered, **own})
    found = answers([service], now)
    assert {found["fails"].state, found["silent"].state} == {Found.UNKNOWN}
    assert found["slo-exists"].state is Found.NOT_MET
    with pytest.raises(ValueError, match="already"):
        register_proof(Proof("fails", "another", Day.DAY_1, "why", lambda **_: {1: met("yes")}))


def test_every_proof_says_why_and_where_that_is_taught() -> None:
    assert {one.slug for one in proofs()} >= {
        "owner-and-tier", "runbook-linked", "slo-exists", "slo-measured", "burn-alerts", "dependencies-sufficient",
        "escalation-reaches", "on-call-covered", "alert-tested", "recovery-objective", "recovery-tried",
        "game-day-held", "experiment-held", "postmortems-in-time", "duties-in-date",
    }  # fmt: skip
    assert all(one.why and one.source_url.startswith("https://") and one.tiers for one in proofs())
