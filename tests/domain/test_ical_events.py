"""Calendars as Google, Outlook and Apple write them, and as nobody should: what becomes of each event."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaos.schedules.domain.ical_events import FeedError, FeedReading, Wanted, read
from reliability.kit.periods import Period

CALENDARS = Path(__file__).parent.parent / "chaos" / "schedules" / "calendars"
AUTUMN = Period(datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))


def wanted(**fields: object) -> Wanted:
    return Wanted(**{"period": AUTUMN, "zone_name": "Europe/Berlin", **fields})  # type: ignore[arg-type]  # as given


def of(name: str, **fields: object) -> FeedReading:
    return read(text=(CALENDARS / name).read_text(), wanted=wanted(**fields))


def starts(reading: FeedReading, title: str) -> list[str]:
    return [f"{one.start:%m-%d %H:%M}" for one in reading.times if one.title.startswith(title)]


def event(*lines: str, uid: str = "one") -> str:
    body = "\n".join(("BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{body}\nEND:VCALENDAR\n"


def test_google_repeats_excludes_moves_and_cancels_single_times() -> None:
    found = of("google.ics")
    assert found.name == "Release freezes"
    assert found.zone_name == "Europe/Berlin"
    # 16 October is excluded, 23 October cancelled, 30 October begins later; then winter time
    assert starts(found, "Weekend freeze")[:5] == [
        "10-02 16:00",
        "10-09 16:00",
        "10-30 19:00",
        "11-06 17:00",
        "11-13 17:00",
    ]
    assert starts(found, "Board call") == ["10-08 10:00"]
    assert any("1 event left out: cancelled" in remark for remark in found.remarks)
    assert any("marked as free" in remark for remark in found.remarks)


def test_free_events_count_when_asked_for_as_whole_days_of_the_calendars_zone() -> None:
    (friday,) = [one for one in of("google.ics", takes_free=True).times if one.title.startswith("Black Friday")]
    assert friday.is_all_day
    assert (friday.start, friday.end) == (
        datetime(2026, 11, 26, 23, tzinfo=UTC),
        datetime(2026, 11, 30, 23, tzinfo=UTC),
    )


def test_only_titles_with_the_words_are_taken() -> None:
    found = of("google.ics", only_words="FREEZE")
    assert {one.title for one in found.times} == {"Weekend freeze", "Weekend freeze (starts later)"}
    assert any("does not hold the words" in remark for remark in found.remarks)


def test_outlook_names_zones_its_own_way() -> None:
    found = of("outlook.ics")
    assert starts(found, "Month end") == ["10-30 16:00", "11-27 16:00", "12-25 16:00", "01-29 16:00"]
    assert starts(found, "Audit in Pune") == ["11-10 03:30"]
    assert starts(found, "Canceled") == []


def test_apple_floats_lists_dates_and_reminds() -> None:
    found = of("apple.ics")
    assert starts(found, "Morning rush") == ["11-01 06:00", "11-02 06:00", "11-03 06:00", "11-04 06:00", "11-05 06:00"]
    assert starts(found, "Two extra dates") == ["11-02 17:00", "11-20 17:00", "11-21 17:00"]
    (singles,) = [one for one in found.times if "光棍节" in one.title]
    assert singles.end - singles.start == timedelta(days=1)
    assert starts(found, "Not an event") == []
    assert any("no length" in remark for remark in found.remarks)
    assert any("Mars/Olympus" in remark for remark in found.remarks)


def test_whole_days_on_the_day_the_clocks_change_last_as_long_as_that_day() -> None:
    text = event("DTSTART;VALUE=DATE:20261025", "DTEND;VALUE=DATE:20261026", "SUMMARY:Change")
    (day,) = read(text=text, wanted=wanted()).times
    assert day.end - day.start == timedelta(hours=25)


def test_keys_stay_when_other_things_of_an_event_change() -> None:
    before = event("DTSTART:20261101T100000Z", "DTEND:20261101T110000Z", "SUMMARY:A", "RRULE:FREQ=DAILY;COUNT=3")
    after = before.replace("SUMMARY:A", "SUMMARY:B").replace("DTEND:20261101T110000Z", "DTEND:20261101T120000Z")
    keys = [[one.key for one in read(text=text, wanted=wanted()).times] for text in (before, after)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 3


def test_of_too_many_times_the_earliest_stay_and_it_says_until_when() -> None:
    text = event("DTSTART:20260901T100000Z", "DTEND:20260901T110000Z", "SUMMARY:Daily", "RRULE:FREQ=DAILY")
    found = read(text=text, wanted=wanted(entries_max=10))
    assert len(found.times) == 10
    assert found.known_until == datetime(2026, 9, 11, 10, tzinfo=UTC)
    assert any("only the first 10 are kept" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "more often than once an hour"),
        ("FREQ=MINUTELY;INTERVAL=5", "more often than once an hour"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5", "more often than once an hour"),
        ("FREQ=SOMETIMES", "cannot be read"),
    ],
)
def test_rules_that_are_no_freeze_are_left_out_and_told(rule: str, words: str) -> None:
    found = read(text=event("DTSTART:20200101T000000Z", "DTEND:20200101T000001Z", f"RRULE:{rule}"), wanted=wanted())
    assert found.times == ()
    assert words in found.remarks[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no BEGIN:VCALENDAR"),
        ("<html><title>Sign in</title></html>", "not the web page"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 6_000, "6,000 events"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:X-DEEP\n" * 50, "too deeply"),
        ("BEGIN:VCALENDAR\nCALSCALE:HEBREW\nEND:VCALENDAR", "only Gregorian"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR", "can be read"),
    ],
    ids=["nothing", "a page to sign in", "too many events", "nested", "another calendar", "ends what never began"],
)
def test_what_is_no_calendar_is_refused_with_what_to_change(text: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        read(text=text, wanted=wanted())


LINES = st.sampled_from(
    [
        "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "TZID:Europe/Berlin", "UID:a", "UID:b",
        "DTSTART:20261101T100000Z", "DTSTART;VALUE=DATE:20261101", "DTSTART;TZID=Nowhere:20261101T100000",
        "DTSTART:99991231T235959", "DTSTART:nonsense", "DTEND:20261102T100000Z", "DTEND;VALUE=DATE:20261103",
        "DURATION:P1D", "DURATION:-P1D", "DURATION:P99999999D", "RRULE:FREQ=WEEKLY", "RRULE:FREQ=MONTHLY;BYDAY=5MO",
        "RRULE:FREQ=YEARLY;UNTIL=20301301", "RRULE:", "EXDATE:20261108T100000Z",
        "RDATE;VALUE=PERIOD:20261101T100000Z/PT1H",
        "RECURRENCE-ID:20261108T100000Z", "STATUS:CANCELLED", "SUMMARY:x", "X-WR-TIMEZONE:Asia/Tokyo", "TRANSP:OPAQUE",
        " folded", "\tfolded", "no colon at all", "SUMMARY;=;:", "ATTACH;ENCODING=BASE64;VALUE=BINARY:%%%", "\x00\x07",
    ]
)  # fmt: skip


@given(lines=st.lists(LINES, max_size=25))
@settings(max_examples=150, deadline=None)
def test_whatever_the_lines_are_there_is_a_reading_or_a_reason(lines: list[str]) -> None:
    text = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
    with suppress(FeedError):  # a reason is an answer, too
        found = read(text=text, wanted=wanted())
        for one in found.times:
            assert one.start < one.end
            assert one.start < AUTUMN.end
            assert one.end > AUTUMN.start
        assert list(found.times) == sorted(found.times, key=lambda one: (one.start, one.end, one.key))
