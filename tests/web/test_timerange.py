"""The period of a page, from its address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from reliability.web.errors import Invalid
from reliability.web.timerange import TimeRange
from reliability.web.zones import zone_of

NOW = datetime(2026, 3, 2, 12, 0, 42, tzinfo=UTC)


def request(**query: str) -> HttpRequest:
    return RequestFactory().get("/slos/", query)


def of(**query: str) -> TimeRange:
    return TimeRange.from_request(request(**query), now=NOW)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_a_word_the_last_28_days_to_the_minute() -> None:
    chosen = of()
    assert chosen.period.end == at("2026-03-02T12:00")
    assert chosen.period.length == timedelta(days=28)
    assert (chosen.text, chosen.label, chosen.zone.key) == ("28d", "last 28 days", "UTC")


def test_a_page_may_have_another_default() -> None:
    assert TimeRange.from_request(request(), now=NOW, default="1h").period.length == timedelta(hours=1)


@pytest.mark.parametrize("text", ["1h", "7d", "90d", "1h30m", "4w"])
def test_a_range_is_a_duration_that_ends_now(text: str) -> None:
    chosen = of(range=text)
    assert chosen.text == text
    assert not chosen.is_absolute


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2026-03-01T00:00:00Z", "2026-03-01T06:30:00Z", id="RFC 3339"),
        pytest.param("2026-03-01T01:00:00+01:00", "2026-03-01T07:30:00+01:00", id="RFC 3339 with an offset"),
        pytest.param(
            "2026-03-01T01:00:00 01:00", "2026-03-01T07:30:00 01:00", id="an offset whose plus was not encoded"
        ),
        pytest.param("1772323200", "1772346600", id="epoch seconds"),
        pytest.param("2026-03-01T00:00", "2026-03-01T06:30", id="wall time as a form sends it"),
        pytest.param("2026-03-01T00:00:59", "2026-03-01T06:30:12", id="seconds are dropped"),
    ],
)
def test_both_ends_may_be_given(start: str, end: str) -> None:
    chosen = TimeRange.from_request(RequestFactory().get("/", {"from": start, "to": end}), now=NOW)
    assert (chosen.period.start, chosen.period.end) == (at("2026-03-01T00:00"), at("2026-03-01T06:30"))
    assert chosen.is_absolute
    assert chosen.label == "2026-03-01 00:00 to 2026-03-01 06:30 UTC"


def test_an_open_end_is_now() -> None:
    chosen = TimeRange.from_request(RequestFactory().get("/", {"from": "2026-03-01T00:00"}), now=NOW)
    assert chosen.period.end == at("2026-03-02T12:00")


def test_wall_times_are_those_of_the_chosen_zone() -> None:
    chosen = TimeRange.from_request(
        RequestFactory().get("/", {"from": "2026-01-15T08:00", "to": "2026-01-15T09:00", "tz": "Asia/Kolkata"}), now=NOW
    )
    assert chosen.period.start == at("2026-01-15T02:30")


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        pytest.param("2026-03-29T02:30", "2026-03-29T01:30", id="a wall time the clock skips is after the gap"),
        pytest.param("2026-10-25T02:30", "2026-10-25T00:30", id="a wall time that comes twice is its first time"),
    ],
)
def test_clock_changes_have_one_meaning(wall: str, instant: str) -> None:
    chosen = TimeRange.from_request(
        RequestFactory().get("/", {"from": wall, "to": "2026-11-01T00:00", "tz": "Europe/Berlin"}),
        now=at("2026-12-01T00:00"),
    )
    assert chosen.period.start == at(instant)


def test_a_day_of_wall_time_across_the_spring_change_has_23_hours() -> None:
    query = {"from": "2026-03-29T00:00", "to": "2026-03-30T00:00", "tz": "Europe/Berlin"}
    chosen = TimeRange.from_request(RequestFactory().get("/", query), now=at("2026-12-01T00:00"))
    assert chosen.period.length == timedelta(hours=23)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        pytest.param({"tz": "Europe/Berln"}, "tz", "did you mean Europe/Berlin?", id="a misspelt zone"),
        pytest.param({"tz": "../../etc/passwd"}, "tz", "write an IANA name", id="a path for a zone"),
        pytest.param({"range": "7x"}, "range", "such as 5m or 28d", id="a range that is no duration"),
        pytest.param({"range": "0d"}, "range", "longer than zero", id="an empty range"),
        pytest.param({"range": "99999d"}, "range", "longer than ten years", id="a range beyond ten years"),
        pytest.param({"from": "yesterday"}, "from", "write RFC 3339", id="a word for an instant"),
        pytest.param({"from": "1772323200000"}, "from", "divide by 1000", id="milliseconds"),
        pytest.param({"from": "nan"}, "from", "not an instant", id="NaN"),
        pytest.param({"to": "2026-03-01T00:00"}, "from", "an end without a start", id="an end without a start"),
        pytest.param(
            {"from": "2026-03-02T00:00", "to": "2026-03-01T00:00"}, "to", "before it starts", id="the end first"
        ),
        pytest.param(
            {"from": "2026-03-02T00:00", "to": "2026-03-02T00:00"}, "to", "before it starts", id="no time at all"
        ),
        pytest.param({"from": "1990-01-01T00:00"}, "from", "longer than ten years", id="since the beginnings"),
        pytest.param({"from": "0001-01-01T00:00", "tz": "Asia/Tokyo"}, "from", "", id="before all zones"),
    ],
)
def test_a_mistake_names_its_parameter_and_what_to_write(query: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        TimeRange.from_request(RequestFactory().get("/", query), now=NOW)
    assert caught.value.details[0]["field"] == field
    assert words in caught.value.message


def test_the_zone_is_that_of_the_address_then_of_the_person_then_utc() -> None:
    own = request()
    own.user = SimpleNamespace(time_zone="Europe/Lisbon")  # type: ignore[assignment]  # all that is read of a person
    assert zone_of(own).key == "Europe/Lisbon"
    named = request(tz="Asia/Tokyo")
    named.user = own.user
    assert zone_of(named).key == "Asia/Tokyo"
    unknown = request()
    unknown.user = SimpleNamespace(time_zone="Middle/Earth")  # type: ignore[assignment]  # as above
    assert zone_of(unknown).key == "UTC"


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59"])
def test_an_instant_outside_of_the_calendar_is_refused_at_its_parameter(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        of(**{"from": text, "tz": "Europe/Berlin"})
    assert refused.value.details[0]["field"] == "from"
    assert "outside the years 1970 to 2999" in refused.value.details[0]["message"]
