"""Recording, changing and ordering vulnerabilities."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from chaos.backlog.domain.states import State
from chaos.backlog.models import Vulnerability
from chaos.backlog.selectors.vulnerabilities import VulnerabilityFilters, list_vulnerabilities
from chaos.backlog.services import scoring, vulnerabilities
from chaos.experiments.models import Experiment
from reliability.access.domain.caller import SYSTEM, Caller
from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ExperimentFactory, ServiceFactory, VulnerabilityFactory

pytestmark = pytest.mark.django_db


def record(caller: Caller, service: Service, now: datetime, **fields: object) -> Vulnerability:
    given = {"layer": "process", "title": "No time-out", **fields}
    return vulnerabilities.record(
        caller=caller,
        team_id=service.team_id,
        service_id=service.pk,
        now=now,
        **given,  # type: ignore[arg-type]  # each test gives what fits
    )


def test_it_is_recorded_scored_and_audited(responder: Caller, service: Service, now: datetime) -> None:
    made = record(responder, service, now)
    # 2 a year × 25 % × 30 min × tier 1 × even odds ÷ (2 h + half of 16 h)
    assert made.payback == pytest.approx(0.75)
    assert (str(made.state), made.scored_at) == ("open", now)
    entry = AuditEntry.objects.get(action="vulnerability.create")
    assert entry.changes["title"] == [None, "No time-out"]


def test_the_same_cause_makes_one_of_a_team(responder: Caller, service: Service, now: datetime, cast: Cast) -> None:
    given = {"origin": "game_day", "origin_key": "finding:7", "origin_title": "Game day", "origin_url": "/chaos/7/"}
    first = record(responder, service, now, **given)
    again = record(responder, service, now + timedelta(days=1), **{**given, "title": "Other words"})
    assert (again.pk, again.title) == (first.pk, "No time-out")
    elsewhere = ServiceFactory(team=cast.search)
    assert record(cast.caller("outsider"), elsewhere, now, **given).pk != first.pk


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"title": "  "}, "title", id="no words"),
        pytest.param({"title": "x" * 201}, "title", id="too many words"),
        pytest.param({"layer": "moon"}, "layer", id="an unknown layer"),
        pytest.param({"times_a_year": float("nan")}, "times_a_year", id="no number"),
        pytest.param({"users_percent": 101}, "users_percent", id="more than all users"),
        pytest.param({"hours_to_mend": 0}, "hours_to_mend", id="mended for nothing"),
        pytest.param({"origin_url": "//evil.example.org/"}, "origin_url", id="an address elsewhere"),
        pytest.param({"origin_url": "javascript:alert(1)"}, "origin_url", id="a script as address"),
        pytest.param({"origin_key": ""}, "origin_key", id="a blank cause"),
    ],
)
def test_mistakes_stand_at_their_field(
    responder: Caller, service: Service, now: datetime, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        record(responder, service, now, **fields)
    assert [one["field"] for one in refused.value.details] == [field]
    assert not AuditEntry.objects.exists()


def test_another_teams_service_is_none_of_theirs(
    responder: Caller, cast: Cast, service: Service, now: datetime
) -> None:
    foreign = ServiceFactory(team=cast.search)
    with pytest.raises(Invalid):
        vulnerabilities.record(
            caller=responder, team_id=service.team_id, service_id=foreign.pk, layer="node", title="x", now=now
        )
    with pytest.raises(NotFound):
        record(responder, foreign, now)
    with pytest.raises(Forbidden):
        record(cast.caller("viewer"), service, now)


def test_a_team_has_a_bound(responder: Caller, service: Service, now: datetime, settings: Settings) -> None:
    settings.VULNERABILITIES_PER_TEAM_MAX = 1
    record(responder, service, now)
    with pytest.raises(Conflict):
        record(responder, service, now)


def test_a_stale_change_is_refused_and_the_same_values_are_no_change(
    responder: Caller, feared: Vulnerability, now: datetime
) -> None:
    changed = vulnerabilities.edit(
        caller=responder, vulnerability=feared, values={"times_a_year": 12.0}, now=now, expected_revision=1
    )
    assert changed.payback == pytest.approx(4.5)
    assert changed.revision == 2
    same = vulnerabilities.edit(caller=responder, vulnerability=feared, values={"times_a_year": 12.0}, now=now)
    assert same.revision == 2
    with pytest.raises(Conflict):
        vulnerabilities.edit(caller=responder, vulnerability=feared, values={}, now=now, expected_revision=1)
    assert AuditEntry.objects.get().changes == {"times_a_year": [2.0, 12.0]}


def test_a_state_needs_a_reason(responder: Caller, feared: Vulnerability, now: datetime) -> None:
    with pytest.raises(Invalid):
        vulnerabilities.set_state(caller=responder, vulnerability=feared, state=State.ACCEPTED, reason="  ", now=now)
    done = vulnerabilities.set_state(
        caller=responder, vulnerability=feared, state=State.ACCEPTED, reason="it goes away in May", now=now
    )
    assert (done.payback, done.notes.get().text) == (0, "it goes away in May")


def test_only_experiments_of_the_team_are_linked_and_twice_is_once(
    responder: Caller, feared: Vulnerability, experiment: Experiment, now: datetime, cast: Cast
) -> None:
    for _ in range(2):
        vulnerabilities.link(caller=responder, vulnerability=feared, experiment=experiment, now=now)
    assert feared.experiments.count() == 1
    assert AuditEntry.objects.filter(action="vulnerability.link").count() == 1
    tries = f"The experiment “{experiment.title}” tries it."
    assert list(feared.notes.values_list("kind", "state", "text")) == [("state", "trying", tries)]
    foreign = ExperimentFactory(team=cast.search)
    with pytest.raises(Invalid):
        vulnerabilities.link(caller=SYSTEM, vulnerability=feared, experiment=foreign, now=now)
    for _ in range(2):
        vulnerabilities.unlink(caller=responder, vulnerability=feared, experiment=experiment, now=now)
    assert AuditEntry.objects.filter(action="vulnerability.unlink").count() == 1


def test_the_order_is_payback_then_tier_then_age_and_closed_ones_last(cast: Cast, now: datetime) -> None:
    first_tier = ServiceFactory(team=cast.payments, tier=1)
    third_tier = ServiceFactory(team=cast.payments, tier=3)
    rows: dict[str, dict[str, Any]] = {
        "accepted": {"payback": 0, "state": "accepted", "state_reason": "known"},
        "younger": {"payback": 2, "service": third_tier, "created_at": now},
        "older": {"payback": 2, "service": third_tier, "created_at": now - timedelta(days=1)},
        "important": {"payback": 2, "service": first_tier, "created_at": now},
        "best": {"payback": 3},
        "least": {"payback": 0.1},
    }
    for name, fields in rows.items():
        VulnerabilityFactory(team=cast.payments, title=name, **fields)
    listed = list_vulnerabilities(caller=cast.caller("viewer"))
    assert [one.title for one in listed] == ["best", "important", "older", "younger", "least", "accepted"]
    live = list_vulnerabilities(caller=cast.caller("viewer"), filters=VulnerabilityFilters(state="live"))
    assert "accepted" not in {one.title for one in live}
    assert not list_vulnerabilities(caller=cast.caller("outsider")).exists()


def test_figures_are_reckoned_anew_each_day(feared: Vulnerability, now: datetime) -> None:
    feared.service.tier = 4  # type: ignore[union-attr]  # it has one
    feared.service.save()  # type: ignore[union-attr]  # as above
    assert scoring.refresh(now=now + timedelta(hours=23)) is False
    feared.refresh_from_db()
    assert feared.scored_at == now
    scoring.refresh(now=now + timedelta(days=2))
    feared.refresh_from_db()
    assert feared.payback == pytest.approx(0.75 / 8)
    assert feared.scored_at == now + timedelta(days=2)
