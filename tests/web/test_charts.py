"""Figures and their tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
from django.template.loader import render_to_string
from django.utils import timezone

from reliability.kit.periods import Period
from reliability.web import charts
from reliability.web.charts import Chart

START = datetime(2026, 3, 1, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(hours=2))


def chart(**changes: object) -> Chart:
    fields: dict[str, object] = {
        "id": "sli",
        "title": "SLI <over> time",
        "figure": {
            "data": [charts.line(name="SLI", x=[START, START + timedelta(hours=1)], y=[0.99912345, None])],
            "layout": charts.layout(period=PERIOD, y_format=".2%"),
        },
        "columns": ("Slice", "SLI", "Valid"),
        "rows": [(START, 0.99912345, 1234567), (START + timedelta(hours=1), None, None)],
        "formats": ("", "ratio"),
    }
    return Chart(**{**fields, **changes})  # type: ignore[arg-type]  # the fields above, by name


def test_what_was_not_measured_is_a_gap_in_the_figure() -> None:
    figure = json.loads(chart(figure={"data": [{"y": [1.0, None, float("nan"), float("inf")]}]}).json)
    assert figure == {"data": [{"y": [1.0, None, None, None]}]}


def test_arrays_and_instants_go_into_the_figure() -> None:
    figure = json.loads(chart(figure={"data": [{"x": [START], "y": np.array([0.5, np.nan])}]}).json)
    assert figure == {"data": [{"x": ["2026-03-01T00:00:00Z"], "y": [0.5, None]}]}


def test_a_figure_cannot_leave_its_script_element() -> None:
    text = chart(figure={"data": [{"name": "</script><script>alert(1)//"}]}).json
    assert "<" not in text
    assert json.loads(text)["data"][0]["name"] == "</script><script>alert(1)//"


def test_the_table_tells_the_zone_of_the_page_and_keeps_exact_values_for_csv() -> None:
    with timezone.override("Europe/Berlin"):
        page = render_to_string("web/_chart.html", {"chart": chart()})
    assert '<td data-value="2026-03-01T00:00:00Z">2026-03-01 01:00</td>' in page
    assert '<td data-value="0.99912345">99.912 %</td>' in page
    assert '<td data-value="1234567">1,234,567</td>' in page
    assert '<td data-value="">no data</td>' in page
    assert '<td data-value="">–</td>' in page
    assert "SLI &lt;over&gt; time" in page


def test_the_box_keeps_its_height_without_a_style_attribute() -> None:
    page = render_to_string("web/_chart.html", {"chart": chart(height=340)})
    assert '<svg class="chart-space" width="1" height="340"' in page
    assert "style=" not in page


def test_a_chart_without_rows_says_so() -> None:
    assert "No data in this period." in render_to_string("web/_chart.html", {"chart": chart(rows=[])})


def test_the_objective_is_a_labelled_line() -> None:
    level = charts.objective_line(value=0.999, label="objective 99.9 %")
    assert level["shapes"][0]["y0"] == level["shapes"][0]["y1"] == 0.999
    assert level["annotations"][0]["text"] == "objective 99.9 %"


def test_a_value_between_two_gaps_is_a_dot() -> None:
    hours = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(5)]
    drawn = charts.line(name="SLI", x=hours, y=[None, 0.5, None, 0.6, 0.7])
    assert drawn["mode"] == "lines+markers"
    assert drawn["marker"]["size"] == [0, 5, 0, 0, 0]
    assert charts.line(name="SLI", x=hours, y=[0.1, 0.2, None, 0.6, 0.7])["mode"] == "lines"
