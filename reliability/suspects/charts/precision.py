"""How often the first suspects were right, month by month; a month in which nothing was judged is a gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reliability.suspects.domain.precision import Month
from reliability.web.charts import SERIES, Chart, layout, line

HEIGHT = 240


def precision_chart(*, months: Sequence[Month]) -> Chart:
    """precision@1 and @3 with their n."""
    starts = [month.start for month in months]
    lines = (("Among the first 3", SERIES[1], "at_3"), ("First suspect right", SERIES[0], "at_1"))
    figure: dict[str, Any] = {
        "data": [
            line(
                name=name,
                x=starts,
                y=[getattr(month, which).value for month in months],
                colour=colour,
                hover="%{y:.0%}",
                mode="lines+markers",
                marker={"size": 6, "color": colour},
            )
            for name, colour, which in lines
        ],
        "layout": layout(y_format=".0%", showlegend=True),
    }
    figure["layout"]["yaxis"] |= {"range": [0, 1.04]}
    figure["layout"]["xaxis"] |= {"tickformat": "%b %Y", "dtick": "M1"}
    return Chart(
        id="precision",
        title="How often the suspects were right",
        figure=figure,
        columns=("Month", "Cases", "Judged (first)", "precision@1", "Judged (first 3)", "precision@3"),
        formats=("", "", "", "ratio", "", "ratio"),
        rows=[
            (
                f"{month.start:%Y-%m}",
                month.cases,
                month.at_1.judged,
                month.at_1.value,
                month.at_3.judged,
                month.at_3.value,
            )
            for month in months
        ],
        height=HEIGHT,
        note="Of judged cases, by the places of the first ranking; a gap: nothing was judged.",
    )
