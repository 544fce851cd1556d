"""The table of a chart as a file."""

from __future__ import annotations

import csv
import io

from django.http import HttpResponse

from reliability.web.charts import Chart
from reliability.web.templatetags.web import raw


def csv_response(chart: Chart, *, filename: str) -> HttpResponse:
    """RFC 4180: UTC instants in RFC 3339, unrounded numbers, nothing where undefined."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(chart.columns)
    writer.writerows([raw(value) for value in row] for row in chart.rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
