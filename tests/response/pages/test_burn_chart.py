"""The words of changes in the chart beside an incident: there is room for few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidents.response.charts.burn import Flag, burn_chart
from reliability.kit.periods import Period

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(*flags: Flag) -> dict[str, str]:
    """The words shown, and on which side of their flag."""
    chart = burn_chart(
        instants=[START], lines=[], period=Period(START, START + 3 * HOUR),
        incident=Period(START + HOUR, START + 2 * HOUR), flags=flags,
    )  # fmt: skip
    notes = chart.figure["layout"]["annotations"]
    return {note["text"][2:]: note["xanchor"] for note in notes if note["text"].startswith("⚑")}


def test_the_last_change_before_the_incident_keeps_its_words_when_others_come_near() -> None:
    cause = Flag(START + timedelta(minutes=55), "checkout 2026.46.1")
    rollback = Flag(START + timedelta(minutes=110), "checkout 2026.45.4 (rolled back)")
    assert list(told(rollback, cause)) == ["checkout 2026.46.1"]


def test_words_stay_within_the_chart() -> None:
    assert told(Flag(START + timedelta(minutes=175), "search 12")) == {"search 12": "right"}
    assert told(Flag(START + timedelta(minutes=5), "search 12")) == {"search 12": "left"}


def test_far_changes_all_have_words() -> None:
    flags = [Flag(START + timedelta(minutes=minutes), "api 1") for minutes in (5, 175)]
    assert len(told(flags[0], Flag(flags[1].at, "api 2"))) == 2
