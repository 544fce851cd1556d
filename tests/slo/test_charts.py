"""The words of charts stand where no data is, and not on each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reliability.kit.periods import Period
from slo.charts.burn_down import burn_down_chart
from slo.charts.sli import sli_chart

START = datetime(2026, 3, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(days=28))


@dataclass(frozen=True)
class Point:
    """One day, as both charts read it."""

    start: datetime
    sli: float | None = 0.9995
    good: float = 999.5
    valid: float = 1000.0
    coverage: float = 1.0
    objective: Decimal = Decimal("0.999")
    remaining: float | None = 0.5

    @property
    def at(self) -> datetime:
        return self.start

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=1)


POINTS = [Point(START + timedelta(days=day)) for day in range(28)]


def labels(*days: float) -> list[dict[str, Any]]:
    changes = [(START + timedelta(days=day), f"asked on day {day}") for day in days]
    chart = sli_chart(POINTS, period=PERIOD, objective_text="objective 99.9 %", changes=changes)
    found: list[dict[str, Any]] = chart.figure["layout"]["annotations"]
    return found


@pytest.mark.parametrize("days", [(), (3,), (14,), (3, 14, 27)], ids=["none", "early", "in the middle", "several"])
def test_all_words_stand_above_the_plot_on_an_opaque_ground(days: tuple[float, ...]) -> None:
    found = labels(*days)
    assert len(found) == 1 + len(days)
    for label in found:
        assert (label["yref"], label["y"], label["yanchor"]) == ("paper", 1, "bottom")
        assert label["bgcolor"] == "var(--surface)"


def test_the_key_makes_room_for_changes() -> None:
    assert "yshift" not in labels()[0]
    assert labels(14)[0]["yshift"] > 0


def test_a_change_in_the_second_half_reaches_to_the_left() -> None:
    assert [label["xanchor"] for label in labels(10, 27)[1:]] == ["left", "right"]


def test_of_changes_close_together_the_last_tells_its_words() -> None:
    assert [label["text"] for label in labels(10, 11, 12, 20)[1:]] == ["asked on day 12", "asked on day 20"]


def test_the_line_of_a_spent_budget_is_named_above_the_plot() -> None:
    layout = burn_down_chart(POINTS, period=PERIOD).figure["layout"]
    assert [label["text"] for label in layout["annotations"]] == ["╌ 0 %: budget spent"]
    assert layout["shapes"][0]["y0"] == 0
