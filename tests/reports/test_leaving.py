"""Reports by mail: who does not want them, who may write them by the API, and how long copies stay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from reliability.access.models import AuditEntry, Membership
from reliability.channels.domain.outcome import Outcome, Result
from reliability.gate.models import GateOverride, PolicyPeriod
from reliability.gate.services import asking
from reliability.outbox.models import Due
from reliability.reports.models import ReportNotice, SentReport, Subscription
from reliability.reports.selectors import monthly
from reliability.reports.services import retention, sending, subscriptions
from reliability.reports.services.subscriptions import SubscriptionDraft
from tests.cast import Cast, ChannelFactory, ServiceFactory

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
API = "/api/v1/reports/subscriptions"


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


@pytest.fixture
def subscription(cast: Cast) -> Subscription:
    draft = SubscriptionDraft(zone="Etc/GMT+1")
    caller = cast.caller("editor")
    return subscriptions.create(caller=caller, team_id=cast.payments.pk, draft=draft, now=NOW - 20 * DAY)


def sent(subscription: Subscription, now: datetime) -> SentReport:
    sending.make(subscription_id=subscription.pk, now=now)
    found: SentReport = SentReport.objects.filter(subscription=subscription).latest("made_at")
    for notice in ReportNotice.objects.filter(report=found):
        sending.deliver(notice_id=notice.pk, now=now)
    return found


def test_a_member_leaves_by_one_click_and_the_others_stay(
    cast: Cast,
    client: Client,
    subscription: Subscription,
    outbox: list[EmailMultiAlternatives],
    settings: Settings,
) -> None:
    settings.PUBLIC_URL = "https://rel.example.org"  # one click is for https
    sent(subscription, NOW + DAY)
    mail = next(one for one in outbox if one.to == [cast.viewer.email])
    assert "You get this as a member of Payments." in mail.body
    assert "tz=Etc%2FGMT%2B1" in mail.body, "the zone of the link is that of the report"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.sub(r"^<https?://[^/]+|>$", "", mail.extra_headers["List-Unsubscribe"])
    members = Membership.objects.filter(team=cast.payments).count()
    with time_machine.travel(NOW + DAY, tick=False):
        assert "Not to me any more" in client.get(path).content.decode()
        assert not subscription.without.exists(), "scanners follow links"
        for _ in range(2):
            assert "You do not get it any more" in client.post(path).content.decode()
        assert client.post(path[:-4] + "x/").status_code == 410
    assert AuditEntry.objects.filter(action="report_subscription.leave").count() == 1
    outbox.clear()
    sent(subscription, NOW + 32 * DAY)
    assert len(outbox) == members - 1
    assert cast.viewer.email not in {one.to[0] for one in outbox}
    with time_machine.travel(NOW + 33 * DAY, tick=False):
        assert "is sent to Viewer" in client.post(path, {"resume": "1"}).content.decode()
    with time_machine.travel(NOW + 99 * DAY, tick=False):
        assert client.post(path).status_code == 410, "a link ends"
    assert not subscription.without.exists()


def test_who_left_meanwhile_gets_nothing_that_waits(
    cast: Cast, as_: As, subscription: Subscription, outbox: list[EmailMultiAlternatives]
) -> None:
    sending.make(subscription_id=subscription.pk, now=NOW + DAY)
    with time_machine.travel(NOW + DAY, tick=False):
        mine = f"/reports/subscriptions/{subscription.pk}/mine/"
        assert as_("viewer").post(mine).status_code == 302
        assert "To me, too" in as_("viewer").get("/reports/subscriptions/").content.decode()
        assert as_("outsider").post(mine).status_code == 404
        assert as_("chief").post(mine).status_code == 403, "no member of the team"
    notice = ReportNotice.objects.get(user=cast.viewer)
    assert sending.deliver(notice_id=notice.pk, now=NOW + DAY) is None
    notice.refresh_from_db()
    assert (notice.state, notice.state_reason) == ("void", "they do not want it any more")
    assert not outbox


def test_a_test_goes_to_nobody_who_left_the_team(
    cast: Cast, subscription: Subscription, outbox: list[EmailMultiAlternatives]
) -> None:
    found = sending.send_test(caller=cast.caller("editor"), subscription=subscription, user=cast.editor, now=NOW)
    Membership.objects.filter(team=cast.payments, user=cast.editor).delete()
    sending.deliver(notice_id=found.notices.get().pk, now=NOW)
    assert not outbox


def test_what_was_changed_while_the_numbers_were_read_is_made_anew(
    cast: Cast, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = monthly.report_of

    def changed_meanwhile(**given: Any) -> Any:
        draft = SubscriptionDraft(zone="UTC", day=2)
        subscriptions.edit(caller=cast.caller("editor"), subscription=subscription, draft=draft, now=NOW)
        return real(**given)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "report_of", changed_meanwhile)
        again = sending.make(subscription_id=subscription.pk, now=NOW + timedelta(hours=2))
    assert again == datetime(2026, 7, 2, 8, tzinfo=UTC)
    assert not SentReport.objects.exists()


def test_subscriptions_are_written_by_the_api(cast: Cast, as_: As) -> None:
    ChannelFactory(team=cast.payments, name="list", kind="email", config={"address": "all@example.org"})
    ChannelFactory(team=cast.search, name="theirs", kind="email", config={"address": "all@example.com"})
    editor, viewer = as_("editor"), as_("viewer")

    def send(who: Client, method: str, path: str, **body: Any) -> Any:
        return getattr(who, method)(path, json.dumps(body), content_type="application/json")

    new = {"team": "payments", "zone": "Europe/Berlin", "to_members": False, "channels": ["list"]}
    assert send(viewer, "post", API, **new).status_code == 403
    mistakes: tuple[dict[str, Any], ...] = (
        {"channels": ["theirs"]},
        {"channels": []},
        {"day": 29},
        {"months": 2},
        {"zone": "Berlin"},
    )
    for wrong in mistakes:
        answer = send(editor, "post", API, **{**new, **wrong})
        assert answer.status_code == 422
        assert next(iter(wrong)) in answer.content.decode() or "to_members" in answer.content.decode()
    made = send(editor, "post", API, **new)
    assert made.status_code == 201
    assert (made.json()["channels"], made.json()["revision"]) == (["list"], 1)
    assert send(editor, "post", API, **new).status_code == 409, "one of each length"
    path = f"{API}/{made.json()['id']}"
    assert send(viewer, "put", path, hour=9).status_code == 403
    changed = send(editor, "put", path, hour=9, revision=1).json()
    assert (changed["hour"], changed["channels"], changed["to_members"]) == (9, [], True)
    assert send(editor, "put", path, hour=10, revision=1).status_code == 409, "changed since"
    assert viewer.get(f"{API}?team=payments").json()["total"] == 1
    assert as_("outsider").get(API).json()["total"] == 0
    assert viewer.delete(path).status_code == 403
    assert editor.delete(path).status_code == 204
    assert viewer.get(path).status_code == 404
    assert not Due.objects.filter(kind="reports.make").exists()
    told = set(AuditEntry.objects.filter(object_kind="report_subscription").values_list("action", flat=True))
    assert told == {f"report_subscription.{verb}" for verb in ("create", "update", "delete")}


def test_copies_and_history_of_the_gate_stay_for_years_and_not_for_ever(
    cast: Cast, subscription: Subscription, settings: Any
) -> None:
    given: dict[str, Any] = {"team": cast.payments, "zone": "UTC", "numbers": {}, "subscription": subscription}
    for days, is_test in ((1099, False), (1101, False), (29, True), (31, True)):
        SentReport.objects.create(period=f"x{days}", made_at=NOW - days * DAY, is_test=is_test, **given)
    service = ServiceFactory(team=cast.payments)
    for days in (1099, 1101):
        ended = NOW - days * DAY
        GateOverride.objects.create(
            service=service, environment="production", reason="x", by_name="x", created_at=ended - DAY, expires_at=ended
        )
        for left_at in (ended, None):
            PolicyPeriod.objects.create(
                service=service, policy_title="x", version=1, rule_key="x", rule_words="x", action="block",
                entered_at=ended - DAY, entered_reason="x", left_at=left_at,
            )  # fmt: skip
    assert (asking.forget_history(now=NOW), asking.forget_history(now=NOW)) == (2, 0)
    assert PolicyPeriod.objects.filter(left_at=None).count() == 2
    assert retention.forget_old(now=NOW) is False
    assert set(SentReport.objects.values_list("period", flat=True)) == {"x1099", "x29"}
    settings.REPORT_RETENTION_DAYS = settings.GATE_HISTORY_DAYS = 0
    retention.forget_old(now=NOW + 9_000 * DAY)
    assert asking.forget_history(now=NOW + 9_000 * DAY) == 0
    assert set(SentReport.objects.values_list("period", flat=True)) == {"x1099"}
