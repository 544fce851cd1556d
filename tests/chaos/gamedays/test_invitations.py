"""Invitations: real mails with calendar entries, answers by link, reminders, moves and cancellations."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from pytest_django import Settings

from chaos.gamedays.domain.states import Answer, State, Told
from chaos.gamedays.models import GameDay, Invitee, InviteeNotice
from chaos.gamedays.selectors.game_days import invitees_of, unanswered
from chaos.gamedays.selectors.meetings import token_of
from chaos.gamedays.services import game_days, invitations, planning, telling
from chaos.gamedays.services.game_days import GameDayDraft
from reliability.access.models import AuditEntry, Membership
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ContactMethodFactory
from tests.chaos.gamedays.conftest import OUTSIDE
from tests.servers.receivers import SmtpReceiver, recording_http, recording_smtp

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(settings: Settings) -> Iterator[SmtpReceiver]:
    with recording_smtp() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def deliver_all(now: datetime) -> None:
    """What the worker would do with the rows that are due."""
    due = InviteeNotice.objects.filter(state=InviteeNotice.State.WAITING, due_at__lte=now).order_by("pk")
    for notice_id in list(due.values_list("pk", flat=True)):
        telling.deliver(notice_id=notice_id, now=now)


def read(server: SmtpReceiver, address: str) -> list[EmailMessage]:
    """The mails to one address, oldest first."""
    kept = [mail for mail in server.mails if mail.recipients == (address,)]
    parsed = [email.message_from_bytes(mail.content, policy=email.policy.default) for mail in kept]
    return [mail for mail in parsed if isinstance(mail, EmailMessage)]


def calendar_of(mail: EmailMessage) -> tuple[Any, str]:
    """The event, and the method that the type of the part names."""
    (part,) = [one for one in mail.iter_attachments() if one.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert part["Content-Type"].params["method"] == str(calendar["METHOD"])
    return calendar.walk("VEVENT")[0], str(calendar["METHOD"])


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def invitee(day: GameDay, address: str) -> Invitee:
    return Invitee.objects.select_related("game_day__team", "user").get(
        game_day=day, address=address, removed_at__isnull=True
    )


def test_a_mail_with_a_calendar_entry_arrives_and_a_cancellation_after(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, now: datetime
) -> None:
    deliver_all(now)
    (asked,) = read(mails, OUTSIDE)
    event, method = calendar_of(asked)
    assert (method, int(event["SEQUENCE"]), str(event["STATUS"])) == ("REQUEST", 0, "CONFIRMED")
    assert str(event["UID"]) == planned.uid
    assert event["DTSTART"].dt == planned.starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=2)
    assert str(event["ATTENDEE"]) == f"mailto:{OUTSIDE}"
    assert str(event["ORGANIZER"]) == "mailto:reliability@rel.example.org"
    assert str(event["LOCATION"]) == "https://meet.example.org/orders"
    assert "2026-03-12 11:00 Europe/Berlin (10:00 UTC)" in str(asked["Subject"])
    assert "/chaos/game-days/answers/" in words_of(asked)

    planning.cancel(caller=cast.caller("editor"), number=planned.pk, reason="the sale comes first", now=now)
    deliver_all(now)
    _, off = read(mails, OUTSIDE)
    event, method = calendar_of(off)
    assert (method, int(event["SEQUENCE"]), str(event["STATUS"])) == ("CANCEL", 1, "CANCELLED")
    assert str(event["UID"]) == planned.uid
    assert "the sale comes first" in words_of(off)
    waiting = InviteeNotice.objects.filter(state=InviteeNotice.State.WAITING)
    assert not waiting.exists(), "reminders of what does not take place"


def test_a_draft_tells_nobody_and_the_plan_writes_its_rows_with_it(day: GameDay, cast: Cast, now: datetime) -> None:
    assert not InviteeNotice.objects.exists()
    planning.plan(caller=cast.caller("editor"), number=day.pk, now=now)
    assert day.starts_at is not None
    kinds = InviteeNotice.objects.filter(invitee__address=OUTSIDE).order_by("due_at").values_list("kind", "due_at")
    assert list(kinds) == [
        (Told.INVITE, now),
        (Told.DAY_BEFORE, day.starts_at - timedelta(days=1)),
        (Told.SOON, day.starts_at - timedelta(minutes=15)),
    ]
    assert Due.objects.filter(kind="gamedays.notice").count() == 9
    assert Fact.objects.filter(kind="GameDayPlanned").count() == 1
    planning.plan(caller=cast.caller("editor"), number=day.pk, now=now)
    assert Due.objects.filter(kind="gamedays.notice").count() == 9, "planned twice is planned once"


def test_people_are_told_in_their_own_way_and_at_their_hour(
    day: GameDay, cast: Cast, now: datetime, settings: Settings, mails: SmtpReceiver
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    cast.responder.time_zone = "Asia/Tokyo"  # 21:00 there
    cast.responder.save()
    with recording_http() as phone:
        ContactMethodFactory(user=cast.responder, kind="webhook", config={"url": f"{phone.url}/me"}, verified_at=now)
        planning.plan(caller=cast.caller("editor"), number=day.pk, now=now)
        deliver_all(now)
        assert len(phone.received) == 0, "it is night there"
        deliver_all(now + timedelta(hours=11))
        (told,) = phone.received
    assert "19:00 Asia/Tokyo" in told.body.decode()
    assert [len(read(mails, one)) for one in (OUTSIDE, cast.viewer.email, cast.responder.email)] == [1, 1, 0]


def test_another_time_asks_everybody_anew_and_takes_the_go_back(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, draft: GameDayDraft, now: datetime
) -> None:
    deliver_all(now)
    token = token_of(invitee=invitee(planned, OUTSIDE))
    invitations.answer(token=token, answer=Answer.ACCEPTED, now=now)
    planning.go(caller=cast.caller("responder"), number=planned.pk, override_reason="a rehearsal", now=now)
    assert planned.starts_at is not None
    later = planned.starts_at + timedelta(days=1)
    moved = game_days.edit(
        caller=cast.caller("editor"),
        number=planned.pk,
        draft=GameDayDraft(**{**{name: getattr(draft, name) for name in draft.__slots__}, "starts_at": later}),
        now=now,
    )
    assert (moved.state, moved.sequence) == (State.PLANNED, 1)
    assert [one.answer for one in unanswered(game_day=moved)] == [Answer.NONE] * 3
    deliver_all(now)
    event, method = calendar_of(read(mails, OUTSIDE)[1])
    assert (method, int(event["SEQUENCE"]), event["DTSTART"].dt) == ("REQUEST", 1, later)
    soon = InviteeNotice.objects.get(invitee__address=OUTSIDE, kind=Told.SOON, state=InviteeNotice.State.WAITING)
    assert soon.due_at == later - timedelta(minutes=15)


def test_another_place_is_told_and_the_answers_stay(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, now: datetime
) -> None:
    deliver_all(now)
    token = token_of(invitee=invitee(planned, OUTSIDE))
    invitations.answer(token=token, answer=Answer.TENTATIVE, comment="if the train runs", now=now)
    plan = game_days.draft_of(game_day=planned)
    fields: dict[str, Any] = {name: getattr(plan, name) for name in plan.__slots__} | {"place": "Room 4"}
    game_days.edit(caller=cast.caller("editor"), number=planned.pk, draft=GameDayDraft(**fields), now=now)
    deliver_all(now)
    event, _ = calendar_of(read(mails, OUTSIDE)[1])
    assert (int(event["SEQUENCE"]), str(event["LOCATION"])) == (1, "Room 4")
    assert event["ATTENDEE"].params["PARTSTAT"] == "TENTATIVE"
    assert invitee(planned, OUTSIDE).comment == "if the train runs"


def test_reminders_go_to_all_but_those_who_declined(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, now: datetime
) -> None:
    deliver_all(now)
    invitations.answer_as(caller=cast.caller("viewer"), number=planned.pk, answer=Answer.DECLINED, now=now)
    starts_at = planned.starts_at
    assert starts_at is not None
    for at in (starts_at - timedelta(days=1), starts_at - timedelta(minutes=15)):
        deliver_all(at)
    subjects = [str(mail["Subject"]) for mail in read(mails, OUTSIDE)]
    assert [one.split(",")[0].split()[0] for one in subjects] == ["Game", "Reminder", "Soon"]
    assert len(read(mails, cast.viewer.email)) == 1
    assert not list(read(mails, OUTSIDE)[1].iter_attachments()), "a reminder is no new entry"


def test_a_reminder_that_comes_too_late_is_not_sent(planned: GameDay, mails: SmtpReceiver, now: datetime) -> None:
    assert planned.starts_at is not None
    deliver_all(planned.starts_at)
    assert mails.mails == []
    assert set(InviteeNotice.objects.values_list("state", flat=True)) == {InviteeNotice.State.VOID}


def test_a_link_answers_once_or_anew_and_every_change_is_in_the_trail(
    planned: GameDay, cast: Cast, now: datetime
) -> None:
    token = token_of(invitee=invitee(planned, OUTSIDE))
    assert invitations.invitee_of_token(token=token, now=now).address == OUTSIDE
    for answer in (Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED):
        invitations.answer(token=token, answer=answer, now=now)
    assert invitee(planned, OUTSIDE).answer == Answer.DECLINED
    assert AuditEntry.objects.filter(action="game_day.answer").count() == 2
    with pytest.raises(Invalid, match="choose accepted"):
        invitations.answer(token=token, answer=Answer.NONE, now=now)


def test_links_that_are_damaged_over_or_of_leavers_are_refused(planned: GameDay, cast: Cast, now: datetime) -> None:
    outside, own = (token_of(invitee=invitee(planned, one)) for one in (OUTSIDE, cast.viewer.email))
    ends_at = planned.ends_at
    assert ends_at is not None
    with pytest.raises(NotFound, match="damaged"):
        invitations.answer(token=outside[:-1] + "x", answer=Answer.ACCEPTED, now=now)
    with pytest.raises(NotFound, match="ended"):
        invitations.answer(token=outside, answer=Answer.ACCEPTED, now=ends_at + timedelta(days=1))
    Membership.objects.filter(user=cast.viewer).delete()
    with pytest.raises(NotFound, match="not for you any more"):
        invitations.answer(token=own, answer=Answer.ACCEPTED, now=now)
    with pytest.raises(NotFound, match="not invited"):
        invitations.answer_as(caller=cast.caller("viewer"), number=planned.pk, answer=Answer.ACCEPTED, now=now)
    planning.cancel(caller=cast.caller("editor"), number=planned.pk, reason="no", now=now)
    with pytest.raises(Conflict, match="cancelled"):
        invitations.answer(token=outside, answer=Answer.ACCEPTED, now=now)


def test_who_left_the_team_is_told_nothing_more(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, now: datetime
) -> None:
    Membership.objects.filter(user=cast.viewer).delete()
    deliver_all(now)
    assert read(mails, cast.viewer.email) == []
    reasons = InviteeNotice.objects.filter(invitee__user=cast.viewer, state=InviteeNotice.State.VOID)
    assert reasons.values_list("state_reason", flat=True).first() == "they are not there any more"


def test_who_is_taken_off_the_list_is_told_and_may_be_invited_again(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, now: datetime
) -> None:
    deliver_all(now)
    caller = cast.caller("editor")
    invitations.remove(caller=caller, number=planned.pk, invitee_id=invitee(planned, OUTSIDE).pk, now=now)
    deliver_all(now)
    _, method = calendar_of(read(mails, OUTSIDE)[1])
    assert method == "CANCEL"
    assert [one.name for one in invitees_of(game_day=planned)] == ["Responder", "Viewer"]
    invitations.invite(caller=caller, number=planned.pk, addresses=[f" {OUTSIDE.upper()} "], now=now)
    deliver_all(now)
    event, method = calendar_of(read(mails, OUTSIDE)[2])
    assert (method, int(event["SEQUENCE"])) == ("REQUEST", 1)


def test_who_was_not_told_of_it_yet_hears_of_no_change_and_no_end(
    planned: GameDay, mails: SmtpReceiver, cast: Cast, now: datetime
) -> None:
    """As when all of it happens at night, before the morning at which they would be asked."""
    assert planned.starts_at is not None
    later, editor = planned.starts_at + timedelta(days=1), cast.caller("editor")
    planning.postpone(caller=editor, number=planned.pk, starts_at=later, reason="a holiday", now=now)
    kinds = InviteeNotice.objects.filter(invitee__address=OUTSIDE, state=InviteeNotice.State.WAITING)
    assert set(kinds.values_list("kind", flat=True)) == {Told.INVITE, Told.DAY_BEFORE, Told.SOON}
    planning.cancel(caller=editor, number=planned.pk, reason="no", now=now)
    deliver_all(now)
    assert read(mails, OUTSIDE) == []


def test_mistakes_in_addresses_are_told_with_their_place(day: GameDay, cast: Cast, now: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        invitations.invite(
            caller=cast.caller("editor"), number=day.pk, addresses=["ada@example.org", "ada at home"], now=now
        )
    assert [(one["field"], one["index"]) for one in caught.value.details] == [("addresses", 1)]
    with pytest.raises(Forbidden):
        invitations.invite(caller=cast.caller("responder"), number=day.pk, addresses=["a@example.org"], now=now)
    with pytest.raises(NotFound):
        invitations.invite(caller=cast.caller("outsider"), number=day.pk, addresses=["a@example.org"], now=now)


def test_more_than_the_bound_are_not_invited(day: GameDay, cast: Cast, now: datetime, settings: Settings) -> None:
    settings.GAME_DAY_INVITEES_MAX = 4
    invite: dict[str, Any] = {"caller": cast.caller("editor"), "number": day.pk, "now": now}
    assert len(invitations.invite(**invite, addresses=["a@example.org"])) == 1
    with pytest.raises(Conflict, match="at most 4"):
        invitations.invite(**invite, addresses=["b@example.org"])
