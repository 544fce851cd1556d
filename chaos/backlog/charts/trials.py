"""What the runs of a recovery trial measured, against what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.periods import Period
from reliability.web.charts import BAD, SERIES, WARN, Chart, layout, line, objective_line

HEIGHT = 220


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. None: not measured, a gap and never 0."""

    number: int
    ended_at: datetime
    verdict: str
    rto_seconds: float | None
    rpo_seconds: float | None


def history_chart(*, runs: Sequence[Measured], rto_asked: int | None, rpo_asked: int | None) -> Chart:
    """Points over time, oldest first, in seconds; objectives dashed. RTO round, RPO square: told without the colour."""
    ordered = sorted(runs, key=lambda one: (one.ended_at, one.number))
    instants = [one.ended_at for one in ordered]
    curves = (
        ("RTO", [one.rto_seconds for one in ordered], SERIES[0], "circle", rto_asked),
        ("RPO", [one.rpo_seconds for one in ordered], SERIES[2], "square", rpo_asked),
    )
    data, shapes, annotations = [], [], []
    for name, values, colour, symbol, asked in curves:
        if any(value is not None for value in values):
            marker = {"color": colour, "size": 8, "symbol": symbol}
            hover = "%{y:.4g} s"
            drawn = line(
                name=name, x=instants, y=values, colour=colour, hover=hover, mode="lines+markers", marker=marker
            )
            data.append(drawn)
        if asked is not None:
            label = f"{name} at most {asked:,} s"
            level = objective_line(value=asked, label=label, colour=BAD if name == "RTO" else WARN)
            shapes += level["shapes"]
            annotations += level["annotations"]
    return Chart(
        id="trial-history",
        title="Measured recovery",
        figure={
            "data": data,
            "layout": layout(
                period=_around(instants),
                shapes=shapes,
                annotations=annotations,
                showlegend=len(data) > 1,
                margin={"t": 30},
            )
            | {"yaxis": {"rangemode": "tozero", "title": {"text": "seconds"}}},
        },
        columns=("Ended", "Run", "Verdict", "RTO, s", "RPO, s"),
        rows=[(one.ended_at, one.number, one.verdict, one.rto_seconds, one.rpo_seconds) for one in ordered],
        height=HEIGHT,
        note="real runs that were begun; what was not measured is a gap",
    )


def _around(instants: Sequence[datetime]) -> Period | None:
    """With room at both ends, so that a single run stands among days and not among milliseconds."""
    if not instants:
        return None
    room = max((instants[-1] - instants[0]) * 0.05, timedelta(days=7))
    return Period(instants[0] - room, instants[-1] + room)
