"""A chart as JSON, and back: what was seen at that moment, drawn later by the component that draws live ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from reliability.web.charts import Chart

_INSTANT = "at"


class SnapshotError(ValueError):
    """A chart that cannot be kept; the message says why."""


def chart_to_json(*, chart: Chart, bytes_max: int) -> dict[str, Any]:
    """The chart as plain JSON. Instants of the table are marked, so that they come back as instants.

    Raises SnapshotError when it is larger than *bytes_max*.
    """
    document = {
        "id": chart.id,
        "title": chart.title,
        "figure": chart.figure,
        "columns": list(chart.columns),
        "rows": [[_marked(cell) for cell in row] for row in chart.rows],
        "height": chart.height,
        "note": chart.note,
        "formats": list(chart.formats),
    }
    text = orjson.dumps(
        document, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str
    )
    if len(text) > bytes_max:
        raise SnapshotError(
            f"the chart has {len(text):,} bytes, at most {bytes_max:,} are kept: choose a shorter time range"
        )
    stored: dict[str, Any] = orjson.loads(text)
    return stored


def chart_from_json(stored: Mapping[str, Any]) -> Chart:
    """The chart that `chart_to_json` stored."""
    return Chart(
        id=str(stored["id"]),
        title=str(stored["title"]),
        figure=stored["figure"],
        columns=[str(column) for column in stored["columns"]],
        rows=[[_unmarked(cell) for cell in row] for row in stored["rows"]],
        height=int(stored.get("height", 280)),
        note=str(stored.get("note", "")),
        formats=[str(form) for form in stored.get("formats", ())],
    )


def _marked(cell: Any) -> Any:
    return {_INSTANT: cell} if isinstance(cell, datetime) else cell


def _unmarked(cell: Any) -> Any:
    if isinstance(cell, dict):
        return datetime.fromisoformat(str(cell[_INSTANT]).replace("Z", "+00:00"))
    return cell
