"""The report of a month: what it says, whom it says it to, by mail once, and what was sent stays."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from chaos.runs.domain.states import Verdict
from incidents.learning.domain.periods import ReviewPeriod
from incidents.response.models import ImpactedSlo
from reliability.access.models import Membership
from reliability.channels.domain.outcome import Outcome, Result
from reliability.duties.models import ToilEntry
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.reports.domain.report import Met, Report
from reliability.reports.models import ReportNotice, SentReport, Subscription
from reliability.reports.selectors.monthly import report_of
from reliability.reports.services import sending, subscriptions
from reliability.reports.services.subscriptions import SubscriptionDraft
from reliability.web.errors import Invalid
from slo.domain.agreement_drafts import AgreementDraft, parse_credits
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services import agreements
from slo.services.exclusions import create as exclude
from slo.services.series import store
from tests.cast import (
    ActionFactory,
    Cast,
    ChannelFactory,
    ExperimentFactory,
    ExperimentVersionFactory,
    GameDayFactory,
    IncidentFactory,
    RunFactory,
    SloFactory,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PAGE = "/reports/monthly/?team=payments&month=2026-06"


def measured(cast: Cast, name: str, *, bad: float, until: datetime = JUNE + 30 * DAY) -> Slo:
    """99 % of 100 events a minute over the last ten days of June; *bad* in each minute of the first of them."""
    slo: Slo = SloFactory(sli__source__team=cast.payments, name=name, title=name.title())
    start = JUNE + 20 * DAY
    minutes = to_minute(until) - to_minute(start)
    valid = np.full(minutes, 100.0)
    lost = np.where(np.arange(minutes) < 1440, bad, 0.0)
    store(
        sli_id=slo.sli_id,
        counts=MinuteSeries(to_minute(start), valid - lost, valid, np.ones(minutes, dtype=np.bool_)),
        now=NOW,
    )
    return slo


@pytest.fixture
def month(cast: Cast) -> Slo:
    """June: checkout lost 20 % of a day to an incident, search nothing, and silent was never measured."""
    checkout = measured(cast, "checkout", bad=20)
    measured(cast, "search", bad=0)
    SloFactory(sli__source__team=cast.payments, name="silent", title="Silent")
    start = JUNE + 20 * DAY
    incident = IncidentFactory(
        team=cast.payments, title="Orders fail", severity=1, started_at=start, detected_at=start,
        acknowledged_at=start + timedelta(minutes=4), resolved_at=start + timedelta(hours=18), status="resolved",
    )  # fmt: skip
    ImpactedSlo.objects.create(incident=incident, slo=checkout)
    IncidentFactory(team=cast.search, title="Nobody of Payments may know", severity=1, detected_at=start)
    terms = AgreementDraft(
        name="gold", title="Gold plan", slo_id=checkout.pk, target=Decimal("0.99"), first=JUNE.date(),
        credits=parse_credits("99: 10\n95: 25"),
    )  # fmt: skip
    agreements.create(caller=cast.caller("editor"), team_id=cast.payments.pk, draft=terms, now=NOW)
    version = ExperimentVersionFactory(experiment=ExperimentFactory(team=cast.payments))
    RunFactory(version=version, state="ended", verdict=Verdict.HELD, ended_at=JUNE + DAY, mode="real")
    make: Any = ActionFactory
    make(team=cast.payments, created_at=JUNE, title="Late", due_on=(JUNE + 20 * DAY).date())
    ToilEntry.objects.create(
        team=cast.payments, day=JUNE.date(), hours=Decimal(12), category="tickets", what="resets", by_name="x",
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return checkout


def reported(cast: Cast, who: str = "viewer", *, team: str = "payments", zone: str = "UTC") -> Report:
    return report_of(
        caller=cast.caller(who), team_slug=team, period=ReviewPeriod.parse("2026-06", zone_name=zone), now=NOW
    )


def test_it_tells_the_month_and_what_stands_out(cast: Cast, month: Slo) -> None:
    report = reported(cast)
    lines = {line.name: line for line in report.objectives}
    assert (report.met, report.missed, report.unmeasured) == (1, 1, 1)
    assert lines["checkout"].spent == pytest.approx(2.0)
    assert lines["checkout"].left == pytest.approx(-1.0)
    assert [(round(one.part, 2), one.kind) for one in lines["checkout"].causes] == [
        (0.75, "Incident"),
        (0.25, "Unknown"),
    ]
    assert lines["search"].nines.startswith("no failure in")
    assert lines["silent"].state == Met.NO_DATA
    assert lines["silent"].nines == "no data"
    assert [(one.state, one.credit) for one in report.agreements] == [("missed", 10.0)]
    figures = {
        one.slug: one
        for section in (report.severities, report.incidents, report.chaos, report.actions, report.toil)
        for one in section
    }
    assert (figures["incidents"].value, figures["sev1"].value) == (1, 1)
    assert (figures["mtta"].text, figures["mtta"].n) == ("4 min", 1)
    assert figures["mttr"].value == 18 * 3600
    assert (figures["experiments"].value, figures["held"].value, figures["overdue"].value) == (1, 1, 1)
    assert figures["toil"].text == "12 h"
    assert (report.trend[-1].met, report.trend[-1].measured) == (1, 2)
    assert report.trend[-2].measured == 0
    said = [one.text for one in report.highlights]
    assert said[0].startswith("Checkout missed its objective: 75 % of the loss came from incident #")
    assert "The promise “Gold plan” was not kept; 10 % credit is owed" in said
    assert any("Silent" in one or "1 objective has no data" in one for one in said)
    assert "1 action from postmortems was overdue at the end" in said
    assert all(one.rule for one in report.highlights)


def test_what_others_keep_private_is_in_no_report(cast: Cast, as_: As, month: Slo) -> None:
    assert "Nobody of Payments" not in str(reported(cast, team="").to_json())
    foreign = reported(cast, "outsider", team="").to_json()
    for words in ("Orders fail", "checkout", "Gold plan", "Checkout"):
        assert words not in str(foreign)
    with time_machine.travel(NOW, tick=False):
        for slug in ("payments", "nobody"):
            for path in ("/reports/monthly/", "/api/v1/reports/monthly"):
                assert as_("outsider").get(f"{path}?team={slug}&month=2026-06").status_code == 404


def test_a_month_begins_where_the_zone_says(cast: Cast, month: Slo) -> None:
    report = reported(cast, zone="Europe/Berlin")
    assert (report.start, report.end) == ("2026-05-31T22:00:00Z", "2026-06-30T22:00:00Z")


def test_what_is_overdue_and_where_it_leads_go_by_the_zone_of_the_report(cast: Cast, as_: As, month: Slo) -> None:
    make: Any = ActionFactory
    make(team=cast.payments, created_at=JUNE, title="Due on the last day", due_on=(JUNE + 29 * DAY).date())
    at = datetime(2026, 6, 30, 23, tzinfo=UTC)  # July in Berlin
    IncidentFactory(team=cast.payments, severity=3, started_at=at, detected_at=at)
    for zone, incidents in (("UTC", 2), ("Europe/Berlin", 1)):
        report = reported(cast, zone=zone)
        assert {one.slug: one.value for one in report.actions}["overdue"] == 2
        assert report.severities[0].value == incidents
        with time_machine.travel(NOW, tick=False):
            page = as_("viewer").get(report.severities[0].url).content.decode()
        assert f"What {incidents} incident" in page
        assert f"tz={zone.replace('/', '%2F')}" in page


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_game_days_and_toil_lead_to_what_was_counted(cast: Cast, as_: As, month: Slo, zone: str) -> None:
    first = datetime(2026, 6, 1, tzinfo=ZoneInfo(zone))
    end = datetime(2026, 7, 1, tzinfo=ZoneInfo(zone))
    for title, at, state in (
        ("Day before", first - HOUR, "done"), ("Day at first", first, "done"), ("Day at last", end - HOUR, "done"),
        ("Day called off", first + DAY, "cancelled"), ("Day after", end, "done"),
    ):  # fmt: skip
        GameDayFactory(team=cast.payments, title=title, state=state, starts_at=at)
    for day, what in ((-1, "Toil before"), (0, "Toil at first"), (29, "Toil at last"), (30, "Toil after")):
        ToilEntry.objects.create(
            team=cast.payments, day=(JUNE + day * DAY).date(), hours=Decimal(1), category="tickets", what=what,
            by_name="x", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
    report = reported(cast, zone=zone)
    figures = {one.slug: one for one in (*report.chaos, *report.toil)}
    assert (figures["game-days"].value, figures["toil"].value) == (2, 14)
    viewer = as_("viewer")
    with time_machine.travel(NOW, tick=False):
        days = viewer.get(figures["game-days"].url).content.decode()
        toil = viewer.get(figures["toil"].url).content.decode()
        file = viewer.get(figures["toil"].url.replace("/toil/", "/toil.csv")).content.decode()
    assert [words for words in ("before", "at first", "at last", "called off", "after") if f"Day {words}" in days] == [
        "at first",
        "at last",
    ]
    assert "14 h from 2026-06-01 to 2026-06-30" in toil
    assert f'name="tz" value="{zone}"' in days, "narrowed further it is of the same days"
    for page in (toil, file):
        assert ("Toil at first" in page, "Toil at last" in page) == (True, True)
        assert ("Toil before" in page, "Toil after" in page) == (False, False)


def test_page_files_and_api_say_the_same(cast: Cast, as_: As, month: Slo) -> None:
    with time_machine.travel(NOW, tick=False):
        viewer = as_("viewer")
        page = viewer.get(PAGE).content.decode()
        for words in ("What stands out", "Orders fail", "Gold plan", "75 %", "no data", "Six months", "12 h"):
            assert words in page
        told = viewer.get("/api/v1/reports/monthly?team=payments&month=2026-06").json()
        file = viewer.get(f"{PAGE}&format=csv&table=objectives").content.decode()
        rows = {row["objective"]: row for row in csv.DictReader(io.StringIO(file))}
        assert {one["name"]: one["state"] for one in told["objectives"]} == {
            name: row["state"] for name, row in rows.items()
        }
        for table in ("agreements", "figures", "trend"):
            assert viewer.get(f"{PAGE}&format=csv&table={table}").status_code == 200
        assert viewer.get(f"{PAGE}&format=csv&table=secrets").status_code == 404
        assert viewer.get("/reports/monthly/?month=soon").status_code == 422
        assert "so far" not in page
        assert "July 2026, so far" in viewer.get("/reports/monthly/?month=2026-07").content.decode()
        assert viewer.get("/reports/monthly/?month=2026-Q2").status_code == 200


def test_a_report_costs_as_many_queries_for_many_objectives(cast: Cast, as_: As, month: Slo) -> None:
    with time_machine.travel(NOW, tick=False):
        viewer = as_("viewer")
        few = queries_of(viewer, PAGE)
        for number in range(20):
            make: Any = SloFactory
            make(sli=Slo.objects.get(name="search").sli, team=cast.payments, name=f"more-{number}")
        assert queries_of(viewer, PAGE) == few
        assert few < 140


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> list[EmailMultiAlternatives]:
    """Mails as they are handed to the mail server."""
    handed: list[EmailMultiAlternatives] = []

    class Server:
        def send(self, mail: EmailMultiAlternatives) -> Outcome:
            handed.append(mail)
            return Outcome(Result.DELIVERED, "taken")

    monkeypatch.setattr("reliability.channels.kinds.email.transport_of_settings", Server)
    return handed


def subscribed(cast: Cast, **changes: Any) -> Subscription:
    draft = SubscriptionDraft(**{"zone": "UTC", **changes})
    return subscriptions.create(caller=cast.caller("editor"), team_id=cast.payments.pk, draft=draft, now=JUNE + 5 * DAY)


def deliver(report: SentReport, now: datetime = NOW) -> None:
    for notice in ReportNotice.objects.filter(report=report):
        sending.deliver(notice_id=notice.pk, now=now)


def test_it_is_made_once_and_sent_once_to_each(cast: Cast, month: Slo, outbox: list[EmailMultiAlternatives]) -> None:
    channel = ChannelFactory(team=cast.payments, name="list", kind="email", config={"address": "all@example.org"})
    row = subscribed(cast, channel_ids=(channel.pk,))
    assert row.due_at == NOW
    assert Due.objects.get(kind="reports.make").due_at == NOW
    assert sending.make(subscription_id=row.pk, now=NOW - DAY) == NOW, "not before its hour"
    following = sending.make(subscription_id=row.pk, now=NOW)
    assert following == datetime(2026, 8, 1, 8, tzinfo=UTC)
    Subscription.objects.update(due_at=NOW)  # as if the worker had died before the row was written
    sending.make(subscription_id=row.pk, now=NOW)
    (report,) = SentReport.objects.all()
    assert report.notices.count() == 1 + Membership.objects.filter(team=cast.payments).count()
    Membership.objects.filter(team=cast.payments, user=cast.viewer).delete()
    deliver(report)
    deliver(report)
    assert sorted(one.to[0] for one in outbox) == sorted(
        ["all@example.org", cast.administrator.email, cast.editor.email, cast.responder.email]
    ), "whoever left meanwhile gets nothing"
    sent = outbox[0]
    html = str(sent.alternatives[0][0])
    for words in ("Checkout missed its objective", "Gold plan", "MTTA, median", "/reports/monthly/?month=2026-06"):
        assert words in html
        assert words in sent.body
    assert "<img" not in html
    assert "<td style=" in html
    assert sent.subject == "Reliability of Payments, June 2026"


def test_what_was_sent_stays_beside_what_is_true_today(cast: Cast, as_: As, month: Slo) -> None:
    sending.make(subscription_id=subscribed(cast).pk, now=NOW)
    (report,) = SentReport.objects.all()
    kept = report.numbers
    exclude(
        caller=cast.caller("editor"),
        period=Period(JUNE + 20 * DAY, JUNE + 21 * DAY),
        reason="moved",
        now=NOW,
        slo=month,
    )
    with time_machine.travel(NOW + DAY, tick=False):
        page = as_("viewer").get(f"/reports/sent/{report.pk}/").content.decode()
        assert "missed, 200 % spent, measured 33.3 %" in page
        assert "met, 0 % spent, measured" in page
        assert "Incidents, as sent" in page
        assert as_("outsider").get(f"/reports/sent/{report.pk}/").status_code == 404
        told = as_("viewer").get(f"/api/v1/reports/sent/{report.pk}").json()
    report.refresh_from_db()
    assert report.numbers == kept
    assert told["numbers"]["objectives"][0]["state"] == "missed"


def test_it_waits_until_the_month_has_come_in_but_not_for_ever(cast: Cast, month: Slo) -> None:
    measured(cast, "late", bad=0, until=JUNE + 30 * DAY - timedelta(hours=2))
    row = subscribed(cast)
    assert sending.make(subscription_id=row.pk, now=NOW) == NOW + timedelta(minutes=30)
    assert not SentReport.objects.exists()
    sending.make(subscription_id=row.pk, now=NOW + DAY)
    (report,) = SentReport.objects.all()
    assert "Made before everything had been measured" in report.note
    assert report.period == "2026-06"


def test_paused_nothing_is_made_and_a_test_goes_to_the_asker_alone(
    cast: Cast, as_: As, month: Slo, outbox: list[EmailMultiAlternatives]
) -> None:
    row = subscribed(cast, is_paused=True)
    assert sending.make(subscription_id=row.pk, now=NOW) is None
    assert not Due.objects.filter(kind="reports.make").exists()
    with time_machine.travel(NOW, tick=False):
        assert as_("editor").post(f"/reports/subscriptions/{row.pk}/test/").status_code == 302
        assert as_("viewer").post(f"/reports/subscriptions/{row.pk}/test/").status_code == 403
        assert as_("outsider").post(f"/reports/subscriptions/{row.pk}/test/").status_code == 404
    deliver(SentReport.objects.get())
    assert [one.to for one in outbox] == [[cast.editor.email]]
    assert outbox[0].subject.startswith("Test: ")
    assert not SentReport.objects.filter(is_test=False).exists()


def test_a_subscription_is_written_on_a_form_and_audited(cast: Cast, as_: As) -> None:
    editor = as_("editor")
    good = {"months": "1", "day": "1", "hour": "8", "zone": "Europe/Berlin", "to_members": "on"}
    bad = editor.post("/reports/subscriptions/new/?team=payments", good | {"day": "31"})
    assert bad.status_code == 422
    assert editor.post("/reports/subscriptions/new/?team=payments", good).status_code == 302
    row = Subscription.objects.get()
    nobody = editor.post(f"/reports/subscriptions/{row.pk}/", {key: good[key] for key in good if key != "to_members"})
    assert "nobody would get it" in nobody.content.decode()
    assert editor.post(f"/reports/subscriptions/{row.pk}/", good | {"hour": "9", "revision": "1"}).status_code == 302
    stale = editor.post(f"/reports/subscriptions/{row.pk}/", good | {"hour": "10", "revision": "1"})
    assert stale.status_code == 422
    assert "Payments" in as_("viewer").get("/reports/subscriptions/").content.decode()
    assert "Send me a test" not in as_("viewer").get("/reports/subscriptions/").content.decode()
    assert editor.post(f"/reports/subscriptions/{row.pk}/delete/").status_code == 302
    foreign = ChannelFactory(team=cast.search, name="theirs", kind="email")
    with pytest.raises(Invalid, match="mail channels of the team"):
        subscribed(cast, channel_ids=(foreign.pk,))
