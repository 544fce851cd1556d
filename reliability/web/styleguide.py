"""What /styleguide/ shows: every component with made-up, fixed values."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest

from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web import charts
from reliability.web.banners import Banner
from reliability.web.charts import Chart
from reliability.web.states import all_states
from reliability.web.timerange import TimeRange


class SampleForm(forms.Form):
    """Each kind of field once."""

    name = forms.SlugField(label="Name", help_text="Names the objective in addresses and in the API.")
    objective = forms.DecimalField(
        label="Objective",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Percent of valid events that must be good.",
    )
    method = forms.ChoiceField(
        label="Budgeting method",
        choices=[("Occurrences", "Occurrences"), ("Timeslices", "Time slices")],
        help_text="What the budget counts: events, or slices of time.",
    )
    window = forms.ChoiceField(
        label="Window", widget=forms.RadioSelect, choices=[("rolling", "Rolling"), ("calendar", "Calendar")]
    )
    description = forms.CharField(label="Description", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    counts_no_data = forms.BooleanField(label="Count minutes without data as bad", required=False)


class ReasonForm(forms.Form):
    """What a confirmation may ask for."""

    why = forms.CharField(label="Why", help_text="Kept in the audit trail.")


def styleguide_context(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    sparkline = [None if 9 <= index <= 11 else 1 - 0.0006 * abs(math.sin(index / 3)) for index in range(30)]
    time_range = TimeRange.from_request(request, now=now, default="7d")
    return {
        "now": now,
        "soon": now + timedelta(hours=4, minutes=12),
        "minutes_ago": now - timedelta(minutes=3),
        "days_ago": now - timedelta(days=5),
        "states": all_states(),
        "budgets": [
            (1.0, "met"),
            (0.713, "met"),
            (0.12, "at_risk"),
            (0.0, "breached"),
            (-0.234, "breached"),
            (-5, "breached"),
            (None, "no_data"),
        ],
        "sparkline": sparkline,
        "empty_sparkline": [None] * 30,
        "percents": [100, 99.999, 99.95, 99.9, 71.26, 3.5, 0.042, -23.4, None],
        "banners": [
            Banner("bad", "Sev1: checkout answers nobody since 12:03 UTC.", "#", "Open the incident"),
            Banner(
                "warn",
                "No telemetry from source prod for 14 min: 12 objectives show old numbers.",
                "#",
                "Look at the source",
            ),
            Banner("info", "A backfill of 30 days is running.", "#", "Show progress"),
        ],
        "form": SampleForm(),
        "reason_form": ReasonForm(),
        "losses": ["the objective Customers can place orders and its 3 versions", "28 days of its budget history"],
        "wrong_form": SampleForm({"name": "check out", "objective": "99,9 or so", "method": "Occurrences"}),
        "page": Paginator(range(1234), 50).get_page(request.GET.get("page")),
        "tabs": [
            {"title": "Overview", "url": "?", "is_here": True, "count": None},
            {"title": "Versions", "url": "?", "is_here": False, "count": 3},
            {"title": "Exclusions", "url": "?", "is_here": False, "count": 0},
        ],
        "changes": [
            {"state": "added", "title": "SLO checkout-latency", "fields": []},
            {
                "state": "changed",
                "title": "SLO checkout-availability",
                "fields": [
                    {"name": "objective", "old": "99.9 %", "new": "99.95 %"},
                    {"name": "description", "old": None, "new": "What customers see."},
                ],
            },
            {"state": "removed", "title": "SLI checkout-old", "fields": []},
            {"state": "unchanged", "title": "Service checkout", "fields": []},
        ],
        "rows": [
            {"title": "Checkout succeeds", "sli": 0.99962, "remaining": 0.62, "state": "met", "burn": 0.4},
            {"title": "Search answers in 300 ms", "sli": 0.9931, "remaining": 0.08, "state": "at_risk", "burn": 6.2},
            {"title": "Payments are captured", "sli": 0.9981, "remaining": -0.9, "state": "breached", "burn": 14.4},
            {"title": "Mail is sent", "sli": None, "remaining": None, "state": "no_data", "burn": None},
        ],
        "code": "curl -H 'Authorization: Bearer …' \\\n  https://reliability.example.org/api/v1/slos",
        "charts": [_sli_chart(time_range.period), _burn_chart()],
    }


def _sli_chart(period: Period) -> Chart:
    step = max(timedelta(minutes=1), period.length / 168)
    instants = [floor_minute(piece.start) for piece in period.split(step)]
    gap = range(len(instants) // 3, len(instants) // 3 + 6)
    values = [None if i in gap else 1 - 0.0008 * (1 + math.sin(i / 9)) for i in range(len(instants))]
    level = charts.objective_line(value=0.999, label="objective 99.9 %")
    shapes = [
        *level["shapes"],
        charts.band(period=Period(instants[len(instants) // 2], instants[len(instants) // 2 + 4]), label="excluded"),
    ]
    return Chart(
        id="sli",
        title="SLI over time",
        figure={
            "data": [charts.line(name="SLI", x=instants, y=values, hover="%{y:.3%}")],
            "layout": charts.layout(period=period, y_format=".2%", shapes=shapes, annotations=level["annotations"]),
        },
        columns=("Slice", "SLI"),
        rows=list(zip(instants, values, strict=True)),
        note="share of good events per slice",
        formats=("", "ratio"),
    )


def _burn_chart() -> Chart:
    windows, rates = ("5m", "30m", "1h", "2h", "6h", "1d", "3d"), (0.2, 1.4, 6.1, 3.9, 2.0, None, 0.8)
    return Chart(
        id="burn",
        title="Burn rate per window",
        figure={
            "data": [charts.bars(name="burn rate", x=windows, y=rates, hover="%{y:.2f}×")],
            "layout": {"yaxis": {"title": {"text": "× budget"}}, "xaxis": {"type": "category"}},
        },
        columns=("Window", "Burn rate"),
        rows=list(zip(windows, rates, strict=True)),
        height=200,
    )
