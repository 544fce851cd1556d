"""Calendar feeds, byte for byte and as a calendar reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from incidents.oncall.models import CalendarFeed, Schedule
from incidents.oncall.services import documents, overrides
from incidents.oncall.services.overrides import OverrideDraft
from reliability.access.models import Membership
from reliability.kit.periods import Period
from tests.cast import Cast
from tests.oncall.conftest import NOW
from tests.oncall.rota import document, layer

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
As = Callable[[str], Client]


def make(client: Client, slug: str = "") -> str:
    """The path of a new address, as the page shows it once."""
    answer = client.post("/oncall/calendars/", {"schedule": slug})
    return "/" + re.search(r"oncall/feeds/[\w-]+\.ics", answer.content.decode())[0]  # type: ignore[index]  # it is there


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_a_schedule_is_read_without_signing_in(cast: Cast, as_: As, schedule: Schedule, client: Client) -> None:
    answer = client.get(make(as_("editor"), schedule.slug))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    for line in ("X-WR-CALNAME:On call: Payments primary", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "VERSION:2.0"):
        assert line in text
    found = events(answer.content)
    assert {str(event["SUMMARY"]) for event in found} == {"Editor: Payments primary", "Responder: Payments primary"}
    current = [event for event in found if event["DTSTART"].dt <= NOW < event["DTEND"].dt]
    assert len(current) == 1
    assert current[0]["DTSTART"].dt == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert b"DTSTART:20260330T070000Z\r\n" in answer.content


def test_a_person_sees_only_their_own_shifts(cast: Cast, as_: As, schedule: Schedule, client: Client) -> None:
    found = events(client.get(make(as_("responder"))).content)
    assert {str(event["SUMMARY"]) for event in found} == {"On call: Payments primary"}
    assert all(event["DTSTART"].dt.isocalendar().week % 2 == 1 for event in found)


def test_uids_are_unique_and_stay_from_day_to_day_and_over_edits(
    cast: Cast, as_: As, schedule: Schedule, client: Client, time_machine: Any
) -> None:
    path = make(as_("editor"), schedule.slug)

    def uids() -> dict[str, datetime]:
        found = events(client.get(path).content)
        assert len({event["UID"] for event in found}) == len(found)
        return {str(event["UID"]): event["DTSTART"].dt for event in found}

    before = uids()
    for day in (1, 9, 31):
        time_machine.move_to(NOW + timedelta(days=day), tick=False)
        after = uids()
        assert all(before[uid] == start for uid, start in after.items() if uid in before)
        assert len(before.keys() & after.keys()) >= 10
    documents.put(
        caller=cast.caller("editor"),
        slug=schedule.slug,
        document={**document(layer(cast.editor, cast.responder)), "title": "Renamed"},
        now=NOW + timedelta(days=31),
    )
    assert uids() == after


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        ("2026-04-06T09:00", "2026-04-08T09:00", [("04-08T07", "04-13T07")]),
        ("2026-04-11T09:00", "2026-04-13T09:00", [("04-06T07", "04-11T07")]),
        ("2026-04-08T09:00", "2026-04-09T09:00", [("04-06T07", "04-08T07"), ("04-09T07", "04-13T07")]),
    ],
    ids=["its beginning", "its end", "its middle"],
)
def test_a_shift_that_an_override_cuts_keeps_its_uid(
    cast: Cast, as_: As, schedule: Schedule, client: Client, start: str, end: str, left: list[tuple[str, str]]
) -> None:
    path = make(as_("responder"), schedule.slug)

    def week() -> dict[str, tuple[str, str]]:
        found = [event for event in events(client.get(path).content) if str(event["SUMMARY"]).startswith("Responder")]
        spans = {
            str(event["UID"]): (f"{event['DTSTART'].dt:%m-%dT%H}", f"{event['DTEND'].dt:%m-%dT%H}") for event in found
        }
        assert len(spans) == len(found)
        return {uid: span for uid, span in spans.items() if "04-06" <= span[0] < "04-13"}

    [uid] = week()
    draft = OverrideDraft(
        period=Period(*(datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (start, end))),
        user_id=cast.editor.pk,
    )
    overrides.create(caller=cast.caller("responder"), schedule=schedule, draft=draft, now=NOW)
    after = week()
    assert after[uid] == left[0]
    assert sorted(after.values()) == left
    every = [str(event["UID"]) for event in events(client.get(path).content)]
    assert len(set(every)) == len(every)


def test_the_calendar_says_what_the_api_says(cast: Cast, as_: As, schedule: Schedule, client: Client) -> None:
    found = events(client.get(make(as_("editor"), schedule.slug)).content)
    between = "?from=2026-04-06T07:00:00Z&to=2026-06-01T07:00:00Z"
    asked = as_("editor").get(f"/api/v1/oncall/{schedule.slug}{between}").json()["shifts"]
    told = {(event["DTSTART"].dt, event["DTEND"].dt, str(event["SUMMARY"]).split(":")[0]) for event in found}
    for shift in asked:
        span = (datetime.fromisoformat(shift["start"]), datetime.fromisoformat(shift["end"]), shift["name"])
        assert span in told
    assert len(asked) == 8
    assert all(event["DTSTAMP"].dt.tzinfo is not None and event["DTSTAMP"].dt <= NOW for event in found)


def test_an_unchanged_calendar_is_not_sent_again(
    cast: Cast, as_: As, schedule: Schedule, client: Client, time_machine: Any
) -> None:
    path = make(as_("editor"), schedule.slug)
    tag = client.get(path)["ETag"]
    time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_revoked_address_a_wrong_one_and_one_of_a_person_who_left_give_nothing(
    cast: Cast, as_: As, schedule: Schedule, client: Client
) -> None:
    path = make(as_("editor"), schedule.slug)
    assert client.get(path).status_code == 200
    assert client.get(path.replace(".ics", "x.ics")).status_code == 404
    cast.editor.is_active = False
    cast.editor.save(update_fields=("is_active",))
    assert client.get(path).status_code == 404
    cast.editor.is_active = True
    cast.editor.save(update_fields=("is_active",))
    as_("editor").post(f"/oncall/calendars/{CalendarFeed.objects.get().pk}/revoke/")
    assert client.get(path).status_code == 404


def test_who_may_not_see_the_schedule_any_more_gets_nothing_of_it(
    cast: Cast, as_: As, schedule: Schedule, client: Client
) -> None:
    one, own = make(as_("responder"), schedule.slug), make(as_("responder"))
    Membership.objects.filter(user=cast.responder).delete()
    assert client.get(one).status_code == 404
    assert events(client.get(own).content) == []


def test_nobody_makes_an_address_of_a_schedule_they_may_not_see_or_revokes_anothers(
    cast: Cast, as_: As, schedule: Schedule
) -> None:
    assert as_("outsider").post("/oncall/calendars/", {"schedule": schedule.slug}).status_code == 404
    make(as_("editor"), schedule.slug)
    feed = CalendarFeed.objects.get()
    assert as_("responder").post(f"/oncall/calendars/{feed.pk}/revoke/").status_code == 404
    assert CalendarFeed.objects.get().revoked_at is None


def test_only_the_hash_of_an_address_is_kept_and_their_number_is_bounded(
    cast: Cast, as_: As, schedule: Schedule, settings: Any
) -> None:
    settings.ONCALL_FEEDS_MAX = 1
    secret = make(as_("editor"), schedule.slug).rpartition("/")[2].removesuffix(".ics")
    feed = CalendarFeed.objects.get()
    assert secret not in str(feed.__dict__)
    said = as_("editor").post("/oncall/calendars/", {"schedule": ""}).content.decode()
    assert "revoke one you do not use" in said
    assert CalendarFeed.objects.count() == 1
