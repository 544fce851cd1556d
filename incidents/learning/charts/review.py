"""The charts of a review: incidents, times, factors, budgets; each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from incidents.learning.domain.shown import FactorCount, OfPeriod, Spent
from incidents.response.domain.figures import Durations
from incidents.response.domain.severity import Severity
from reliability.web.charts import BAD, MUTED, SERIES, WARN, Chart, bars, layout, line, objective_line

_SEVERITIES = {
    Severity.SEV1: BAD, Severity.SEV2: WARN, Severity.SEV3: SERIES[0], Severity.SEV4: SERIES[2], Severity.SEV5: MUTED,
}  # fmt: skip
BUDGETS_SHOWN = 20
LABEL_MAX = 24
_CATEGORY = {"type": "category"}


def incidents_chart(*, trend: Sequence[OfPeriod]) -> Chart:
    """How many, by severity, now and in the periods before."""
    titles = [one.review.title for one in trend]
    shown = [severity for severity in Severity if any(one.by_severity[severity] for one in trend)] or [Severity.SEV1]
    data = [
        bars(
            name=severity.word,
            x=titles,
            y=[one.by_severity[severity] for one in trend],
            colour=_SEVERITIES[severity],
            hover="%{y}",
        )
        for severity in shown
    ]
    most = max((one.figures.n for one in trend), default=1)
    figure: dict[str, Any] = {"data": data, "layout": layout(y_title="incidents", xaxis=_CATEGORY, barmode="stack")}
    figure["layout"]["yaxis"] |= {"rangemode": "tozero", "dtick": max(1, -(-most // 5))}
    return Chart(
        id="incidents",
        title="Incidents by severity",
        figure=figure,
        columns=(trend[-1].review.noun.capitalize(), "All", *(severity.word for severity in Severity)),
        rows=[
            (one.review.title, one.figures.n, *(one.by_severity[severity] for severity in Severity)) for one in trend
        ],
        note="Detected in each period; duplicates do not count.",
    )


def response_chart(*, trend: Sequence[OfPeriod]) -> Chart:
    """Median minutes until it was noticed, answered and mended."""
    named = [
        ("MTTD", [one.figures.mttd for one in trend]),
        ("MTTA", [one.figures.mtta for one in trend]),
        ("MTTR", [one.figures.mttr_from_start for one in trend]),
    ]
    note = "Medians, from the start of the incident (MTTA: from its detection). A gap is a period without any."
    return _times(slug="response", title="MTTD, MTTA and MTTR", trend=trend, named=named, unit="minutes", note=note)


def between_chart(*, trend: Sequence[OfPeriod]) -> Chart:
    """Median hours between failures."""
    named = [("MTBF", [one.figures.mtbf for one in trend]), ("MTTF", [one.mttf for one in trend])]
    note = "Medians within each period, so a period with fewer than two failures is a gap."
    return _times(slug="between", title="MTBF and MTTF", trend=trend, named=named, unit="hours", note=note)


def _times(
    *,
    slug: str,
    title: str,
    trend: Sequence[OfPeriod],
    named: Sequence[tuple[str, Sequence[Durations]]],
    unit: str,
    note: str,
) -> Chart:
    one_unit = timedelta(minutes=1) if unit == "minutes" else timedelta(hours=1)
    starts = [one.review.period.start for one in trend]
    values = [(name, [None if d.median is None else d.median / one_unit for d in found]) for name, found in named]
    data = [
        line(
            name=name,
            x=starts,
            y=found,
            colour=SERIES[index],
            hover=f"%{{y:.1f}} {unit}",
            mode="lines+markers",
            marker={"size": 6, "color": SERIES[index]},
        )
        for index, (name, found) in enumerate(values)
    ]
    months = trend[-1].review.months
    ticks = {"tickvals": starts, "ticktext": [one.review.title for one in trend], "type": "date"}
    figure: dict[str, Any] = {"data": data, "layout": layout(y_title=f"median {unit}", xaxis=ticks)}
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    columns = ["Month" if months == 1 else "Quarter"]
    for name, _ in named:
        columns += [f"{name}, {unit}", f"n of {name}"]
    rows = [
        (one.review.title, *(cell for k in range(len(named)) for cell in (values[k][1][row], named[k][1][row].n)))
        for row, one in enumerate(trend)
    ]
    return Chart(id=slug, title=title, figure=figure, columns=columns, rows=rows, note=note)


def factors_chart(*, factors: Sequence[FactorCount]) -> Chart:
    """Of how many incidents each category was a factor; now, and in the period before."""
    titles = [one.category.words.partition(":")[0] for one in factors]
    data = [
        bars(name="Before", x=titles, y=[one.before for one in factors], colour=MUTED, opacity=0.5),
        bars(name="Now", x=titles, y=[one.postmortems for one in factors], colour=SERIES[0]),
    ]
    figure: dict[str, Any] = {"data": data, "layout": layout(y_title="incidents", xaxis=_CATEGORY, barmode="group")}
    figure["layout"]["yaxis"] |= {"rangemode": "tozero", "dtick": 1}
    return Chart(
        id="factors",
        title="Contributing factors",
        figure=figure,
        columns=("Category", "Incidents", "Incidents before", "Times named"),
        rows=[(one.category.words, one.postmortems, one.before, one.factors) for one in factors],
        note="From postmortems; an incident has several factors, and none is the cause.",
    )


def budgets_chart(*, rows: Sequence[Spent]) -> Chart:
    """What was spent of the period's budget, what spent most first; objectives without data are left out, as gaps."""
    shown = [row for row in rows if row.consumed is not None][:BUDGETS_SHOWN]
    names = [row.name for row in shown]  # two may have the same title
    ticks = {**_CATEGORY, "tickvals": names, "ticktext": [_short(row.title) for row in shown]}
    data = [
        bars(name="Before", x=names, y=[row.before for row in shown], colour=MUTED, opacity=0.5, hover="%{y:.1%}"),
        bars(name="Now", x=names, y=[row.consumed for row in shown], colour=SERIES[0], hover="%{y:.1%}"),
    ]
    level: dict[str, Any] = objective_line(value=1, label="the whole budget")
    figure: dict[str, Any] = {"data": data, "layout": layout(y_format=".0%", xaxis=ticks, barmode="group", **level)}
    return Chart(
        id="budgets",
        title="Error budget spent",
        figure=figure,
        columns=("Objective", "Spent", "Spent before", "SLI", "Measured"),
        formats=("", "ratio", "ratio", "ratio", "ratio"),
        rows=[(row.title, row.consumed, row.before, row.sli, row.coverage) for row in rows],
        height=320,
        note="Of the budget of this period, not of the objective's own window. No data is no zero.",
    )


def _short(title: str) -> str:
    return title if len(title) <= LABEL_MAX else f"{title[: LABEL_MAX - 1]}…"
