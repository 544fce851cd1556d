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


def what_if_chart(links: Sequence[LinkBar], *, is_changed: bool = True, note: str = "") -> Chart:
    """Two bars for each link, what costs most on top; one where nothing is supposed yet and both would be the same."""
    ordered = sorted(links, key=lambda one: max(one.before, one.after or 0.0))
    now, then = [one.before for one in ordered], [one.after for one in ordered]
    pairs = [("Now", now, MUTED), ("Supposed", then, SERIES[0])] if is_changed else [("Now", now, SERIES[0])]
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
                "showlegend": is_changed,
                "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
                "margin": {"t": 44},
            },
        },
        columns=("Link", *(f"{name} (min a month)" for name, _, _ in pairs)),
        rows=[(one.label, one.before, one.after)[: 1 + len(pairs)] for one in reversed(ordered)],
        height=110 + 40 * len(ordered),
        note=note,
    )
