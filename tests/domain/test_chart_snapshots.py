"""Charts that are kept."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from incidents.response.domain.snapshots import SnapshotError, chart_from_json, chart_to_json
from reliability.web.charts import Chart, layout, line

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHART = Chart(
    id="burn",
    title="Burn rate",
    figure={"data": [line(name="1 h", x=[AT], y=[np.float64(14.4)])], "layout": layout(y_format=".1f")},
    columns=("At", "Rate"),
    rows=[(AT, 14.4), (AT, None)],
    note="as of now",
    formats=("", "ratio"),
)


def test_a_chart_comes_back_with_its_table_and_instants() -> None:
    kept = chart_from_json(chart_to_json(chart=CHART, bytes_max=10_000))
    assert [list(row) for row in kept.rows] == [[AT, 14.4], [AT, None]]
    assert (kept.title, kept.note, list(kept.formats), kept.height) == ("Burn rate", "as of now", ["", "ratio"], 280)
    assert kept.json == CHART.json


def test_a_chart_that_is_too_large_is_refused() -> None:
    with pytest.raises(SnapshotError, match="at most 100 are kept"):
        chart_to_json(chart=CHART, bytes_max=100)
