"""A ratio over time: a line with a gap wherever it is undefined, its amounts in the table.

What the range cuts off from a week is a hollow point beside the line. It sets no scale, but for the last one, most
often the week that runs, once half of it is there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from reliability.kit.periods import Period
from reliability.measures.counts import title_of
from reliability.measures.domain.ratios import Measured
from reliability.web.charts import SERIES, Chart, layout, line

_BEYOND = "; beyond the scale, see the table"
_HEADROOM = 1.1
_SCALE_MAX = 1.5  # so far above the highest whole bucket a cut one may still be drawn


def ratio_chart(
    *, measured: Measured, period: Period, step_words: str, cut: Collection[Period] = (), height: int = 220
) -> Chart:
    """One point for each bucket. The table has what stands above and below with their n, and why there is no value.

    cut: those of the buckets that are but a part of their day, week or month.
    """
    kind = measured.kind
    unit = " ".join(part for part in (measured.whole.unit, kind.unit) if part)
    starts = [bucket.start for bucket, _ in measured.buckets]
    whole = [None if bucket in cut else plain(ratio.value) for bucket, ratio in measured.buckets]
    parts = [plain(ratio.value) if bucket in cut else None for bucket, ratio in measured.buckets]
    template = f"%{{y:.4~g}} {_safe(unit)}"
    figure: dict[str, Any] = {
        "data": [
            line(
                name=kind.title,
                x=starts,
                y=whole,
                colour=SERIES[0],
                mode="lines+markers",
                marker={"size": 5, "color": SERIES[0]},
                hovertemplate=f"{template}<extra></extra>",
            ),
            line(
                name=f"part of a {step_words}",
                x=starts,
                y=parts,
                colour=SERIES[0],
                mode="markers",
                marker={"size": 7, "color": SERIES[0], "symbol": "circle-open"},
                hovertemplate=f"{template}, part of a {step_words}<extra></extra>",
            ),
        ],
        "layout": layout(period=period, y_title=unit, showlegend=False),
    }
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    highest = max((value for value in (*whole, _running(measured, parts)) if value), default=0.0)
    beyond = highest > 0 and any(value > highest * _SCALE_MAX for value in parts if value is not None)
    if beyond:
        figure["layout"]["yaxis"] |= {"range": [0, highest * _HEADROOM]}
    note = f"By {step_words}; a gap is where it is undefined."
    if any(value is not None for value in parts):
        note += f" Hollow: a part of a {step_words}, not to be compared{_BEYOND if beyond else ''}."
    return Chart(
        id=f"ratio-{kind.slug.replace('/', '-')}",
        title=kind.title,
        figure=figure,
        columns=("From", "Of", "Ratio", title_of(kind.numerator), "n", title_of(kind.denominator), "n", "Why none"),
        rows=[
            (
                bucket.start, f"part of a {step_words}" if bucket in cut else f"a {step_words}",
                plain(ratio.value), plain(ratio.above.value), ratio.above.n, plain(ratio.below.value),
                ratio.below.n, ratio.why.words,
            )
            for bucket, ratio in measured.buckets
        ],
        height=height,
        note=note,
    )  # fmt: skip


def _running(measured: Measured, parts: Sequence[float | None]) -> float | None:
    """The value of the last bucket if it is cut and at least half as long as the longest."""
    longest = max((bucket.length for bucket, _ in measured.buckets), default=timedelta(0))
    return parts[-1] if parts and measured.buckets[-1][0].length * 2 >= longest else None


def plain(value: Fraction | None) -> float | None:
    """As a chart and a file have it; only here a fraction is rounded."""
    return None if value is None else float(value)


def _safe(text: str) -> str:
    """Units are what people wrote; a template of a chart would read tags and placeholders in them."""
    return text.replace("<", "").replace(">", "").replace("%{", "")
