"""An invitation that comes by a way without files leads to its entry for calendars."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import Settings

from chaos.gamedays.models import GameDay, Invitee, InviteeNotice
from chaos.gamedays.selectors.meetings import file_url
from chaos.gamedays.services import invitations, planning, telling
from tests.cast import Cast, ContactMethodFactory
from tests.chaos.gamedays.conftest import OUTSIDE
from tests.servers.receivers import recording_http, recording_smtp

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def path_of(invitee: Invitee) -> str:
    return urlsplit(file_url(invitee=invitee)).path


def test_a_webhook_is_told_where_it_is_and_a_mail_brings_it_along(
    day: GameDay, cast: Cast, now: datetime, settings: Settings
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with recording_http() as chat, recording_smtp() as mails:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mails.port
        ContactMethodFactory(user=cast.responder, kind="webhook", config={"url": f"{chat.url}/me"}, verified_at=now)
        planning.plan(caller=cast.caller("editor"), number=day.pk, now=now)
        for notice in InviteeNotice.objects.filter(kind="invite").order_by("pk"):
            telling.deliver(notice_id=notice.pk, now=now)
        (told,) = chat.received
        assert mails.mails
        assert not any(b"calendar.ics" in mail.content for mail in mails.mails)
    body = json.loads(told.body)["data"]
    found = re.search(r"^For your calendar: (\S+)$", body["text"], re.MULTILINE)
    assert found is not None
    assert found[1] in [link["url"] for link in body["links"]]
    answer = Client().get(urlsplit(found[1]).path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    calendar = Calendar.from_ical(answer.content)
    event: Any = calendar.walk("VEVENT")[0]
    day.refresh_from_db()
    assert (str(calendar["METHOD"]), str(event["UID"])) == ("PUBLISH", day.uid)
    assert event["DTSTART"].dt == day.starts_at
    assert "ATTENDEE" not in event
    assert "/chaos/game-days/answers/" in str(event["URL"])
    page = Client().get(urlsplit(str(event["URL"])).path).content.decode()
    assert f'href="{urlsplit(found[1]).path}"' in page


def test_the_link_tells_of_a_cancellation_and_ends_with_the_invitation(
    planned: GameDay, cast: Cast, now: datetime
) -> None:
    kept, gone = planned.invitees.order_by("pk")[:2]
    caller = cast.caller("editor")
    invitations.remove(caller=caller, number=planned.pk, invitee_id=gone.pk, now=now)
    assert Client().get(path_of(gone)).status_code == 410
    planning.cancel(caller=caller, number=planned.pk, reason="the sale comes first", now=now)
    calendar = Calendar.from_ical(Client().get(path_of(kept)).content)
    assert str(calendar["METHOD"]) == "CANCEL"
    assert Client().get(f"{path_of(kept)[:-20]}x/calendar.ics").status_code == 410, "a forged signature"
    assert Client().post(path_of(kept)).status_code == 405


def test_it_ends_a_day_after_the_game_day(planned: GameDay, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    invitee = Invitee.objects.select_related("game_day").get(game_day=planned, address=OUTSIDE)
    path = path_of(invitee)
    assert planned.ends_at is not None
    later = planned.ends_at + timedelta(days=1, minutes=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert Client().get(path).status_code == 410
