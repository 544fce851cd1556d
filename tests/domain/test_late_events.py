"""Events that are told late, as people paste and upload them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.response.domain.late import LateError, LateEvent, events_of_text

AT = datetime(2026, 3, 2, 11, 40, tzinfo=UTC)
ONE = [LateEvent(AT, "first customer calls")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T11:40:00Z first customer calls",
        "2026-03-02 11:40 first customer calls",
        "2026-03-02 11:40 UTC – first customer calls",
        "- 2026-03-02 12:40+01:00: first customer calls",
        "[2026-03-02 06:40:00 -0500] first customer calls",
        '[{"at": "2026-03-02T11:40:00Z", "text": "first customer calls"}]',
        '{"events": [{"at": 1772451600, "text": " first customer calls "}]}',
        "at,text\n2026-03-02T11:40:00Z,first customer calls\n",
        "Text;At\nfirst customer calls;2026-03-02 11:40\n",
        "\ufeff2026-03-02 11:40 first customer calls",
    ],
    ids=["RFC 3339", "no zone is UTC", "a dash", "a list with an offset", "brackets", "JSON", "epoch", "CSV",
         "CSV of a spreadsheet", "byte order mark"],
)  # fmt: skip
def test_an_event_is_read_in_every_form(text: str) -> None:
    assert events_of_text(text, events_max=10) == ONE


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("2026-03-02 11:40 good\nyesterday it broke", 1),
        ("at,text\n2026-03-02 11:40,good\nnoon,bad", 1),
        ('[{"at": "2026-03-02T11:40:00Z"}]', 0),
        ('[{"at": "2026-03-02T11:40:00Z", "text": ""}]', 0),
        ('[{"at": 1772451600000, "text": "milliseconds"}]', 0),
        ('[{"at": null, "text": "x"}]', 0),
        ("[1, 2", 0),
        ("[" * 100_000, 0),
    ],
)
def test_a_mistake_names_its_row(text: str, index: int) -> None:
    with pytest.raises(LateError) as refused:
        events_of_text(text, events_max=10)
    assert refused.value.details[0]["index"] == index


def test_the_bound_is_the_bound() -> None:
    lines = "2026-03-02 11:40 x\n" * 10
    assert len(events_of_text(lines, events_max=10)) == 10
    with pytest.raises(LateError, match="at most 9"):
        events_of_text(lines, events_max=9)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_rows(text: str) -> None:
    with suppress(LateError):
        assert all(event.text for event in events_of_text(text, events_max=50))


@given(
    st.lists(
        st.tuples(
            st.integers(946_684_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
            st.from_regex(r"[a-z][a-z ,;\"]{0,40}[a-z]", fullmatch=True),
        ),
        max_size=20,
    )
)
def test_json_comes_back_as_it_was(events: list[tuple[datetime, str]]) -> None:
    text = json.dumps([{"at": at.isoformat(), "text": words} for at, words in events])
    assert events_of_text(text, events_max=20) == [LateEvent(at, words) for at, words in events]
