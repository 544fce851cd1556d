"""Burn alerts of composites, through stored minutes and evaluations as they run each minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.response.models import ImpactedSlo, Incident
from incidents.response.selectors.burning import burning_words, firing_on
from incidents.response.services import composite_alerts as responses
from incidents.response.views.lines import origin_words
from reliability.access.domain.caller import SYSTEM
from reliability.outbox.models import Due, Fact
from slo.domain.composite_drafts import PartDraft
from slo.models import Composite, CompositeAlert, CompositeEvaluation, Slo
from slo.selectors.composite_judgements import judgements_of
from slo.services import composites, retention
from slo.services.composite_evaluations import evaluate, evaluate_team
from slo.services.composites import CompositeDraft
from tests.cast import Cast, SloFactory, TeamFactory
from tests.slo.alerts.conftest import MINUTE, measure

pytestmark = pytest.mark.django_db

Run = Callable[..., datetime]


@pytest.fixture
def other(slo: Slo, now: datetime) -> Slo:
    made: Slo = SloFactory(title="Payment succeeds", name="payment", team=slo.team)
    measure(made, bad=0.0, until=now, minutes=4 * 1440)
    return made


@pytest.fixture
def draft(slo: Slo, other: Slo) -> CompositeDraft:
    return CompositeDraft(
        name="journey",
        title="Journey",
        team_id=slo.team_id,
        kind="all_of",
        objective="0.99",
        window={"rolling": "28d"},
        parts=(PartDraft(slo_id=slo.pk), PartDraft(slo_id=other.pk)),
    )


@pytest.fixture
def composite(draft: CompositeDraft, now: datetime) -> Composite:
    return composites.create(caller=SYSTEM, draft=draft, now=now)


@pytest.fixture
def run(slo: Slo, other: Slo) -> Run:
    """Measures both parts and evaluates all composites every five minutes of so many; None measures nothing."""

    def minutes(start: datetime, count: int, *, bad: float | None, also: float | None = 0.0) -> datetime:
        at = start
        for _ in range(count // 5):
            at += 5 * MINUTE
            for part, lost in ((slo, bad), (other, also)):
                if lost is not None:
                    measure(part, bad=lost, until=at, minutes=5)
            evaluate_team(team_id=slo.team_id, now=at + timedelta(seconds=38))
        return at

    return minutes


def facts(kind: str) -> list[dict[str, Any]]:
    return list(Fact.objects.filter(kind=kind).order_by("pk").values_list("payload", flat=True))


def test_an_outage_of_a_part_pages_and_its_end_resolves_each_once(
    composite: Composite, run: Run, now: datetime
) -> None:
    assert Due.objects.filter(kind="slo.evaluate_composites", key=str(composite.team_id)).exists()
    # One bad slice of twelve burns 8.3× in the hour, two 16.7×: more than 13.44.
    at = run(now, 5, bad=100.0)
    assert not CompositeAlert.objects.exists()
    at = run(at, 5, bad=100.0)
    alert = CompositeAlert.objects.get(condition="page-1h")
    assert (alert.fired_at, alert.severity, alert.urgency) == (at, 2, "urgent")
    assert "16.67× > 13.44× over 1 h and 100× > 13.44× over 5 min" in alert.fire_reason
    assert alert.text.splitlines()[2] == "Parts with losses: Checkout succeeds in 10 min."
    assert "1,000 of 12,000 events were bad" in alert.text
    evaluate(composite_ids=[composite.pk], now=at + timedelta(seconds=50))
    at = run(at, 5, bad=100.0)
    at = run(at, 15, bad=0.0)
    alert.refresh_from_db()
    assert alert.resolved_at is not None
    (fired,) = (one for one in facts("CompositeAlertFired") if one["condition"] == "page-1h")
    (resolved,) = (one for one in facts("CompositeAlertResolved") if one["condition"] == "page-1h")
    assert fired["alert_id"] == resolved["alert_id"] == alert.pk
    assert fired["began_at"] == f"{now:%Y-%m-%dT%H:%M:%SZ}"
    assert fired["url"].endswith(f"/slos/composites/journey/#alert-{alert.pk}")


def test_a_burn_begins_where_it_began_and_not_with_what_was_lost_before(
    composite: Composite, run: Run, now: datetime
) -> None:
    at = run(now, 5, bad=100.0)
    began = run(at, 120, bad=0.0)
    run(began, 30, bad=100.0)
    fired = {one["condition"]: one["began_at"] for one in facts("CompositeAlertFired")}
    assert fired["page-1h"] == f"{began:%Y-%m-%dT%H:%M:%SZ}"
    assert fired["page-6h"] == f"{began:%Y-%m-%dT%H:%M:%SZ}"


def test_rules_read_what_the_status_says(composite: Composite, run: Run, now: datetime) -> None:
    at = run(run(now, 10, bad=30.0, also=2.0), 5, bad=0.0)
    (judged,) = judgements_of(composites=[composite], at=at)
    for rule, reading in zip(judged.policy.rules, judged.readings, strict=True):
        assert rule.short is not None
        assert reading.short is not None
        words = {timedelta(hours=1): "1h", timedelta(hours=6): "6h", timedelta(days=1): "1d", timedelta(days=3): "3d"}
        assert reading.long.burn == judged.status.burn_rates[words[rule.long]]
        assert not reading.is_young
        assert reading.long.coverage == 1
    assert judged.readings[0].short is not None
    assert judged.readings[0].short.burn == judged.status.burn_rates["5m"]


def test_few_bad_events_wake_nobody(composite: Composite, slo: Slo, other: Slo, now: datetime) -> None:
    """Two bad slices of twelve, for a single bad event in each."""
    for minute in range(10):
        at = now + (minute + 1) * MINUTE
        measure(slo, bad=1.0 if minute in (1, 6) else 0.0, until=at, valid=1.0)
    measure(other, bad=0.0, until=at, minutes=10, valid=1.0)
    evaluate(composite_ids=[composite.pk], now=at)
    assert judgements_of(composites=[composite], at=at)[0].readings[0].long.bad == 2
    assert not CompositeAlert.objects.exists()


def test_a_silent_part_holds_up_nobody_and_silence_of_all_decides_nothing(
    composite: Composite, run: Run, now: datetime
) -> None:
    at = run(now, 20, bad=100.0, also=None)
    alert = CompositeAlert.objects.get(condition="page-1h")
    at = run(at, 20, bad=None, also=None)
    alert.refresh_from_db()
    assert alert.is_open, "being over is to be seen, not assumed"
    run(at, 20, bad=0.0)
    alert.refresh_from_db()
    assert not alert.is_open


def test_what_is_switched_off_or_deleted_is_resolved(
    composite: Composite, draft: CompositeDraft, run: Run, now: datetime
) -> None:
    at = run(now, 10, bad=100.0)
    paged = CompositeAlert.objects.get(condition="page-1h")
    changed = composites.update(
        caller=SYSTEM, composite=composite, draft=replace(draft, has_page=False), now=at + timedelta(minutes=1)
    )
    paged.refresh_from_db()
    assert "switched off" in paged.resolve_reason
    assert changed.versions.count() == 1, "who is woken is no question of what is asked for"
    at = run(at, 40, bad=100.0)
    assert set(CompositeAlert.objects.filter(resolved_at=None).values_list("condition", flat=True)) == {
        "ticket-1d",
        "ticket-3d",
    }
    composites.delete(caller=SYSTEM, composite=changed, now=at)
    assert facts("CompositeAlertResolved")[-1]["reason"] == "resolved: the composite was deleted"
    assert not CompositeAlert.objects.exists()


def test_a_burn_opens_an_incident_that_its_end_resolves(composite: Composite, run: Run, now: datetime) -> None:
    at = run(now, 10, bad=100.0)
    (fired,) = facts("CompositeAlertFired")
    responses.fired(payload=fired, now=at)
    responses.fired(payload=fired, now=at)
    incident = Incident.objects.get()
    assert (incident.title, incident.severity) == ("Journey burns 16.7× its error budget", 2)
    assert origin_words(incident, caller=SYSTEM) == "a composite burned its budget"
    assert list(ImpactedSlo.objects.values_list("slo__name", flat=True)) == ["checkout"]
    assert list(firing_on(incident=incident).values()) == [CompositeAlert.objects.get()]
    assert burning_words(incident=incident, now=at) == "Journey still burns"
    at = run(at, 15, bad=0.0)
    (resolved,) = facts("CompositeAlertResolved")
    responses.resolved(payload=resolved, now=at)
    incident.refresh_from_db()
    assert incident.resolved_at is not None
    assert burning_words(incident=incident, now=at) == ""


def test_old_news_does_not_open_an_incident(composite: Composite, run: Run, now: datetime) -> None:
    at = run(run(now, 10, bad=100.0), 15, bad=0.0)
    responses.fired(payload=facts("CompositeAlertFired")[0], now=at)
    assert Incident.objects.get().resolved_at is not None


def test_the_text_names_no_part_of_a_team_that_keeps_to_itself(
    composite: Composite, other: Slo, run: Run, now: datetime
) -> None:
    Slo.objects.filter(pk=other.pk).update(team=TeamFactory(is_private=True))
    run(now, 10, bad=100.0, also=100.0)
    assert facts("CompositeAlertFired")[0]["slo_ids"] == [composite.versions.get().parts.get(position=0).slo_id]
    text = CompositeAlert.objects.get(condition="page-1h").text
    assert "Parts with losses: Checkout succeeds in 10 min, an objective of another team in 10 min." in text


def test_evaluating_costs_the_same_for_many_and_leaves_newer_ones_alone(
    composite: Composite, draft: CompositeDraft, slo: Slo, now: datetime
) -> None:
    at = now + MINUTE
    evaluate_team(team_id=slo.team_id, now=at)
    with CaptureQueriesContext(
        connection,
    ) as one:
        evaluate_team(team_id=slo.team_id, now=at)
    for number in range(4):
        composites.create(caller=SYSTEM, draft=replace(draft, name=f"journey-{number}"), now=now)
    with CaptureQueriesContext(connection) as many:
        evaluate_team(team_id=slo.team_id, now=at)
    assert len(many) == len(one)
    evaluate_team(team_id=slo.team_id, now=now)
    assert set(CompositeEvaluation.objects.values_list("evaluated_at", flat=True)) == {at}
    row = CompositeEvaluation.objects.get(composite=composite)
    assert (row.state, row.remaining) == ("met", 1.0)


def test_alerts_are_kept_as_long_as_the_minutes_they_speak_of(
    composite: Composite, run: Run, now: datetime, settings: Any
) -> None:
    run(run(now, 10, bad=100.0), 15, bad=0.0)
    later = now + timedelta(days=settings.SERIES_RETENTION_DAYS + 1)
    assert CompositeAlert.objects.exists()
    retention.drop_old_alerts(now=later)
    assert not CompositeAlert.objects.exists()


def test_what_fired_is_told_by_the_api_the_page_and_the_list(
    as_: Callable[[str], Client], cast: Cast, draft: CompositeDraft, composite: Composite, run: Run, now: datetime
) -> None:
    calm = composites.create(
        caller=SYSTEM, draft=replace(draft, name="a", title="A calm one", objective="0.5"), now=now
    )
    Composite.objects.update(team=cast.payments)
    viewer, at = as_("viewer"), now
    for _ in range(3):
        at += 5 * MINUTE
        measure(draft_slo(composite, 0), bad=100.0, until=at, minutes=5)
        measure(draft_slo(composite, 1), bad=0.0, until=at, minutes=5)
        evaluate_team(team_id=cast.payments.pk, now=at)
    told = viewer.get("/api/v1/composites/journey/alerts").json()
    assert [one["condition"] for one in told["items"] if one["state"] == "firing"] == ["page-1h"]
    assert viewer.get("/api/v1/composites/a/alerts").json()["total"] == 0
    assert as_("outsider").get("/api/v1/composites/journey/alerts").status_code == 404
    assert "Journey burns 16.7× its error budget" in viewer.get("/slos/composites/journey/").content.decode()
    assert "Composites that burn" in viewer.get("/slos/alerts/").content.decode()
    assert "Journey" not in as_("outsider").get("/slos/alerts/").content.decode()
    CompositeEvaluation.objects.filter(composite=composite).update(state="at_risk")
    page = viewer.get("/slos/composites/").content.decode()
    assert page.index("/slos/composites/journey/") < page.index("/slos/composites/a/")
    page = viewer.get("/slos/composites/?sort=title").content.decode()
    assert page.index("/slos/composites/a/") < page.index("/slos/composites/journey/")
    page = viewer.get("/slos/composites/?state=at_risk").content.decode()
    assert calm.title not in page
    assert "1 composite<" in page


def draft_slo(composite: Composite, place: int) -> Slo:
    slo = composite.versions.get().parts.get(position=place).slo
    assert slo is not None
    return slo
