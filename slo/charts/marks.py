"""Marks on a chart over time: where the definition changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reliability.web.charts import MUTED

Mark = tuple[datetime, str]


def mark_shapes(marks: Sequence[Mark]) -> list[dict[str, Any]]:
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
        for at, _ in marks
    ]


def mark_labels(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The words of each mark, at the top of its line."""
    return [
        {
            "text": words,
            "x": at,
            "xanchor": "left",
            "xshift": 3,
            "yref": "paper",
            "y": 1,
            "yanchor": "top",
            "showarrow": False,
            "font": {"size": 11, "color": MUTED},
        }
        for at, words in marks
    ]
