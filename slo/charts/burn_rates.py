"""Burn rates side by side, shortest window first."""

from __future__ import annotations

from collections.abc import Mapping

from reliability.web.charts import MUTED, Chart, bars, objective_line

# From SRE Workbook chapter 5: 14.4 over an hour spends 2 % of a 30-day budget, which is worth waking someone.
PAGE_FACTOR = 14.4
_GOOD, _WARN, _BAD = "var(--good-fill)", "var(--warn-fill)", "var(--bad-fill)"


def burn_rates_chart(burn_rates: Mapping[str, float | None], *, note: str = "", height: int = 220) -> Chart:
    """One bar per window, none where nothing was measured; at 1 the budget lasts exactly one window of the SLO."""
    sustainable = objective_line(value=1, label="1× lasts the window", colour=MUTED)
    figure = {
        "data": [
            bars(
                name="Burn rate",
                x=list(burn_rates),
                y=list(burn_rates.values()),
                hover="%{y:.2f}×",
                marker={"color": [colour_of(rate) for rate in burn_rates.values()], "line": {"width": 0}},
            )
        ],
        "layout": {
            "xaxis": {"type": "category"},
            "yaxis": {"rangemode": "tozero", "ticksuffix": "×"},
            "bargap": 0.5,
            "showlegend": False,
            **sustainable,
        },
    }
    return Chart(
        id="burn-rates",
        title="Burn rate by window",
        figure=figure,
        columns=("Window", "Burn rate"),
        rows=list(burn_rates.items()),
        height=height,
        note=note,
    )


def colour_of(rate: float | None) -> str:
    """Good up to 1, bad from the paging factor on."""
    if rate is None:
        return MUTED
    if rate <= 1:
        return _GOOD
    return _BAD if rate >= PAGE_FACTOR else _WARN
