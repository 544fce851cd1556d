"""A ratio over time: a line with a gap wherever it is undefined, its amounts in the table."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from reliability.kit.periods import Period
from reliability.measures.counts import title_of
from reliability.measures.domain.ratios import Measured
from reliability.web.charts import SERIES, Chart, layout, line


def ratio_chart(*, measured: Measured, period: Period, step_words: str, height: int = 220) -> Chart:
    """One point for each bucket. The table has what stands above and below with their n, and why there is no value."""
    kind = measured.kind
    unit = " ".join(part for part in (measured.whole.unit, kind.unit) if part)
    figure: dict[str, Any] = {
        "data": [
            line(
                name=kind.title,
                x=[bucket.start for bucket, _ in measured.buckets],
                y=[plain(ratio.value) for _, ratio in measured.buckets],
                colour=SERIES[0],
                hover=f"%{{y:.4~g}} {_safe(unit)}".rstrip(),
                mode="lines+markers",
                marker={"size": 5, "color": SERIES[0]},
            )
        ],
        "layout": layout(period=period, y_title=unit, showlegend=False),
    }
    figure["data"][0]["hovertemplate"] = f"%{{y:.4~g}} {_safe(unit)}<extra></extra>"
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    return Chart(
        id=f"ratio-{kind.slug.replace('/', '-')}",
        title=kind.title,
        figure=figure,
        columns=("From", "Ratio", title_of(kind.numerator), "n", title_of(kind.denominator), "n", "Why none"),
        rows=[
            (
                bucket.start, plain(ratio.value), plain(ratio.above.value), ratio.above.n, plain(ratio.below.value),
                ratio.below.n, ratio.why.words,
            )
            for bucket, ratio in measured.buckets
        ],
        height=height,
        note=f"By {step_words}; a gap is where it is undefined.",
    )  # fmt: skip


def plain(value: Fraction | None) -> float | None:
    """As a chart and a file have it; only here a fraction is rounded."""
    return None if value is None else float(value)


def _safe(text: str) -> str:
    """Units are what people wrote; a template of a chart would read tags and placeholders in them."""
    return text.replace("<", "").replace(">", "").replace("%{", "")
