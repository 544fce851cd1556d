"""Who is told of an action, when, and that nobody is told of what is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from incidents.actions.domain.reminders import Habits
from incidents.actions.domain.states import State
from incidents.actions.handlers import remind, tell
from incidents.actions.models import Action, ActionNotice
from incidents.actions.services import moving
from incidents.actions.services.settings import set_habits
from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Forbidden, Invalid
from tests.cast import Cast, ChannelFactory
from tests.servers.receivers import SmtpReceiver, recording_smtp

Write = Callable[..., Action]
DAY = timedelta(days=1)


@pytest.fixture
def smtp(settings: Settings) -> Iterator[SmtpReceiver]:
    with recording_smtp() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


def told(action: Action) -> list[tuple[str, str]]:
    return list(action.notices.order_by("pk").values_list("stage", "place"))


def walk(action: Action, *, start: datetime, days: int) -> None:
    """The days as a worker lives them."""
    at: datetime | None = start
    while at is not None and at <= start + days * DAY:
        at = remind(key=str(action.pk), payload={}, now=at)


def test_the_owner_is_told_before_at_and_after_and_then_the_administrators(
    cast: Cast, write: Write, now: datetime
) -> None:
    action = write()
    walk(action, start=now, days=60)
    owner, heads = str(cast.responder), str(cast.administrator)
    assert told(action) == [
        ("before", owner),
        ("due", owner),
        ("week1", owner),
        ("team1", heads),
        ("week2", owner),
        ("team2", heads),
        ("week3", owner),
        ("team3", heads),
        ("week4", owner),
    ]
    first = action.notices.get(stage="before")
    assert first.created_at == datetime.fromisoformat("2026-03-09T09:00+00:00")
    assert remind(key=str(action.pk), payload={}, now=now + 61 * DAY) is None


def test_a_message_says_what_is_due_and_what_proves_it(
    cast: Cast, write: Write, smtp: SmtpReceiver, now: datetime
) -> None:
    action = write(
        tracker_url="https://tracker.example.org/OPS-7", proof="check", checker_id=cast.editor.pk, check_text="Look"
    )
    remind(key=str(action.pk), payload={}, now=now + 10 * DAY)
    notice = action.notices.get()
    assert tell(key=str(notice.pk), payload={}, now=now + 10 * DAY) is None
    (mail,) = smtp.wait_for(1)
    assert mail.recipients == (cast.responder.email,)
    for part in (
        b"Due today: Bound the pool",
        b"OPS-7",
        b"Editor checks it",
        f"/incidents/actions/{action.pk}/".encode(),
    ):
        assert part in mail.content


def test_what_was_done_or_moved_meanwhile_is_told_to_nobody(responder: Caller, write: Write, now: datetime) -> None:
    action = write()
    remind(key=str(action.pk), payload={}, now=now + 10 * DAY)
    moving.move(caller=responder, number=action.pk, to=State.CANCELLED, reason="not worth it", now=now + 10 * DAY)
    notice = action.notices.get()
    assert tell(key=str(notice.pk), payload={}, now=now + 10 * DAY) is None
    notice.refresh_from_db()
    assert notice.state == ActionNotice.State.VOID
    assert remind(key=str(action.pk), payload={}, now=now + 11 * DAY) is None
    assert action.notices.count() == 1


def test_to_take_it_up_reminds_nobody_twice_and_keeps_what_waits(
    responder: Caller, write: Write, smtp: SmtpReceiver, now: datetime
) -> None:
    action, at = write(), now + 20 * DAY
    remind(key=str(action.pk), payload={}, now=at)
    before = told(action)
    assert [stage for stage, _ in before] == ["week1", "team1"]
    moving.move(caller=responder, number=action.pk, to=State.IN_PROGRESS, now=at)
    remind(key=str(action.pk), payload={}, now=at)
    assert told(action) == before
    waiting = action.notices.get(stage="week1")
    assert tell(key=str(waiting.pk), payload={}, now=at) is None
    assert len(smtp.wait_for(1)) == 1
    moving.move(caller=responder, number=action.pk, to=State.DONE, now=at)
    tell(key=str(action.notices.get(stage="team1").pk), payload={}, now=at)
    assert action.notices.get(stage="team1").state == ActionNotice.State.VOID
    moving.move(caller=responder, number=action.pk, to=State.OPEN, reason="not yet", now=at + DAY)
    remind(key=str(action.pk), payload={}, now=at + DAY)
    assert told(action)[2:] == before, "opened again it is told again"


def test_of_an_action_without_an_owner_the_team_is_told_at_its_channel(cast: Cast, write: Write, now: datetime) -> None:
    channel = ChannelFactory(team=cast.payments, title="Payments room")
    habits = Habits(remind_days=0, weekly_max=1, escalate_days=2, escalations_max=1)
    given: dict[str, Any] = {"team": cast.payments, "habits": habits, "now": now}
    with pytest.raises(Forbidden):
        set_habits(**given, caller=cast.caller("responder"), channel=channel)
    editor = cast.caller("editor")
    with pytest.raises(Invalid, match="another team"):
        set_habits(**given, caller=editor, channel=ChannelFactory(team=cast.search))
    with pytest.raises(Invalid, match="from 0 to 30"):
        set_habits(**{**given, "habits": Habits(remind_days=31)}, caller=editor, channel=channel)
    set_habits(**given, caller=editor, channel=channel, expected_revision=0)
    with pytest.raises(Conflict):
        set_habits(**given, caller=editor, channel=None, expected_revision=0)
    assert AuditEntry.objects.get(action="action_settings.set").changes["channel"] == [None, channel.name]
    action = write(owner_id=None)
    walk(action, start=now, days=60)
    assert told(action) == [("due", "Payments room"), ("team1", "Payments room"), ("week1", "Payments room")]


def test_the_checker_is_asked_and_the_owner_told_when_it_is_open_again(
    cast: Cast, responder: Caller, write: Write, smtp: SmtpReceiver, now: datetime
) -> None:
    action = write(proof="check", checker_id=cast.editor.pk, check_text="Look at the runbook")
    moving.move(caller=responder, number=action.pk, to=State.DONE, now=now)
    assert Due.objects.get(kind="incidents.action", key=str(action.pk)).due_at == now
    remind(key=str(action.pk), payload={}, now=now)
    asked = action.notices.get()
    assert (asked.stage, asked.user) == ("check", cast.editor)
    tell(key=str(asked.pk), payload={}, now=now)
    later = now + DAY
    moving.confirm(caller=cast.caller("editor"), number=action.pk, is_so=False, words="it is not there", now=later)
    for _ in range(2):
        remind(key=str(action.pk), payload={}, now=later)
    again = action.notices.get(stage="reopened")
    tell(key=str(again.pk), payload={}, now=later)
    first, second = smtp.wait_for(2)
    assert (first.recipients, second.recipients) == ((cast.editor.email,), (cast.responder.email,))
    assert b"Look at the runbook" in first.content
    assert b"it is not there" in second.content
