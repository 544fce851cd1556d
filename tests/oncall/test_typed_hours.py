"""Hours and hand-overs as people type them."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.oncall.forms.lines import handoffs_text, parse_handoffs
from reliability.kit.times import TimeError
from reliability.kit.typed_hours import hours_text, parse_hours

WORK = ["mon", "tue", "wed", "thu", "fri"]
ALL = [*WORK, "sat", "sun"]


@pytest.mark.parametrize(
    ("text", "weekdays", "start", "end"),
    [
        ("mon-fri 09:00-17:00", WORK, "09:00", "17:00"),
        ("Mon – Fri 9:00 – 17:00", WORK, "9:00", "17:00"),
        ("sat,sun", ["sat", "sun"], "00:00", "24:00"),
        ("22:00-06:00", ALL, "22:00", "06:00"),
        ("fri-mon 18:00-24:00", ["fri", "sat", "sun", "mon"], "18:00", "24:00"),
        ("monday 09:00-10:00", ["mon"], "09:00", "10:00"),
    ],
    ids=["office hours", "as people type", "days alone", "hours alone", "over the week's end", "a whole word"],
)
def test_a_line_is_a_restriction(text: str, weekdays: list[str], start: str, end: str) -> None:
    assert parse_hours(text) == [{"weekdays": weekdays, "start": start, "end": end}]


@pytest.mark.parametrize("text", ["9 to 5", "mon 25:00-26:00", "moonday", "mon-fri 09:00", "-", "\x00"])
def test_what_is_not_understood_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(TimeError, match="write"):
        parse_hours(text)


@pytest.mark.parametrize("text", ["mon-fri 09:00-17:00", "sat,sun", "22:00-06:00", "mon,wed 08:00-09:00", "mon-sun"])
def test_what_was_typed_is_shown_the_same(text: str) -> None:
    assert hours_text(parse_hours(text)) == text


def test_hand_overs_are_read_and_shown() -> None:
    read: list[dict[str, Any]] = parse_handoffs("mon, thu 09:00\nfri 17:00")
    assert handoffs_text(read) == "mon 09:00\nthu 09:00\nfri 17:00"
    with pytest.raises(TimeError, match="mon 09:00"):
        parse_handoffs("monday at nine")
