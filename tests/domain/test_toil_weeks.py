"""Hours of toil by week, and the share of the capacity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reliability.duties.charts.toil import weeks_chart
from reliability.duties.domain.toil import Spent, by_week, share_of, weeks_until

SUNDAY = date(2026, 3, 1)


def spent(day: date, hours: str, category: str = "tickets") -> Spent:
    return Spent(1, day, category, Decimal(hours))


def test_a_week_runs_from_monday_to_sunday_also_over_new_year() -> None:
    assert weeks_until(day=date(2026, 1, 3), count=2) == [date(2025, 12, 22), date(2025, 12, 29)]
    rows = [spent(date(2025, 12, 28), "1"), spent(date(2025, 12, 29), "2"), spent(date(2026, 1, 4), "0.5", "access")]
    weeks = by_week(spent=rows, mondays=weeks_until(day=date(2026, 1, 4), count=2), capacity=Decimal(10))
    assert [(one.hours, one.share) for one in weeks] == [
        (Decimal(1), Decimal("0.1")),
        (Decimal("2.5"), Decimal("0.25")),
    ]
    assert dict(weeks[1].by_category) == {"tickets": Decimal(2), "access": Decimal("0.5")}


def test_without_a_capacity_there_is_no_share() -> None:
    assert share_of(hours=Decimal(5), capacity=Decimal()) is None
    weeks = by_week(spent=[], mondays=weeks_until(day=SUNDAY, count=1), capacity=Decimal())
    assert (weeks[0].hours, weeks[0].share) == (Decimal(0), None)


def test_the_chart_draws_half_of_the_capacity_as_a_labelled_line_and_has_a_table() -> None:
    mondays = weeks_until(day=SUNDAY, count=3)
    chart = weeks_chart(
        weeks=by_week(spent=[spent(SUNDAY, "3")], mondays=mondays, capacity=Decimal(20)), capacity=Decimal(20)
    )
    layout = chart.figure["layout"]
    assert layout["shapes"][0]["y0"] == 10
    assert "50 % of capacity" in layout["annotations"][0]["text"]
    assert layout["yaxis"]["range"][1] > 10, "the line is seen though toil is little"
    assert chart.columns == ("Week from", "Hours", "Share", "tickets")
    assert [row[1] for row in chart.rows] == [0, 0, 3]
    bare = weeks_chart(weeks=by_week(spent=[], mondays=mondays, capacity=Decimal()), capacity=Decimal())
    assert bare.figure["layout"]["shapes"] == []
