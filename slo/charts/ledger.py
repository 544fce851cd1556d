"""What spent the budget, stacked by kind of cause for each step."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import MUTED, SERIES, Chart, bars, layout
from slo.domain.causes import CauseKind
from slo.domain.ledger import Step

# Colour and pattern of each kind, as bands of incidents and experiments have them on the other charts.
_LOOKS = MappingProxyType(
    {
        CauseKind.MAINTENANCE: (SERIES[2], "."),
        CauseKind.EXPERIMENT: ("var(--warn-fill)", "/"),
        CauseKind.INCIDENT: ("var(--bad-fill)", ""),
        CauseKind.SUSPECT: (SERIES[0], "\\"),
        CauseKind.UNKNOWN: (MUTED, ""),
        CauseKind.BY_HAND: (SERIES[3], "x"),
    }
)
_ABOVE = 44  # pixels, for the legend


def ledger_chart(steps: Sequence[Step], *, period: Period, note: str = "", height: int = 280) -> Chart:
    """Shares of the period's budget; a step in which nothing was measured is a gap unless something was adjusted."""
    kinds = [kind for kind in CauseKind if any(kind in step.consumed for step in steps)]
    known = [step.is_measured or bool(step.consumed) for step in steps]
    shares = {kind: [float(step.consumed[kind]) if kind in step.consumed else None for step in steps] for kind in kinds}
    totals = [float(step.total) if is_known else None for step, is_known in zip(steps, known, strict=True)]
    data = [_bars(kind, steps, shares[kind]) for kind in kinds]
    if not kinds and any(known):  # measured, and nothing was spent: a line of zeros says so
        data = [_bars(CauseKind.UNKNOWN, steps, totals)]
    per_kind = [
        [0.0 if share is None and is_known else share for share, is_known in zip(shares[kind], known, strict=True)]
        for kind in kinds
    ]
    return Chart(
        id="ledger",
        title="What spent the budget",
        figure={
            "data": data,
            "layout": layout(
                period=period,
                y_format=".2~%",
                barmode="relative",
                bargap=0.15,
                margin={"t": _ABOVE},
                showlegend=bool(kinds),
                legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
            ),
        },
        columns=("From", "To", *(kind.words for kind in kinds), "Spent"),
        rows=list(
            zip(
                (step.period.start for step in steps),
                (step.period.end for step in steps),
                *per_kind,
                totals,
                strict=True,
            )
        ),
        height=height,
        note=note,
        formats=("", "", *("ratio" for _ in kinds), "ratio"),
    )


def _bars(kind: CauseKind, steps: Sequence[Step], shares: Sequence[float | None]) -> dict[str, Any]:
    colour, pattern = _LOOKS[kind]
    lengths = [step.period.length.total_seconds() * 1000 for step in steps]
    marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
    if pattern:
        marker["pattern"] = {"shape": pattern, "fillmode": "overlay", "fgcolor": "var(--surface)", "size": 6}
    return bars(
        name=kind.words,
        x=[step.period.start for step in steps],
        y=shares,
        hover="%{y:.4~%}",
        marker=marker,
        offset=0,
        width=[0.9 * length for length in lengths],
    )
