"""The report of a month without its database: what is said, what is compared, and when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.reports.domain.figures import Unit, figure, so_far
from reliability.reports.domain.highlights import highlights
from reliability.reports.domain.report import Met, ObjectiveLine, Report, differences
from reliability.reports.domain.sending import due_after, last_due, period_due

EMPTY = Report(
    team="Payments", team_slug="payments", period="2026-06", title="June 2026", zone="UTC",
    start="2026-06-01T00:00:00Z", end="2026-07-01T00:00:00Z", as_of="2026-07-01T08:00:00Z", is_over=True, objectives=(),
    objectives_total=0, agreements=(), severities=(), incidents=(), severe=(), delivery=(), chaos=(), actions=(),
    toil=(), trend=(),
)  # fmt: skip


def line(name: str, coverage: float, state: Met = Met.MET) -> ObjectiveLine:
    return ObjectiveLine(
        name=name, title=name.title(), state=state.value, objective=0.99, sli=0.999, nines="", spent=0.1, left=0.9,
        before=None, coverage=coverage, url=f"/{name}/", ledger_url="",
    )  # fmt: skip


def said(*lines: ObjectiveLine, is_over: bool = True, total: int = 0) -> list[tuple[str, str]]:
    found = replace(EMPTY, objectives=lines, objectives_total=max(len(lines), total), is_over=is_over)
    return [(one.tone, one.text) for one in highlights(found)]


def test_all_well_is_said_of_what_was_measured_alone() -> None:
    whole = [line(f"s{number}", 0.9) for number in range(10)]
    assert said(*whole) == [("good", "Every objective was met (10)")]
    assert said(*whole, is_over=False) == []
    assert said(*whole, line("search", 0.3456)) == [
        (
            "warn",
            "No objective was missed as far as it was measured, but 1 of 11 was measured for less than 90 % of the "
            "time: Search for 34.6 %",
        )
    ]
    tones = [tone for tone, _ in said(*whole, line("silent", 0, Met.NO_DATA))]
    assert tones == ["warn", "good"]
    assert said(*whole, line("silent", 0, Met.NO_DATA))[1][1].endswith("was met (10 of 11)")
    assert [tone for tone, _ in said(whole[0], line("silent", 0, Met.NO_DATA))] == ["warn"]
    left_out = [line(f"slices-{number}", 1, Met.LEFT_OUT) for number in range(2)]
    assert said(*whole, *left_out) == [], "nobody looked at a sixth of them"
    assert said(*whole, total=11) == [
        ("warn", "1 of 11 objectives are not in this report"),
        ("good", "Every objective that was measured was met (10 of 11)"),
    ]
    assert not any(tone == "good" for tone, _ in said(*whole, line("broken", 1.0, Met.MISSED)))


def test_a_count_of_a_part_is_not_compared_with_that_of_a_whole() -> None:
    count = figure("incidents", "Incidents", now=2, before=10)
    median = figure("mttr", "MTTR", now=60, before=600, unit=Unit.SECONDS, n=5, n_before=5)
    overdue = figure("overdue", "Overdue", now=1, before=2)
    assert count.trend == "better"
    assert [(one.change, one.trend) for one in so_far([count, median, overdue])] == [
        ("not over yet", "unknown"),
        ("90 % less", "better"),
        ("50 % less", "better"),
    ]


def test_what_a_report_no_longer_holds_is_told_too() -> None:
    share = figure("toil-share", "of the team's time", now=0.5, before=0.1, unit=Unit.SHARE)
    sent = replace(EMPTY, toil=(share,), objectives=(line("checkout", 0.5),)).to_json()
    changed, compared = differences(sent=sent, today=replace(EMPTY, objectives=(line("checkout", 1.0),)))
    assert compared == 2
    assert [(one.sent, one.today) for one in changed] == [
        ("met, 10 % spent, measured 50 %", "met, 10 % spent, measured 100 %"),
        ("50 %", "not in it"),
    ]


@pytest.mark.parametrize(
    ("now", "slug"),
    [
        ("2026-02-28T23:30", "2026-01"),
        ("2026-03-01T22:00", "2026-01"),  # it has waited for minutes of January over the end of February
        ("2026-03-27T12:00", "2026-01"),
        ("2026-03-28T23:00", "2026-02"),
        ("2026-09-29T00:00", "2026-08"),  # nobody worked for half a year: the newest alone
    ],
)
def test_a_late_report_is_of_the_period_that_was_due(now: str, slug: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    due_at = datetime(2026, 2, 28, 23, tzinfo=UTC)
    found = last_due(due_at=due_at, now=at, months=1, day=28, hour=23, zone_name="UTC")
    assert period_due(due_at=found, months=1, zone_name="UTC").slug == slug


@given(
    start=st.integers(0, 4 * 365 * 24),
    late=st.integers(0, 550 * 24),
    months=st.sampled_from([1, 3]),
    day=st.integers(1, 28),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/New_York", "Pacific/Kiritimati"]),
)
def test_each_report_is_made_once_and_after_its_period_is_over(
    start: int, late: int, months: int, day: int, hour: int, zone: str
) -> None:
    begun = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=start)
    due = due_after(at=begun, months=months, day=day, hour=hour, zone_name=zone)
    now = due + timedelta(hours=late)
    newest = last_due(due_at=due, now=now, months=months, day=day, hour=hour, zone_name=zone)
    assert due <= newest <= now < due_after(at=newest, months=months, day=day, hour=hour, zone_name=zone)
    period = period_due(due_at=newest, months=months, zone_name=zone)
    assert period.period.end <= newest < period.shifted(2).period.start
