"""Notices: told once to each place in time, acknowledged by a link or on the page, and over when the run is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chaos.runs.domain.guards import Answer
from chaos.runs.domain.states import State
from chaos.runs.domain.verdict import RunEnd, StopKind
from chaos.runs.models import GuardPolicy, Notice, Run
from chaos.runs.services import guards, notices
from chaos.runs.services.concluding import conclude
from reliability.access.models import AuditEntry, Membership
from reliability.channels.models import Channel
from reliability.outbox.models import Due
from reliability.web.errors import Forbidden, NotFound
from tests.cast import Cast, ChannelFactory
from tests.servers.receivers import HttpReceiver, Scripted, recording_http

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _places(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "https://rel.example.org"


@pytest.fixture
def channel(cast: Cast) -> Channel:
    made: Channel = ChannelFactory(team=cast.payments, title="#orders", config={"url": "http://127.0.0.1:1/hook"})
    return made


@pytest.fixture
def asked(policy: GuardPolicy, channel: Channel) -> GuardPolicy:
    """Half an hour before, to the channel, which must acknowledge."""
    policy.notice_minutes, policy.needs_acknowledgement = 30, True
    policy.save()
    policy.notice_channels.add(channel)
    return policy


@pytest.fixture
def tomorrow(run: Run, now: datetime) -> Run:
    run.not_before, run.not_after = now + timedelta(days=1), now + timedelta(days=1, hours=2)
    run.save()
    return run


def told(channel: Channel, run: Run, at: datetime, *script: Scripted) -> tuple[Notice, HttpReceiver, datetime | None]:
    with recording_http(script) as server:
        channel.config = {"url": f"{server.url}/hook"}
        channel.save()
        notice = run.notices.get()
        again = notices.deliver(notice_id=notice.pk, now=at)
    notice.refresh_from_db()
    return notice, server, again


def answer(run: Run, at: datetime) -> tuple[Answer, str]:
    return next((one.answer, one.reason) for one in guards.before(run=run, now=at).results if one.name == "notice")


def test_each_place_has_one_notice_in_time_to_answer(
    tomorrow: Run, asked: GuardPolicy, cast: Cast, now: datetime
) -> None:
    asked.notice_people.add(cast.viewer, cast.outsider)
    assert [one.place for one in notices.plan(run=tomorrow, now=now)] == ["#orders", "Viewer"]
    assert notices.plan(run=tomorrow, now=now) == []
    due = Due.objects.filter(kind="chaos.notice").values_list("due_at", flat=True)
    assert list(due) == [tomorrow.not_before - timedelta(hours=1)] * 2


def test_who_left_the_team_is_told_no_more(tomorrow: Run, asked: GuardPolicy, cast: Cast, now: datetime) -> None:
    asked.notice_people.add(cast.viewer)
    Membership.objects.filter(user=cast.viewer).delete()
    assert [one.place for one in notices.plan(run=tomorrow, now=now)] == ["#orders"]


def test_the_run_waits_until_it_was_told_acknowledged_and_time_has_passed(
    tomorrow: Run, asked: GuardPolicy, channel: Channel, cast: Cast, now: datetime
) -> None:
    notices.plan(run=tomorrow, now=now)
    start = tomorrow.not_before
    assert answer(tomorrow, start) == (Answer.WAIT, "not told yet: #orders")
    notice, server, again = told(channel, tomorrow, start)
    assert (notice.state, again) == ("sent", None)
    (request,) = server.received
    assert "Orders survive" in request.body.decode()
    assert answer(tomorrow, start) == (Answer.WAIT, "told and not acknowledged by #orders")
    notices.acknowledge(caller=cast.caller("responder"), run_id=tomorrow.pk, notice_id=notice.pk, now=start)
    assert answer(tomorrow, start) == (Answer.WAIT, "told 0 minutes ago, 30 minutes are asked for")
    assert answer(tomorrow, start + 30 * MINUTE)[0] is Answer.GO


def test_what_is_refused_keeps_the_run_from_beginning(
    tomorrow: Run, asked: GuardPolicy, channel: Channel, now: datetime
) -> None:
    notices.plan(run=tomorrow, now=now)
    notice, _, again = told(channel, tomorrow, now, Scripted(404))
    assert (notice.state, again) == ("failed", None)
    assert answer(tomorrow, tomorrow.not_before) == (Answer.NO, "could not be told: #orders")


def test_a_policy_that_names_nobody_is_told_so(tomorrow: Run, asked: GuardPolicy, now: datetime) -> None:
    asked.notice_channels.clear()
    found, reason = answer(tomorrow, tomorrow.not_before)
    assert found is Answer.NO
    assert "names nobody to tell" in reason


def test_a_run_that_is_over_needs_no_notice_and_its_end_is_told_to_who_was(
    tomorrow: Run, asked: GuardPolicy, channel: Channel, now: datetime
) -> None:
    notices.plan(run=tomorrow, now=now)
    told(channel, tomorrow, now)
    conclude(run=tomorrow, end=RunEnd(fence=0, stop=StopKind.NOT_STARTED, stop_reason="stopped"), now=now)
    assert list(tomorrow.notices.values_list("kind", "state")) == [("coming", "sent"), ("ended", "waiting")]


def test_a_notice_of_a_run_that_ended_before_it_is_void(
    tomorrow: Run, asked: GuardPolicy, channel: Channel, now: datetime
) -> None:
    notices.plan(run=tomorrow, now=now)
    conclude(run=tomorrow, end=RunEnd(fence=0, stop=StopKind.NOT_STARTED, stop_reason="stopped"), now=now)
    notice, server, _ = told(channel, tomorrow, now)
    assert (notice.state, server.received) == ("void", [])


def test_who_may_not_see_the_run_acknowledges_nothing(
    tomorrow: Run, asked: GuardPolicy, cast: Cast, now: datetime
) -> None:
    (notice,) = notices.plan(run=tomorrow, now=now)
    with pytest.raises(NotFound):
        notices.acknowledge(caller=cast.caller("outsider"), run_id=tomorrow.pk, notice_id=notice.pk, now=now)
    with pytest.raises(Forbidden):
        notices.acknowledge(caller=cast.caller("viewer"), run_id=tomorrow.pk, notice_id=notice.pk, now=now)


def test_the_person_who_was_told_acknowledges_whatever_the_role(
    tomorrow: Run, asked: GuardPolicy, cast: Cast, now: datetime
) -> None:
    asked.notice_people.add(cast.viewer)
    mine = next(one for one in notices.plan(run=tomorrow, now=now) if one.user_id == cast.viewer.pk)
    found = notices.acknowledge(caller=cast.caller("viewer"), run_id=tomorrow.pk, notice_id=mine.pk, now=now)
    assert found.acknowledged_by_name == "Viewer"


@pytest.fixture
def link(tomorrow: Run, asked: GuardPolicy, now: datetime, time_machine: object) -> str:
    time_machine.move_to(now, tick=False)  # type: ignore[attr-defined]  # of the plug-in, without types
    (notice,) = notices.plan(run=tomorrow, now=now)
    return reverse("chaos-notice", args=(notices.token_of(notice=notice),))


def test_the_link_shows_what_comes_and_acts_only_when_pressed(link: str, tomorrow: Run, client: Client) -> None:
    shown = client.get(link)
    assert shown.status_code == 200
    assert "Orders survive" in shown.content.decode()
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert not tomorrow.notices.exclude(acknowledged_at=None).exists()
    pressed = client.post(link)
    assert "Acknowledged by somebody in #orders" in pressed.content.decode()
    client.post(link)
    assert AuditEntry.objects.filter(action="run.acknowledge_notice").count() == 1


@pytest.mark.parametrize("change", ["forged", "cut", "another"])
def test_a_false_link_tells_nothing(link: str, change: str, client: Client) -> None:
    false = {"forged": f"{link[:-3]}x/", "cut": f"{link.partition(':')[0]}/", "another": "/chaos/notices/1-2:x/"}
    answered = client.post(false[change])
    assert answered.status_code == 410
    assert "Orders survive" not in answered.content.decode()
    assert not Notice.objects.exclude(acknowledged_at=None).exists()


def test_a_link_ends_a_day_after_the_run_may_begin(
    link: str, tomorrow: Run, client: Client, time_machine: object
) -> None:
    time_machine.move_to(tomorrow.not_after + timedelta(days=1), tick=False)  # type: ignore[attr-defined]  # as above
    assert client.get(link).status_code == 410


def test_who_is_to_approve_is_told_at_once(tomorrow: Run, asked: GuardPolicy, now: datetime) -> None:
    asked.approvals_needed = 1
    asked.save()
    kinds = {one.kind: one.due_at for one in notices.plan(run=tomorrow, now=now)}
    assert kinds["approval"] == now
    assert Run.objects.get(pk=tomorrow.pk).state == State.WAITING
