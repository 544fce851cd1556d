from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.instants import (
    InstantError,
    floor_minute,
    format_instant,
    from_minute,
    parse_instant,
    require_utc,
    to_minute,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANY = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T12:00:00Z",
        "2026-03-02T13:00:00+01:00",
        "2026-03-02T13:00:00 01:00",
        " 2026-03-02 12:00Z ",
        1772452800,
        1772452800.0,
        "1772452800",
    ],
)
def test_one_instant_has_many_notations(value: str | float) -> None:
    assert parse_instant(value) == NOON


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2026-03-02T12:00:00", "no time zone"),
        ("yesterday", "is not an instant"),
        ("", "is not an instant"),
        (True, "not true or false"),
        (1772452800000, "milliseconds"),
        (-1, "outside the years 1970 to 2999"),
        ("0001-01-01T00:00:00Z", "outside the years 1970 to 2999"),
        ("0001-01-01T00:00:00+02:00", "outside the years 1970 to 2999"),
        ("1969-12-31T23:59:59Z", "outside the years 1970 to 2999"),
        ("3000-01-01T00:00:00Z", "outside the years 1970 to 2999"),
        ("9999-12-31T23:59:59-02:00", "outside the years 1970 to 2999"),
        ("nan", "nan is not an instant"),
        (float("inf"), "inf is not an instant"),
    ],
)
def test_what_names_no_instant_is_refused_in_words(value: str | float, message: str) -> None:
    with pytest.raises(InstantError, match=message):
        parse_instant(value)


def test_the_first_and_the_last_instant_are_read() -> None:
    assert parse_instant("1970-01-01T00:00:00Z") == parse_instant(0)
    assert parse_instant("2999-12-31T23:59:59Z") == parse_instant(32_503_679_999)


@given(ANY)
def test_what_is_written_is_read_again(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(ANY)
def test_a_minute_begins_at_or_before_its_instants(instant: datetime) -> None:
    assert timedelta(0) <= instant - floor_minute(instant) < timedelta(minutes=1)
    assert to_minute(from_minute(to_minute(instant))) == to_minute(instant)


def test_instants_are_kept_in_utc() -> None:
    berlin = datetime(2026, 3, 2, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert require_utc(berlin).isoformat() == "2026-03-02T12:00:00+00:00"
    with pytest.raises(InstantError, match="add Z"):
        require_utc(datetime(2026, 3, 2, 13, 0))  # noqa: DTZ001 - what is refused
