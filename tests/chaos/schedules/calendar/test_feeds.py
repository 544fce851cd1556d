"""Calendars of others over a real server: fetched, kept, failing, hostile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from chaos.schedules.models import BlackoutFeed, FeedEntry
from chaos.schedules.selectors.holding import blackouts_of
from chaos.schedules.services import feeds
from chaos.schedules.services.feed_content import take_in
from chaos.schedules.services.feeds import FeedDraft
from chaos.schedules.services.reading import read_calendar
from reliability.access.models import AuditEntry
from reliability.access.services.rotation import encrypted_columns
from reliability.outbox.models import Due
from reliability.web.errors import Conflict, Invalid
from tests.cast import BlackoutFeedFactory, Cast, RunFactory
from tests.servers.receivers import Scripted, recording_http

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CALENDARS = Path(__file__).parent.parent / "calendars"
GOOGLE = (CALENDARS / "google.ics").read_bytes()


@pytest.fixture(autouse=True)
def _local(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]


def subscribed(cast: Cast, url: str, **fields: Any) -> BlackoutFeed:
    draft = FeedDraft(
        team_id=cast.payments.pk, title="Releases", url=f"{url}/private-5f3a/basic.ics", time_zone="Europe/Berlin"
    )
    return feeds.create(caller=cast.caller("editor"), draft=replace(draft, **fields), now=NOW)


def test_a_subscribed_calendar_forbids_runs_and_is_asked_only_for_changes(cast: Cast) -> None:
    fresh = Scripted(200, GOOGLE, {"ETag": '"v1"', "Last-Modified": "Mon, 02 Nov 2026 08:00:00 GMT"})
    with recording_http([fresh, Scripted(304)]) as server:
        feed = subscribed(cast, server.url)
        assert Due.objects.filter(kind=feeds.DUE, key=str(feed.pk), due_at=NOW).exists()
        assert take_in(feed_id=feed.pk, now=NOW) == NOW + timedelta(hours=1)
        later = NOW + timedelta(hours=1)
        assert take_in(feed_id=feed.pk, now=later) == later + timedelta(hours=1)
        second = server.received[1]
    assert second.header("If-None-Match") == '"v1"'
    assert second.header("If-Modified-Since") == "Mon, 02 Nov 2026 08:00:00 GMT"
    feed.refresh_from_db()
    assert (feed.fetched_at, feed.error, feed.content_number) == (later, "", 1)
    assert feed.entries_count == feed.entries.count() > 50
    run = RunFactory(team=cast.payments)
    (found,) = blackouts_of(run=run, at=datetime(2026, 11, 7, 12, tzinfo=UTC))
    assert found.until == datetime(2026, 11, 9, 5, tzinfo=UTC)
    assert "“Weekend freeze” (calendar Releases)" in found.reason
    assert found.url == f"/chaos/blackouts/calendars/{feed.pk}/"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Scripted(500), "answers with status 500"),
        (Scripted(401), "use the secret address"),
        (Scripted(200, b"<html>Sign in</html>"), "not the web page"),
        (Scripted(200, b"x" * 3_000_000), "answers with more than 2,097,152 bytes"),
        (Scripted(200, GOOGLE, {"Content-Encoding": "gzip"}), "compressed its answer"),
        (Scripted(302, b"", {"Location": "https://10.1.2.3/cal.ics"}), "10.1.2.3"),
        (Scripted(302, b"", {"Location": "/again.ics"}), "redirects more than 3 times"),
    ],
    ids=["broken", "signed out", "a page", "huge", "compressed", "sent elsewhere", "sent in circles"],
)
def test_the_last_good_copy_stays_when_a_fetch_fails(cast: Cast, answer: Scripted, words: str) -> None:
    with recording_http([Scripted(200, GOOGLE), answer]) as server:
        feed = subscribed(cast, server.url)
        take_in(feed_id=feed.pk, now=NOW)
        before = feed.entries.count()
        take_in(feed_id=feed.pk, now=NOW + timedelta(hours=1))
    feed.refresh_from_db()
    assert words in feed.error
    assert "private-5f3a" not in feed.error
    assert (feed.fetched_at, feed.failures_count) == (NOW, 1)
    assert feed.entries.count() == before > 50


def test_a_redirect_to_where_it_lives_is_followed(cast: Cast) -> None:
    with recording_http([Scripted(301, b"", {"Location": "/moved.ics"}), Scripted(200, GOOGLE)]) as server:
        feed = subscribed(cast, server.url)
        take_in(feed_id=feed.pk, now=NOW)
        assert server.received[1].target == "/moved.ics"
    assert feed.entries.exists()


@pytest.mark.same_everywhere
def test_a_hostile_calendar_costs_little_and_its_good_events_count(cast: Cast) -> None:
    draft = FeedDraft(
        team_id=cast.payments.pk, title="Hostile", content=(CALENDARS / "hostile.ics").read_bytes(), time_zone="UTC"
    )
    feed = feeds.create(caller=cast.caller("editor"), draft=draft, now=NOW)
    began = time.monotonic()
    assert take_in(feed_id=feed.pk, now=NOW) == NOW + timedelta(days=1)
    assert time.monotonic() - began < 12
    feed.refresh_from_db()
    assert [entry.title for entry in feed.entries.all()] == ["The one good event"]
    assert any("take too long" in remark for remark in feed.remarks)
    assert any("more often than once an hour" in remark for remark in feed.remarks)


@pytest.mark.same_everywhere
def test_a_calendar_that_takes_too_long_as_a_whole_is_given_up(cast: Cast, settings: Settings) -> None:
    settings.BLACKOUT_FEED_READ_SECONDS = 0.5
    slow = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:20200101T000000Z\nDTEND:20200101T010000Z\n"
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n"
        for n in range(50)
    )
    draft = FeedDraft(
        team_id=cast.payments.pk, title="Slow", content=f"BEGIN:VCALENDAR\n{slow}END:VCALENDAR\n".encode()
    )
    feed = feeds.create(caller=cast.caller("editor"), draft=draft, now=NOW)
    take_in(feed_id=feed.pk, now=NOW)
    feed.refresh_from_db()
    assert "takes longer than 0.5 s" in feed.error
    assert not feed.entries.exists()


def test_what_was_changed_while_it_was_read_is_read_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = FeedDraft(team_id=cast.payments.pk, title="Releases", content=GOOGLE)
    feed = feeds.create(caller=cast.caller("editor"), draft=draft, now=NOW)
    from_chaos = "chaos.schedules.services.feed_content.read_calendar"
    reading = read_calendar

    def changed_meanwhile(**asked: Any) -> Any:
        BlackoutFeed.objects.filter(pk=feed.pk).update(revision=2)
        return reading(**asked)

    monkeypatch.setattr(from_chaos, changed_meanwhile)
    assert take_in(feed_id=feed.pk, now=NOW) == NOW
    assert not feed.entries.exists()


def test_one_that_is_switched_off_forbids_nothing_and_is_not_read(cast: Cast) -> None:
    with recording_http([Scripted(200, GOOGLE)]) as server:
        feed = subscribed(cast, server.url)
        take_in(feed_id=feed.pk, now=NOW)
        off = replace(feeds.draft_of(feed=feed), is_enabled=False)
        feeds.edit(caller=cast.caller("editor"), feed=feed, draft=off, now=NOW, expected_revision=1)
        assert take_in(feed_id=feed.pk, now=NOW) is None
        assert len(server.received) == 1
    assert not blackouts_of(run=RunFactory(team=cast.payments), at=datetime(2026, 11, 7, 12, tzinfo=UTC))
    with pytest.raises(Conflict):
        feeds.refresh(caller=cast.caller("editor"), feed=feed, now=NOW)


def test_its_address_is_kept_encrypted_and_told_to_nobody(cast: Cast, as_: As) -> None:
    with recording_http() as server:
        feed = subscribed(cast, server.url)
    assert b"private-5f3a" not in bytes(feed.sealed or b"")
    assert any(column.model == "schedules.BlackoutFeed" for column in encrypted_columns())
    editor = as_("editor")
    for path in (
        "/chaos/blackouts/",
        f"/chaos/blackouts/calendars/{feed.pk}/",
        f"/chaos/blackouts/calendars/{feed.pk}/edit/",
    ):
        assert "private-5f3a" not in editor.get(path).content.decode()
    assert b"private-5f3a" not in editor.get(f"/api/v1/chaos/blackouts/feeds/{feed.pk}").content
    assert "private-5f3a" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://calendar.example.com/a.ics"}, "url"),
        ({"url": "https://10.0.0.1/a.ics"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://user:secret@example.com/a.ics"}, "url"),
        ({}, "url"),
        ({"content": b"not a calendar"}, "file"),
        ({"content": b"BEGIN:VCALENDAR" + b" " * 2_200_000}, "file"),
        ({"content": GOOGLE, "title": ""}, "title"),
        ({"content": GOOGLE, "time_zone": "x"}, "time_zone"),
    ],
)
def test_each_mistake_is_told_at_its_field(cast: Cast, fields: dict[str, Any], field: str) -> None:
    draft = replace(FeedDraft(team_id=cast.payments.pk, title="Releases"), **fields)
    with pytest.raises(Invalid) as refusal:
        feeds.create(caller=cast.caller("editor"), draft=draft, now=NOW)
    assert field in [detail["field"] for detail in refusal.value.details]


def test_a_file_is_uploaded_looked_at_and_removed_on_pages(cast: Cast, as_: As) -> None:
    editor = as_("editor")
    sent = {"team": cast.payments.pk, "title": "Change calendar", "time_zone": "Europe/Berlin", "is_enabled": "on"}
    text = (CALENDARS / "outlook.ics").read_text()
    assert editor.post("/chaos/blackouts/calendars/new/", {**sent, "text": "hello"}).status_code == 422
    answer = editor.post("/chaos/blackouts/calendars/new/", {**sent, "text": text})
    feed = BlackoutFeed.objects.get()
    path = f"/chaos/blackouts/calendars/{feed.pk}/"
    assert answer.headers["Location"] == path
    assert "Not read yet" in editor.get(path).content.decode()
    take_in(feed_id=feed.pk, now=NOW)
    page = editor.get(path).content.decode()
    assert "marked as free" in page
    assert "cancelled" in page
    assert editor.post(f"{path}refresh/").status_code == 302
    assert editor.post(f"{path}delete/", {"reason": ""}).status_code == 302
    assert not FeedEntry.objects.exists()
    assert not Due.objects.filter(kind=feeds.DUE).exists()


def test_over_the_api(cast: Cast, as_: As) -> None:
    editor = as_("editor")
    body = {"team": cast.payments.slug, "title": "Sales", "text": (CALENDARS / "apple.ics").read_text()}
    made = editor.post("/api/v1/chaos/blackouts/feeds", body, content_type="application/json")
    assert made.status_code == 201, made.content
    path = f"/api/v1/chaos/blackouts/feeds/{made.json()['id']}"
    take_in(feed_id=made.json()["id"], now=NOW)
    read = editor.get(path).json()
    assert read["entries"] > 5
    assert read["kind"] == "uploaded"
    assert editor.post(f"{path}/refresh", content_type="application/json").status_code == 202
    changed = editor.patch(path, {"takes_free": True, "revision": 1}, content_type="application/json")
    assert changed.json()["takes_free"] is True
    assert editor.get("/api/v1/chaos/blackouts/feeds").json()["total"] == 1
    assert as_("viewer").delete(path).status_code == 403
    assert editor.delete(path).status_code == 204


def test_entries_that_are_over_stay_for_a_while(cast: Cast) -> None:
    feed = BlackoutFeedFactory(team=cast.payments, text=GOOGLE.decode())
    for key, days in (("recent", 100), ("old", 500)):
        end = NOW - timedelta(days=days)
        FeedEntry.objects.create(feed=feed, key=key, title=key, start_at=end - timedelta(hours=1), end_at=end)
    take_in(feed_id=feed.pk, now=NOW)
    assert set(feed.entries.filter(key__in=["recent", "old"]).values_list("key", flat=True)) == {"recent"}
