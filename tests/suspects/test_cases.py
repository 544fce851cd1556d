"""A burn or an incident becomes a case whose first ranking is kept, and whose later ones say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from chaos.runs.models import Run
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, Incident
from incidents.response.services.incidents import open_incident
from reliability.delivery.models import Change
from reliability.delivery.services import row_intake
from reliability.kit.periods import Period
from reliability.outbox.models import Due, Fact
from reliability.suspects import handlers
from reliability.suspects.domain.kinds import VerdictState
from reliability.suspects.models import BlameRule, Case, Suspect, Watch
from reliability.suspects.selectors.cases_of_burns import cases_of_burns
from reliability.suspects.services import burns, incidents, retention
from reliability.suspects.services.ranking import rank_case
from reliability.suspects.services.verdicts import judge
from slo.models import BurnAlert, Slo
from slo.selectors.burns import Burn, burns_since
from tests.cast import (
    Cast,
    ExperimentFactory,
    ExperimentVersionFactory,
    IncidentFactory,
    RunFactory,
    SliFactory,
    SloFactory,
)
from tests.response.burns import payload_of
from tests.suspects.conftest import MINUTE, Shop, count_burn, keys

BURNT = {"severity": 2, "urgency": "urgent", "fire_reason": "fast", "text": "it burns", "condition": "page-1h"}


def test_a_burn_is_found_once_and_everything_it_needs_is_ranked(shop: Shop) -> None:
    near, far = shop.deploy(4), shop.deploy(300)
    below = shop.deploy(2, service=shop.bank)
    shop.deploy(60 * 24)
    shop.deploy(-10)
    shop.deploy(3, key="staging", is_production=False, environment="staging")
    flag = Change.objects.create(
        team=shop.slo.team, service=shop.payments, origin="x", key="1", title="Flag on", at=shop.burn - 20 * MINUTE,
        received_at=shop.now, details={"kind": "flag"},
    )  # fmt: skip
    version = ExperimentVersionFactory(experiment=ExperimentFactory(team=shop.slo.team, service=shop.payments))
    run = RunFactory(version=version)
    Run.objects.filter(pk=run.pk).update(fault_began_at=shop.burn - 50 * MINUTE, fault_ended_at=shop.burn - 40 * MINUTE)
    case = shop.look()
    assert (case.started_at, case.ended_at) == (shop.burn, shop.burn + 30 * MINUTE)
    assert case.spent == pytest.approx(50 * 30 / (28 * 1440)), "fifty times too fast for half an hour of 28 days"
    assert keys(case) == [
        f"deployment-{near.pk}",
        f"change-{flag.pk}",
        f"run-{run.pk}",
        f"deployment-{below.pk}",
        f"deployment-{far.pk}",
    ]
    row = Suspect.objects.get(key=f"deployment-{below.pk}")
    assert (row.distance, row.lag_seconds, row.label) == (2, 120, "bank 0000002 to production")
    first = Suspect.objects.get(key=f"deployment-{near.pk}")
    assert (first.failed, first.total) == (0, 2), "two deployments of Checkout before it"
    burns.look(now=shop.now + MINUTE)
    assert Case.objects.count() == 1
    assert Suspect.objects.filter(first_place=None).count() == 0


def test_the_first_ranking_stays_and_what_comes_late_says_so(shop: Shop, cast: Cast) -> None:
    known = shop.deploy(90)
    case = shop.look()
    row = {
        "id": "late",
        "service": "checkout",
        "environment": "production",
        "finished_at": (shop.burn - 5 * MINUTE).isoformat(),
        "outcome": "succeeded",
        "revision": "f" * 40,
    }
    answer = row_intake.take_rows(caller=cast.caller("editor"), rows=enumerate([row]), source="ci", now=shop.now)
    assert answer.accepted == 1
    told = Fact.objects.get(kind="ChangesTold")
    handlers.changes_told(fact_id=told.pk, payload=told.payload, now=shop.now)
    due = Due.objects.get(kind="suspects.rank")
    handlers.rank_again(key=due.key, payload={}, now=shop.now)
    case.refresh_from_db()
    late, first = Suspect.objects.order_by("place")
    assert (late.place, late.first_place, late.first_score, late.is_late) == (1, None, None, True)
    assert (first.key, first.place, first.first_place) == (f"deployment-{known.pk}", 2, 1)
    assert case.reranked_at == shop.now
    assert case.ranked_at is not None
    ranked_before = case.reranked_at
    assert rank_case(case_id=case.pk, now=shop.now + MINUTE) is False
    case.refresh_from_db()
    assert case.reranked_at == ranked_before, "nothing differed"


def test_who_is_cleared_by_a_correction_stays_without_a_place(shop: Shop) -> None:
    wrong = shop.deploy(5)
    case = shop.look()
    wrong.finished_at = wrong.started_at = shop.burn + 10 * MINUTE
    wrong.save(update_fields=("finished_at", "started_at"))
    assert rank_case(case_id=case.pk, now=shop.now) is True
    row = Suspect.objects.get()
    assert (row.place, row.first_place) == (None, 1)


def test_a_rollback_is_no_suspect_of_the_incident_that_it_mends(shop: Shop) -> None:
    bad = shop.deploy(5)
    shop.look()
    back = shop.deploy(-20, is_rollback=True)
    began = shop.burn + 22 * MINUTE
    incident = incident_of(shop, began)
    incidents.follow(incident_id=incident.pk, now=shop.now)
    case = Case.objects.get(incident_id=incident.pk)
    assert keys(case) == [f"deployment-{bad.pk}"]
    assert back.finished_at is not None
    assert back.finished_at < began


def incident_of(shop: Shop, began: datetime, **more: Any) -> Incident:
    incident: Incident = IncidentFactory(team=shop.slo.team, title="Orders fail", started_at=began, **more)
    ImpactedService.objects.create(incident=incident, service=shop.checkout)
    return incident


def test_an_incident_is_ranked_when_its_services_are_named_and_moves_with_its_start(shop: Shop) -> None:
    deployed = shop.deploy(5)
    incident = IncidentFactory(team=shop.slo.team, title="Orders fail", started_at=shop.burn)
    incidents.follow(incident_id=incident.pk, now=shop.now)
    case = Case.objects.get(incident_id=incident.pk)
    assert (case.ranked_at, keys(case)) == (None, [])
    ImpactedService.objects.create(incident=incident, service=shop.checkout)
    incidents.follow(incident_id=incident.pk, now=shop.now + MINUTE)
    case.refresh_from_db()
    assert case.ranked_at == shop.now + MINUTE
    assert keys(case) == [f"deployment-{deployed.pk}"]
    Incident.objects.filter(pk=incident.pk).update(started_at=shop.burn - 10 * MINUTE, close_reason="")
    incidents.follow(incident_id=incident.pk, now=shop.now + 2 * MINUTE)
    assert keys(case) == []
    Incident.objects.filter(pk=incident.pk).update(close_reason="false_positive")
    incidents.follow(incident_id=incident.pk, now=shop.now + 3 * MINUTE)
    assert not Case.objects.filter(incident_id=incident.pk).exists(), "nothing was broken"


def test_opening_an_incident_asks_for_its_suspects_in_the_same_transaction(shop: Shop, cast: Cast) -> None:
    deployed = shop.deploy(5)
    opened = open_incident(
        caller=cast.caller("responder"),
        team_id=shop.slo.team_id,
        severity=Severity.SEV2,
        title="Orders fail",
        started_at=shop.burn,
        slo_ids=(shop.slo.pk,),
        now=shop.now,
    )
    due = Due.objects.get(kind="suspects.incident")
    assert due.key == str(opened.pk)
    handlers.follow_incident(key=due.key, payload={}, now=shop.now)
    case = Case.objects.get(incident_id=opened.pk)
    assert keys(case) == [f"deployment-{deployed.pk}"], "by the service of its objective"
    row = case.suspects.get()
    judge(caller=cast.caller("responder"), suspect_id=row.pk, state=VerdictState.CONFIRMED, reason="", now=shop.now)
    Incident.objects.filter(pk=opened.pk).update(close_reason="duplicate")
    handlers.follow_incident(key=due.key, payload={}, now=shop.now)
    assert Case.objects.filter(pk=case.pk).exists(), "what people said is kept"


def test_an_alert_names_the_burn_that_the_ledger_knows_or_begins_one_of_its_own(shop: Shop) -> None:
    shop.deploy(5)
    alert = BurnAlert.objects.create(slo=shop.slo, fired_at=shop.burn + 19 * MINUTE, title="burns", **BURNT)
    told = payload_of(alert, at=shop.burn + 19 * MINUTE)
    for _ in range(2):
        handlers.burn_alert_fired(fact_id=1, payload=told, now=shop.burn + 19 * MINUTE)
    case = Case.objects.get()
    assert (case.alert_id, case.started_at, case.ended_at) == (alert.pk, shop.burn, None)
    assert shop.look().ended_at == shop.burn + 30 * MINUTE
    calm = shop.now + timedelta(hours=9)
    slow = BurnAlert.objects.create(slo=shop.slo, fired_at=calm, title="slow", **BURNT | {"condition": "ticket-3d"})
    handlers.burn_alert_fired(fact_id=2, payload=payload_of(slow, at=calm), now=calm)
    other = Case.objects.exclude(pk=case.pk).get()
    assert (other.started_at, other.spent, other.ended_at) == (calm - 19 * MINUTE, None, None)
    over = {"alert_id": slow.pk, "at": (calm + MINUTE).isoformat()}
    handlers.burn_alert_resolved(fact_id=3, payload=over, now=calm + MINUTE)
    other.refresh_from_db()
    assert other.ended_at == calm + MINUTE


def test_a_fast_burn_during_a_slow_one_has_suspects_of_its_own(shop: Shop) -> None:
    early = shop.burn - timedelta(hours=3)
    slow = BurnAlert.objects.create(slo=shop.slo, fired_at=early, title="slow", **BURNT | {"condition": "ticket-3d"})
    handlers.burn_alert_fired(fact_id=1, payload=payload_of(slow, at=early), now=early)
    before = Case.objects.get()
    guilty = shop.deploy(5)
    burns.look(now=shop.now)
    case = Case.objects.get(started_at=shop.burn)
    assert keys(case) == [f"deployment-{guilty.pk}"], "it began after the slow burn, and before the fast one"
    before.refresh_from_db()
    assert (before.spent, before.ended_at) == (None, None), "the slow one goes on"
    burn = Period(shop.burn, shop.burn + 30 * MINUTE)
    assert cases_of_burns(slo_id=shop.slo.pk, burns=[burn]) == [case]


def test_the_window_is_that_of_the_service_else_of_the_team(shop: Shop) -> None:
    shop.deploy(300)
    rule = {"updated_at": shop.now}
    BlameRule.objects.create(team=shop.slo.team, window_minutes=60, **rule)
    case = shop.look()
    assert (keys(case), case.window_seconds) == ([], 3600)
    BlameRule.objects.create(team=shop.slo.team, service=shop.checkout, window_minutes=600, **rule)
    rank_case(case_id=case.pk, now=shop.now)
    assert len(keys(case)) == 1


def test_verdicts_on_flags_are_remembered_for_the_next_one_of_that_service(shop: Shop, cast: Cast) -> None:
    told = {"team": shop.slo.team, "service": shop.checkout, "origin": "x", "received_at": shop.now}
    Change.objects.create(key="1", title="On", at=shop.burn - 9 * MINUTE, details={"kind": "flag"}, **told)
    case = shop.look()
    row = case.suspects.get()
    judge(caller=cast.caller("responder"), suspect_id=row.pk, state=VerdictState.CONFIRMED, reason="", now=shop.burn)
    Suspect.objects.filter(pk=row.pk).update(verdict_at=shop.burn - MINUTE)
    rank_case(case_id=case.pk, now=shop.now)
    row.refresh_from_db()
    assert (row.failed, row.total) == (1, 1)
    assert row.verdict == "confirmed", "a ranking takes no verdict away"


def test_burns_that_came_by_a_backfill_are_found_by_the_daily_look(shop: Shop) -> None:
    shop.look()
    burns.look(now=shop.now + timedelta(hours=6))
    Case.objects.all().delete()
    burns.look(now=shop.now + timedelta(hours=12))
    assert not Case.objects.exists(), "calm since, and looked at before"
    burns.look(now=shop.now + timedelta(hours=25))
    assert Case.objects.get().started_at == shop.burn


def test_a_burn_of_one_slice_or_below_twice_the_rate_is_none(shop: Shop) -> None:
    count_burn(shop.slo, shop.burn, shop.now, minutes=4)
    found = burns_since(slos=[shop.slo], since={shop.slo.pk: shop.now - timedelta(hours=5)}, now=shop.now)
    assert found == {shop.slo.pk: []}


def test_a_burn_that_seemed_to_begin_with_a_flicker_begins_with_its_outbreak_once_that_shows(shop: Shop) -> None:
    count_burn(shop.slo, shop.burn, shop.now, flicker=(6, 5, 4))
    blamed = shop.deploy(2)
    early = shop.look(at=shop.burn + MINUTE)
    assert (early.started_at, early.ended_at, keys(early)) == (shop.burn - 6 * MINUTE, None, [])
    later = shop.look(at=shop.burn + 10 * MINUTE)
    assert (later.pk, later.started_at, later.ended_at) == (early.pk, shop.burn, None)
    assert keys(later) == [f"deployment-{blamed.pk}"]
    assert shop.look().ended_at == shop.burn + 30 * MINUTE


def test_a_case_without_an_end_takes_no_later_burn_and_one_that_is_cut_by_the_reading_stays(shop: Shop) -> None:
    fields = {"kind": "burn", "team": shop.slo.team, "slo": shop.slo, "service": shop.checkout, "spent": 0.1,
              "subject": "Checkout works", "window_seconds": 86400, "seen_at": shop.now}  # fmt: skip
    endless = Case.objects.create(started_at=shop.burn - 200 * MINUTE, **fields)
    burns.look(now=shop.now)
    endless.refresh_from_db()
    assert (endless.ended_at, endless.spent) == (endless.started_at, 0)
    assert Case.objects.get(ended_at=shop.burn + 30 * MINUTE).started_at == shop.burn
    Case.objects.all().delete()
    old = Case.objects.create(started_at=shop.now - timedelta(days=40), **fields)
    burns.look(now=shop.now + MINUTE)
    old.refresh_from_db()
    assert old.started_at == shop.now - timedelta(days=40)
    assert old.spent == pytest.approx(0.1)


def test_an_objective_that_cannot_be_looked_at_keeps_no_other_waiting(
    shop: Shop, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another(name: str) -> Slo:
        sli = SliFactory(team=cast.payments, source__team=cast.payments)
        made: Slo = SloFactory(team=cast.payments, sli=sli, service=shop.checkout, name=name, title=name)
        count_burn(made, shop.burn, shop.now)
        return made

    unreadable, unkeepable = another("unreadable"), another("unkeepable")
    find, keep = burns_since, burns.keep

    def find_some(*, slos: Sequence[Slo], **more: Any) -> dict[int, list[Burn]]:
        if unreadable in slos:
            raise ValueError("its minutes are damaged")
        return find(slos=slos, **more)

    def keep_some(*, burns: Mapping[int, Sequence[Burn]], now: datetime) -> None:
        if unkeepable.pk in burns:
            raise ValueError("its suspects cannot be ranked")
        keep(burns=burns, now=now)

    monkeypatch.setattr(burns, "burns_since", find_some)
    monkeypatch.setattr(burns, "keep", keep_some)
    assert burns.look(now=shop.now).objectives == 3
    assert [case.slo for case in Case.objects.all()] == [shop.slo]
    assert not Watch.objects.exclude(looked_at=shop.now).exists(), "each has its turn again"
    burns.alert_fired(alert_id=7, slo_id=unreadable.pk, began_at=shop.burn, now=shop.now)
    assert Case.objects.get(slo=unreadable).ranked_at == shop.now, "what an alert tells of is known without its minutes"


@override_settings(SUSPECTS_RETENTION_DAYS=30)
def test_old_cases_are_let_go_of(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.look()
    assert retention.forget_old(now=shop.now + timedelta(days=29)) is False
    assert Case.objects.count() == 1
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    assert retention.forget_old(now=shop.now + timedelta(days=31)) is True
    assert not Case.objects.exists()


def test_a_ranking_costs_the_same_for_one_change_and_for_many(
    shop: Shop, django_assert_num_queries: Callable[[int], Any]
) -> None:
    shop.deploy(5)
    case = shop.look()
    for number in range(6, 9):
        shop.deploy(number, service=shop.bank)
    rank_case(case_id=case.pk, now=shop.now)
    with django_assert_num_queries(16):
        rank_case(case_id=case.pk, now=shop.now)
