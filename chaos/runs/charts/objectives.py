"""Burn rate and SLI of an objective around a run, with the time of the fault hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import BAD, MUTED, SERIES, Chart, layout, line, objective_line

_WARN = "var(--warn-fill)"
_MARGIN_TOP = 36
HEIGHT = 240


@dataclass(frozen=True, slots=True)
class Curve:
    """One objective. rates and slis: per instant, None where nothing was measured. stop_burn: of the guard."""

    slug: str
    title: str
    objective: float
    objective_text: str
    instants: Sequence[datetime]
    rates: Sequence[float | None]
    slis: Sequence[float | None]
    stop_burn: float | None = None


def burn_chart(curve: Curve, *, period: Period, fault: Period | None, run: Period | None, note: str) -> Chart:
    """How fast the budget burns; dashed where the guard stops the run."""
    level = _level(1, "1× lasts the window", MUTED)
    if curve.stop_burn is not None:
        stop = _level(curve.stop_burn, f"the guard stops it at {curve.stop_burn:.3g}×", BAD)
        level = {name: [*level[name], *stop[name]] for name in level}
    figure = _figure(
        line(name="Burn rate", x=curve.instants, y=curve.rates, hover="%{y:.2f}×"), level, period, fault, run
    )
    figure["layout"]["yaxis"] |= {"rangemode": "tozero", "ticksuffix": "×"}
    return Chart(
        id=f"burn-{curve.slug}",
        title=f"Burn rate: {curve.title}",
        figure=figure,
        columns=("From", "Burn rate"),
        rows=list(zip(curve.instants, curve.rates, strict=True)),
        height=HEIGHT,
        note=note,
    )


def sli_chart(curve: Curve, *, period: Period, fault: Period | None, run: Period | None, note: str) -> Chart:
    """The SLI against its objective."""
    drawn = line(name="SLI", x=curve.instants, y=curve.slis, colour=SERIES[2], hover="%{y:.3%}")
    figure = _figure(
        drawn, _level(curve.objective, f"objective {curve.objective_text}", BAD), period, fault, run, y_format=".6~%"
    )
    return Chart(
        id=f"sli-{curve.slug}",
        title=f"SLI: {curve.title}",
        figure=figure,
        columns=("From", "SLI"),
        rows=list(zip(curve.instants, curve.slis, strict=True)),
        formats=("", "ratio"),
        height=HEIGHT,
        note=note,
    )


def hatched(period: Period, *, name: str) -> dict[str, Any]:
    """A band over the whole height, hatched: told from others without its colour."""
    start, end = period.start, period.end
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [start, start, end, end],
        "y": [0, 1, 1, 0],
        "yaxis": "y2",
        "fill": "toself",
        "fillcolor": _WARN,
        "fillpattern": {"shape": "/", "fillmode": "overlay", "fgcolor": _WARN, "bgcolor": "rgba(0,0,0,0)", "size": 7},
        "opacity": 0.35,
        "line": {"width": 0, "color": _WARN},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _figure(
    drawn: dict[str, Any],
    level: dict[str, list[dict[str, Any]]],
    period: Period,
    fault: Period | None,
    run: Period | None,
    *,
    y_format: str = "",
) -> dict[str, Any]:
    bands = [hatched(fault, name="Fault")] if fault is not None else []
    edges = [_edge(at) for at in (run.start, run.end)] if run is not None else []
    words = [_words("fault", fault.start)] if fault is not None else []
    if run is not None and (fault is None or (fault.start - run.start) / period.length > 0.06):
        words.append(_words("run", run.start))
    return {
        "data": [*bands, drawn],
        "layout": layout(
            period=period,
            y_format=y_format,
            shapes=[*level["shapes"], *edges],
            annotations=[*level["annotations"], *words],
            margin={"t": _MARGIN_TOP},
            showlegend=False,
            yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
        ),
    }


def _level(value: float, label: str, colour: str) -> dict[str, list[dict[str, Any]]]:
    """Its words at the left: at the right stands what matters now."""
    made = objective_line(value=value, label=label, colour=colour)
    words = [{**one, "x": 0, "xanchor": "left"} for one in made["annotations"]]
    return {"shapes": made["shapes"], "annotations": words}


def _edge(at: datetime) -> dict[str, Any]:
    line_style = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": line_style}


def _words(text: str, at: datetime) -> dict[str, Any]:
    return {
        "text": text,
        "x": at,
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11, "color": MUTED},
    }
