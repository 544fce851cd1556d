"""What each link costs a month, before and after what is supposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reliability.web.charts import MUTED, SERIES, Chart


@dataclass(frozen=True, slots=True)
class LinkBar:
    """Minutes a month; after is None where the link is taken away."""

    label: str
    before: float
    after: float | None


def what_if_chart(links: Sequence[LinkBar], *, note: str = "") -> Chart:
    """Two bars for each link, what costs most on top."""
    ordered = sorted(links, key=lambda one: max(one.before, one.after or 0.0))
    pairs = (("Now", [one.before for one in ordered], MUTED), ("Supposed", [one.after for one in ordered], SERIES[0]))
    return Chart(
        id="what-if",
        title="Bad minutes a month, by link",
        figure={
            "data": [
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": name,
                    "x": values,
                    "y": [one.label for one in ordered],
                    "hovertemplate": "%{x:.1f} min<extra>" + name + "</extra>",
                    "marker": {"color": colour, "line": {"width": 0}},
                }
                for name, values, colour in pairs
            ],
            "layout": {
                "xaxis": {"ticksuffix": " min", "rangemode": "tozero"},
                "yaxis": {"type": "category", "automargin": True},
                "barmode": "group",
                "bargap": 0.3,
                "showlegend": True,
                "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
                "margin": {"t": 44},
            },
        },
        columns=("Link", "Now (min a month)", "Supposed (min a month)"),
        rows=[(one.label, one.before, one.after) for one in reversed(ordered)],
        height=110 + 40 * len(ordered),
        note=note,
    )
