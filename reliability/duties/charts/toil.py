"""Hours of toil by week and category, against half of the capacity."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reliability.duties.domain.toil import TOIL_SHARE_MAX, Category, Week
from reliability.web.charts import BAD, SERIES, Chart, bars, layout, objective_line

HEIGHT = 280
_COLOURS = {category: SERIES[index % len(SERIES)] for index, category in enumerate(Category)}


def weeks_chart(*, weeks: Sequence[Week], capacity: Decimal) -> Chart:
    """Stacked bars, one for each week, oldest first. capacity: hours a week; 0: not known, no line."""
    used = [one for one in Category if any(one.value in week.by_category for week in weeks)]
    names = [f"{week.monday:%Y-%m-%d}" for week in weeks]
    data = [
        bars(
            name=category.words,
            x=names,
            y=[float(week.by_category.get(category.value, 0)) for week in weeks],
            colour=_COLOURS[category],
            hover="%{y:.3g} h",
            **_pattern(index),
        )
        for index, category in enumerate(used)
    ]
    half = float(capacity * TOIL_SHARE_MAX)
    level = (
        objective_line(value=half, label=f"50 % of capacity (SRE book), {half:g} h", colour=BAD)
        if half
        else {"shapes": [], "annotations": []}
    )
    return Chart(
        id="toil-weeks",
        title="Hours of toil by week",
        figure={
            "data": data,
            "layout": layout(
                shapes=level["shapes"], annotations=level["annotations"], showlegend=len(data) > 1, margin={"t": 30}
            )
            | {
                "barmode": "stack",
                "xaxis": {"type": "category"},
                "yaxis": {"range": [0, _top(weeks, half)], "title": {"text": "hours"}},
            },
        },
        columns=("Week from", "Hours", "Share", *(category.words for category in used)),
        rows=[
            (
                name,
                float(week.hours),
                None if week.share is None else float(week.share),
                *(float(week.by_category.get(category.value, 0)) for category in used),
            )
            for name, week in zip(names, weeks, strict=True)
        ],
        height=HEIGHT,
        note="whole weeks; one without entries has 0 hours: nobody wrote any down",
        formats=("", "", "ratio", *("" for _ in used)),
    )


def _top(weeks: Sequence[Week], half: float) -> float:
    """So that the line is seen also in weeks with little toil."""
    return max([half, *(float(week.hours) for week in weeks), 1.0]) * 1.15


def _pattern(index: int) -> dict[str, object]:
    """Beyond the colours of the theme a hatch tells categories apart."""
    return {} if index < len(SERIES) else {"marker_pattern_shape": "/"}
