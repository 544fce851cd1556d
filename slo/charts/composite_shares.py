"""What each part of a composite took of its budget, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reliability.web.charts import MUTED, SERIES, Chart


@dataclass(frozen=True, slots=True)
class ShareBar:
    """consumed: of the whole budget. is_together: of several parts at once."""

    label: str
    consumed: float
    is_together: bool = False


def composite_shares_chart(shares: Sequence[ShareBar], *, note: str = "") -> Chart:
    """One bar for each, what took most on top."""
    ordered = sorted(shares, key=lambda one: one.consumed)
    colours = [MUTED if one.is_together else SERIES[0] for one in ordered]
    return Chart(
        id="shares",
        title="What spent the budget, by part",
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": "Budget spent",
                    "x": [one.consumed for one in ordered],
                    "y": [one.label for one in ordered],
                    "hovertemplate": "%{x:.2%}<extra></extra>",
                    "marker": {"color": colours, "line": {"width": 0}},
                }
            ],
            "layout": {
                "xaxis": {"tickformat": ".2~%", "rangemode": "tozero"},
                "yaxis": {"type": "category", "automargin": True},
                "bargap": 0.35,
                "showlegend": False,
            },
        },
        columns=("Part", "Budget spent"),
        rows=[(one.label, one.consumed) for one in reversed(ordered)],
        height=80 + 28 * len(ordered),
        note=note,
        formats=("", "ratio"),
    )
