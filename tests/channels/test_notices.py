"""Notices: made once, counted before each try, tried again while worth it, and not told when not true any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reliability.channels import quiet
from reliability.channels.domain.message import Attachment, Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.models import Channel
from reliability.channels.services import notices
from reliability.channels.services.notices import Telling
from reliability.outbox.models import Due
from reliability.readiness.models import Notice
from tests.cast import Cast, ChannelFactory, ContactMethodFactory, ServiceFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
KIND = "test.notice"
SENT = Outcome(Result.DELIVERED, "taken")
BUSY = Outcome(Result.RETRY, "busy")


@pytest.fixture
def columns(cast: Cast) -> dict[str, Any]:
    return {"service": ServiceFactory(team=cast.payments), "subject": "evidence:1", "stage": "due"}


@pytest.fixture
def notice(cast: Cast, columns: dict[str, Any]) -> Notice:
    made, _ = notices.make_for_place(
        telling=telling(), key="evidence:1", place=cast.responder, columns=columns, now=NOW
    )
    return made


@pytest.fixture
def nights() -> Iterator[list[datetime]]:
    """When the quiet hours of everybody end; those of nobody while it is empty."""
    ends: list[datetime] = []
    quiet.register("test", lambda *, user_id, at: ends[-1] if ends and ends[-1] > at else None)
    yield ends
    quiet.forget("test")


def telling(*script: Outcome | Exception, void: str = "", **changes: Any) -> Telling[Notice]:
    left = list(script)

    def send(*, notice: Notice, now: datetime) -> Outcome:
        stored = Notice.objects.get(pk=notice.pk)
        assert (stored.state, stored.attempts) == ("waiting", notice.attempts), "it was written down before"
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    values = {"model": Notice, "due_kind": KIND, "joined": ("service", "user"), "patience": HOUR, "send": send}
    return Telling(**{**values, "void_because": lambda *, notice, now: void, **changes})


def test_it_is_made_once_for_each_key_and_place_and_is_due(cast: Cast, columns: dict[str, Any]) -> None:
    channel = ChannelFactory(team=cast.payments, title="Payments room")
    places = (channel, cast.responder, channel)
    made = [
        notices.make_for_place(telling=telling(), key="a", place=one, columns=columns, due_at=NOW + HOUR, now=NOW)
        for one in places
    ]
    assert [(row.place, is_new) for row, is_new in made] == [
        ("Payments room", True),
        ("Responder", True),
        ("Payments room", False),
    ]
    assert sorted(Notice.objects.values_list("key", flat=True)) == [
        f"a:channel:{channel.pk}",
        f"a:person:{cast.responder.pk}",
    ]
    assert list(Due.objects.filter(kind=KIND).values_list("due_at", flat=True)) == [NOW + HOUR] * 2


@pytest.mark.parametrize(
    ("outcome", "late", "state", "again"),
    [
        (SENT, HOUR, "sent", None),
        (Outcome(Result.REFUSED, "no such room"), timedelta(), "failed", None),
        (BUSY, timedelta(minutes=59), "waiting", timedelta(seconds=10)),
        (Outcome(Result.UNKNOWN, "cut off"), timedelta(minutes=59), "waiting", timedelta(seconds=10)),
        (Outcome(Result.RETRY, "busy", retry_after=2 * HOUR), timedelta(minutes=59), "waiting", 2 * HOUR),
        (BUSY, HOUR, "failed", None),
    ],
    ids=[
        "sent late is sent",
        "refused is over",
        "busy is tried again",
        "unknown is tried again",
        "a receiver says when",
        "in the end patience is over",
    ],
)
def test_the_second_try_decides(
    notice: Notice, outcome: Outcome, late: timedelta, state: str, again: timedelta | None
) -> None:
    settled: list[str] = []
    rules = telling(BUSY, outcome, settled=lambda *, notice, now: settled.append(notice.state))
    first = notices.deliver(telling=rules, notice_id=notice.pk, now=NOW)
    assert (first, settled) == (NOW + timedelta(seconds=5), [])
    at = NOW + late
    assert notices.deliver(telling=rules, notice_id=notice.pk, now=at) == (at + again if again else None)
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.first_attempt_at) == (state, 2, NOW)
    assert (notice.state_reason, notice.sent_at) == (outcome.reason, at if state == "sent" else None)
    assert settled == ([] if state == "waiting" else [state])
    if state != "waiting":
        assert notices.deliver(telling=rules, notice_id=notice.pk, now=at) is None, "nothing is left to do"


def test_a_try_that_never_ended_is_told_from_none_and_made_again_under_its_key(notice: Notice) -> None:
    rules = telling(RuntimeError("the worker was killed"), SENT)
    with pytest.raises(RuntimeError):
        notices.deliver(telling=rules, notice_id=notice.pk, now=NOW)
    key = notice.idempotency_key
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("waiting", 1)
    notices.deliver(telling=rules, notice_id=notice.pk, now=NOW + HOUR)
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.idempotency_key) == ("sent", 2, key)


def test_what_is_not_true_any_more_is_not_tried(notice: Notice) -> None:
    assert notices.deliver(telling=telling(void="it was renewed"), notice_id=notice.pk, now=NOW) is None
    notice.refresh_from_db()
    assert (notice.state, notice.state_reason, notice.attempts) == ("void", "it was renewed", 0)
    assert notices.deliver(telling=telling(), notice_id=0, now=NOW) is None


@pytest.mark.parametrize("state", ["void", "gone"])
def test_what_became_void_or_was_deleted_during_the_try_stays_so(notice: Notice, state: str) -> None:
    def send(*, notice: Notice, now: datetime) -> Outcome:
        rows = Notice.objects.filter(pk=notice.pk)
        rows.update(state="void") if state == "void" else rows.delete()
        return BUSY

    assert notices.deliver(telling=telling(send=send), notice_id=notice.pk, now=NOW) is None
    assert list(Notice.objects.values_list("state", flat=True)) == (["void"] if state == "void" else [])


@pytest.mark.parametrize(("hours", "waited"), [(8, 8), (300, 12)], ids=["until the morning", "at most twelve hours"])
def test_quiet_hours_are_waited_for_once_and_are_no_try(
    notice: Notice, nights: list[datetime], hours: int, waited: int
) -> None:
    nights.append(NOW + hours * HOUR)
    rules = telling(SENT, waits_for_morning=True)
    morning = notices.deliver(telling=rules, notice_id=notice.pk, now=NOW)
    assert morning == NOW + waited * HOUR
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("waiting", 0)
    nights.append(morning + HOUR)
    assert notices.deliver(telling=rules, notice_id=notice.pk, now=morning) is None
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == ("sent", morning)


def test_the_night_does_not_use_up_the_patience(notice: Notice, nights: list[datetime]) -> None:
    nights.append(NOW + 9 * HOUR)
    rules = telling(BUSY, waits_for_morning=True)
    morning = notices.deliver(telling=rules, notice_id=notice.pk, now=NOW)
    assert morning is not None
    assert notices.deliver(telling=rules, notice_id=notice.pk, now=morning) is not None
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.first_attempt_at) == ("waiting", 1, morning)


def test_what_does_not_wait_for_the_morning_is_sent_at_night(notice: Notice, nights: list[datetime]) -> None:
    nights.append(NOW + HOUR)
    assert notices.deliver(telling=telling(SENT), notice_id=notice.pk, now=NOW) is None
    notice.refresh_from_db()
    assert notice.state == "sent"


def test_it_goes_to_the_channel_the_first_way_of_the_person_or_their_mail(
    cast: Cast,
    columns: dict[str, Any],
    notice: Notice,
    monkeypatch: pytest.MonkeyPatch,
    message: Callable[..., Message],
) -> None:
    told: list[str] = []

    def note(*, now: datetime, message: Message, channel: Any = None, contact_method: Any = None) -> Outcome:
        told.append(str(channel or contact_method.config.get("address") or contact_method.title))
        return SENT

    monkeypatch.setattr(notices, "send_to_channel", note)
    monkeypatch.setattr(notices, "send_to_contact", note)
    plain = notices.to_its_place(lambda *, notice, now: message())
    calendar = notices.to_its_place(lambda *, notice, now: message(attachments=(Attachment("a.ics", "calendar", b""),)))
    plain(notice=notice, now=NOW)
    ContactMethodFactory(user=cast.responder, title="Phone", kind="ntfy", config={}, verified_at=NOW)
    plain(notice=notice, now=NOW)
    calendar(notice=notice, now=NOW)
    channel: Channel = ChannelFactory(team=cast.payments, title="Payments room")
    to_channel, _ = notices.make_for_place(telling=telling(), key="b", place=channel, columns=columns, now=NOW)
    plain(notice=to_channel, now=NOW)
    assert told == [cast.responder.email, "Phone", cast.responder.email, "Payments room"]
    cast.responder.is_active = False
    notice.user = cast.responder
    assert plain(notice=notice, now=NOW) == Outcome(Result.REFUSED, "Responder is not there any more")
    channel.delete()
    to_channel.refresh_from_db()
    assert plain(notice=to_channel, now=NOW).reason == "Payments room is not there any more"
    assert len(told) == 4
