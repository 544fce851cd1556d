"""Burn alerts through stored minutes and evaluations, as they run each minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reliability.access.domain.caller import SYSTEM
from reliability.kit.instants import format_instant
from reliability.kit.periods import Period
from reliability.outbox.models import Fact
from slo.domain.alerting_text import LINES_MAX
from slo.models import AlertSettings, BurnAlert, Slo, SloStatus
from slo.selectors.replay import replay
from slo.services import alerts, exclusions, retention, slos
from slo.services.alerts import AlertingDraft
from slo.services.evaluations import evaluate, evaluate_team
from tests.cast import DependencyFactory, ServiceFactory, SloFactory, TeamFactory
from tests.slo.alerts.conftest import MINUTE, Live, measure

pytestmark = pytest.mark.django_db


def facts(kind: str) -> list[dict[str, Any]]:
    return list(Fact.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True))


def keys(*, is_open: bool) -> set[str]:
    rows = BurnAlert.objects.filter(resolved_at__isnull=is_open)
    return set(rows.values_list("condition", flat=True))


def test_an_outage_pages_and_its_end_resolves_each_once(slo: Slo, live: Live, now: datetime) -> None:
    # A total outage burns 100×: the hour stands above 13.44× after nine bad minutes of sixty.
    at = live(now, 8, bad=100.0)
    assert "page-1h" not in keys(is_open=True)
    at = live(at, 1, bad=100.0)
    alert = BurnAlert.objects.get(condition="page-1h")
    assert (alert.fired_at, alert.severity, alert.urgency, alert.is_open) == (at, 2, "urgent", True)
    assert "15× > 13.44× over 1 h and 100× > 13.44× over 5 min" in alert.fire_reason
    at = live(at, 5, bad=100.0)
    assert BurnAlert.objects.filter(condition="page-1h").count() == 1
    at = live(at, 30, bad=0.0)
    alert.refresh_from_db()
    # Five good minutes empty the short window, and it stays calm for five more.
    assert alert.resolved_at == now + timedelta(minutes=14 + 5 + 5)
    assert "≤ 13.44× over 5 min for 5 min" in alert.resolve_reason
    fired = [one for one in facts("BurnRateAlertFired") if one["condition"] == "page-1h"]
    resolved = [one for one in facts("BurnRateAlertResolved") if one["condition"] == "page-1h"]
    assert len(fired) == len(resolved) == 1
    assert fired[0]["alert_id"] == resolved[0]["alert_id"] == alert.pk
    assert fired[0]["began_at"] == format_instant(now)
    assert (fired[0]["slo_id"], fired[0]["kind"], fired[0]["team_id"]) == (slo.pk, "burn", slo.team_id)


def test_the_text_answers_the_first_questions_within_twenty_lines(slo: Slo, live: Live, now: datetime) -> None:
    service = ServiceFactory(team=slo.team, name="shop", title="Shop", runbook_url="https://runbooks.example.org/shop")
    database = ServiceFactory(team=slo.team, name="db", title="Orders database")
    secret = ServiceFactory(team=TeamFactory(slug="others"), name="secret", title="Secret engine")
    DependencyFactory(service=service, needs=database)
    DependencyFactory(service=service, needs=secret)
    DependencyFactory(service=ServiceFactory(team=slo.team, name="site", title="Web site"), needs=service)
    Slo.objects.filter(pk=slo.pk).update(service=service)
    live(now, 9, bad=100.0)
    fact = next(one for one in facts("BurnRateAlertFired") if one["condition"] == "page-1h")
    text = fact["text"]
    assert len(text.splitlines()) <= LINES_MAX
    for words in (
        "Checkout succeeds (checkout)",
        "99 % of events are good over 28 days",
        "900 of 6,000 events were bad (15 %)",
        f"It began at {now:%Y-%m-%d %H:%M} UTC, 9 min before this alert.",
        "Budget left:",
        "at this burn it is spent in",
        "It needs: Orders database.",
        "Needed by: Web site.",
        "First steps:",
        "Runbook: https://runbooks.example.org/shop",
        "/slos/checkout/alerts/",
    ):
        assert words in text
    assert "Secret engine" not in text
    numbers = fact["numbers"]
    assert (numbers["burn_long"], numbers["bad_events"], numbers["valid_events"]) == (15.0, 900.0, 6000.0)
    # remaining × window / burn, from what is left
    left = numbers["budget_remaining"] * 28 * 86_400 / 15
    assert numbers["exhausted_in_seconds"] == pytest.approx(left, abs=1)
    assert fact["service_id"] == service.pk


def test_a_burn_began_when_its_present_stretch_did(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 6, bad=100.0)  # too short for the hour, and over
    began = live(at, 10, bad=0.0)
    at = live(began, 3, bad=100.0)
    alert = BurnAlert.objects.get(condition="page-1h")
    assert (alert.fired_at, alert.numbers["began_at"]) == (at, format_instant(began))


def test_a_burn_began_within_the_long_window_at_the_earliest(slo: Slo, now: datetime) -> None:
    at = now + timedelta(hours=3)
    measure(slo, bad=100.0, until=at, minutes=180)
    evaluate(slo_ids=[slo.pk], now=at)
    began = {alert.condition: alert.numbers["began_at"] for alert in BurnAlert.objects.all()}
    assert began["page-1h"] == format_instant(at - timedelta(hours=1))
    # One bad minute of thirty burns 3.3×, two 6.7×, which is more than 5.6×.
    assert began["page-6h"] == format_instant(now + MINUTE)


def test_a_silence_began_when_nothing_was_measured_any_more(slo: Slo, live: Live, now: datetime) -> None:
    AlertSettings.objects.create(slo=slo, watches_silence=True, updated_at=now, updated_by_name="Editor")
    live(now, 15, bad=None)
    fired = facts("BurnRateAlertFired")
    assert [one["began_at"] for one in fired] == [format_instant(now)]


def test_silence_freezes_a_burn_alert_and_has_its_own(slo: Slo, live: Live, now: datetime) -> None:
    Slo.objects.filter(pk=slo.pk).update()
    AlertSettings.objects.create(slo=slo, watches_silence=True, updated_at=now, updated_by_name="Editor")
    at = live(now, 10, bad=100.0)
    at = live(at, 14, bad=None)
    assert keys(is_open=True) >= {"page-1h"}
    assert "no-data" not in keys(is_open=True)
    at = live(at, 1, bad=None)
    silence = BurnAlert.objects.get(condition="no-data")
    assert (silence.kind, silence.severity, silence.urgency) == ("no_data", 4, "normal")
    assert "no burn alert of this objective can fire" in silence.text
    assert BurnAlert.objects.get(condition="page-1h").is_open
    live(at, 5, bad=0.0)
    silence.refresh_from_db()
    assert silence.resolved_at == at + 5 * MINUTE


def test_pushed_counts_may_pause_unless_somebody_says_otherwise(slo: Slo, live: Live, now: datetime) -> None:
    live(now, 20, bad=None)
    assert not BurnAlert.objects.exists()


def test_late_data_do_not_fire_for_the_past(slo: Slo, now: datetime) -> None:
    at = now + timedelta(hours=3)
    measure(slo, bad=0.0, until=at, minutes=60)
    evaluate(slo_ids=[slo.pk], now=at)
    # Two hours that were all bad arrive at once; the last hour is known to be good.
    measure(slo, bad=100.0, until=at - timedelta(hours=1), minutes=120)
    evaluate(slo_ids=[slo.pk], now=at + MINUTE)
    assert not keys(is_open=True) & {"page-1h", "page-6h"}


def test_an_exclusion_resolves_and_holds_back(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 10, bad=100.0)
    assert "page-1h" in keys(is_open=True)
    exclusions.create(caller=SYSTEM, slo=slo, period=Period(now, at + timedelta(hours=1)), reason="a move", now=at)
    alert = BurnAlert.objects.get(condition="page-1h")
    assert "excluded" in alert.resolve_reason
    live(at, 5, bad=100.0)
    assert BurnAlert.objects.filter(condition="page-1h").count() == 1


def test_a_condition_that_is_taken_away_resolves_its_alert_at_once(slo: Slo, live: Live, now: datetime) -> None:
    condition = {"name": "quick", "threshold": 20, "lookback": "10m", "severity": 1}
    alerts.save(caller=SYSTEM, slo=slo, draft=AlertingDraft(conditions=[condition]), now=now)
    at = live(now, 4, bad=100.0)
    alert = BurnAlert.objects.get(condition="own:quick")
    assert (alert.severity, alert.urgency) == (1, "urgent")
    alerts.save(caller=SYSTEM, slo=slo, draft=AlertingDraft(), now=at)
    alert.refresh_from_db()
    assert "taken away" in alert.resolve_reason
    assert [one["condition"] for one in facts("BurnRateAlertResolved")] == ["own:quick"]


def test_a_condition_waits_across_evaluations_for_alert_after(slo: Slo, live: Live, now: datetime) -> None:
    condition = {"name": "slow", "threshold": 5, "lookback": "5m", "alert_after": "3m", "severity": 3}
    draft = AlertingDraft(has_page=False, has_ticket=False, conditions=[condition])
    alerts.save(caller=SYSTEM, slo=slo, draft=draft, now=now)
    at = live(now, 3, bad=100.0)
    assert SloStatus.objects.get(slo=slo).alerts_pending == {"own:slow": "2026-03-02T12:01:00Z"}
    live(at, 1, bad=100.0)
    assert keys(is_open=True) == {"own:slow"}
    assert SloStatus.objects.get(slo=slo).alerts_pending == {}


def test_deleting_an_objective_tells_that_its_alerts_are_over(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 10, bad=100.0)
    fired = {one["alert_id"] for one in facts("BurnRateAlertFired")}
    assert fired
    slos.delete(caller=SYSTEM, slo=slo, now=at)
    resolved = facts("BurnRateAlertResolved")
    assert {one["alert_id"] for one in resolved} == fired
    assert all("deleted" in one["reason"] for one in resolved)


def test_a_cold_start_does_not_fire_from_less_than_the_look_back(now: datetime) -> None:
    slo = SloFactory()
    evaluate(slo_ids=[slo.pk], now=now)
    measure(slo, bad=20.0, until=now + 40 * MINUTE, minutes=40)
    evaluate(slo_ids=[slo.pk], now=now + 40 * MINUTE)
    # 20× over forty minutes would be 13.3× had the rest of the hour been good.
    assert "page-1h" not in keys(is_open=True)
    measure(slo, bad=20.0, until=now + 41 * MINUTE)
    evaluate(slo_ids=[slo.pk], now=now + 41 * MINUTE)
    assert "page-1h" in keys(is_open=True)


def test_a_repeat_and_an_outdated_evaluation_change_nothing(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 10, bad=100.0)
    before = list(BurnAlert.objects.order_by("pk").values())
    for moment in (at, at, now):
        evaluate(slo_ids=[slo.pk], now=moment)
    assert list(BurnAlert.objects.order_by("pk").values()) == before


def test_of_one_condition_one_alert_is_open_by_constraint(slo: Slo, now: datetime) -> None:
    fields = {"slo": slo, "condition": "page-1h", "title": "x", "severity": 2, "urgency": "urgent", "fired_at": now}
    BurnAlert.objects.create(**fields, fire_reason="x", text="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        BurnAlert.objects.create(**fields, fire_reason="x", text="x")
    BurnAlert.objects.update(resolved_at=now)
    BurnAlert.objects.create(**fields, fire_reason="x", text="x")


def test_the_replay_of_stored_minutes_fires_when_the_evaluations_did(slo: Slo, live: Live, now: datetime) -> None:
    at = live(now, 12, bad=100.0)
    at = live(at, 20, bad=0.0)
    at = live(at, 10, bad=60.0)
    at = live(at, 20, bad=0.0)
    told = replay(slo=slo, now=at, days=3)
    replayed = sorted((one.key, one.fired_at, one.resolved_at) for one in told.firings)
    stored = BurnAlert.objects.order_by("condition", "fired_at")
    assert replayed == [(one.condition, one.fired_at, one.resolved_at) for one in stored]
    page = next(one for one in told.rules if one.rule.key == "page-1h")
    assert page.firings
    # The second time ten minutes spent 1.5 % of the budget, less than the 2 % its rule speaks of.
    assert (len(page.firings), page.precision, page.significant) == (2, 0.5, 1)


def test_the_queries_of_alerts_do_not_grow_with_the_objectives_that_fire(slo: Slo, now: datetime) -> None:
    counted = []
    for size in (2, 6):
        made = [SloFactory(sli__source=slo.sli.source) for _ in range(size)]
        for one in made:
            measure(one, bad=0.0, until=now, minutes=300)
        evaluate_team(team_id=slo.team_id, now=now)
        for one in made:
            measure(one, bad=0.0, until=now + MINUTE)
        with CaptureQueriesContext(connection) as queries:
            evaluate_team(team_id=slo.team_id, now=now + MINUTE)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_alerts_are_kept_as_long_as_the_minutes_they_speak_of(slo: Slo, now: datetime, settings: Any) -> None:
    settings.SERIES_RETENTION_DAYS = 30
    fields = {"slo": slo, "title": "x", "severity": 2, "urgency": "urgent", "fire_reason": "x", "text": "x"}
    old = now - timedelta(days=31)
    BurnAlert.objects.create(**fields, condition="over", fired_at=old, resolved_at=old)
    BurnAlert.objects.create(**fields, condition="young", fired_at=old, resolved_at=now)
    BurnAlert.objects.create(**fields, condition="open", fired_at=old)
    assert not retention.drop_old(now=now)
    assert set(BurnAlert.objects.values_list("condition", flat=True)) == {"young", "open"}
