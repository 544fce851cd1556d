"""Where the definition changed on a chart over time, and the key of its dashed line.

Their words stand in the margin above the plot, where no data is: the key in a row above those of the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reliability.kit.periods import Period
from reliability.web.charts import BAD, MUTED

Change = tuple[datetime, str]

ROW = 16  # pixels
_MARGIN = 28
_NEAREST = 0.14  # of the period: what a label is wide. Of changes nearer than that the last one tells its words.


def change_shapes(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """A thin vertical line at each instant."""
    return [
        {
            "type": "line",
            "x0": at,
            "x1": at,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": MUTED, "width": 1, "dash": "dot"},
        }
        for at, _ in changes
    ]


def change_labels(changes: Sequence[Change], *, period: Period | None) -> list[dict[str, Any]]:
    """The words of each change above its line; from the middle of the period on they reach to the left."""
    in_order = sorted(changes)
    following = [at for at, _ in in_order[1:]] + [None] * bool(in_order)
    return [
        _words(words, x=at, anchor="right" if _place(at, period) > 0.5 else "left", colour=MUTED)
        for (at, words), after in zip(in_order, following, strict=True)
        if after is None or _place(after, period) - _place(at, period) >= _NEAREST
    ]


def key_label(text: str, *, changes: Sequence[Change]) -> dict[str, Any]:
    """What the dashed line is, at the left above the plot and above the words of changes."""
    key = _words(f"╌ {text}", x=0, anchor="left", colour=BAD) | {"xref": "paper"}
    return key | {"yshift": ROW} if changes else key


def margin_of(changes: Sequence[Change]) -> dict[str, int]:
    """Room for the words above the plot."""
    return {"t": _MARGIN + (ROW if changes else 0)}


def _words(text: str, *, x: Any, anchor: str, colour: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "xanchor": anchor,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11, "color": colour},
        "bgcolor": "var(--surface)",
        "borderpad": 1,
    }


def _place(at: datetime, period: Period | None) -> float:
    """Where in the period, 0 to 1."""
    return (at - period.start) / period.length if period and not period.is_empty else 0.0
