"""What spent the budget: the ledger of an objective, its lines, and the minutes of a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.kit.durations import format_duration, humanize_duration
from reliability.kit.periods import Period
from reliability.web.charts import Chart
from reliability.web.errors import NotFound
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file
from reliability.web.templatetags.web import raw
from reliability.web.timerange import DEFAULT, TimeRange
from reliability.web.zones import zone_of
from slo.charts.ledger import ledger_chart
from slo.domain.windows import RollingWindow, parse_window
from slo.models import Slo
from slo.selectors.definitions import newest_versions
from slo.selectors.ledger import LedgerBasis, LedgerView, ledger_of
from slo.selectors.slos import get_slo
from slo.selectors.status import StatusView
from slo.views.csv import csv_response
from slo.views.ledger_rows import (
    COLUMNS,
    allowed_words,
    file_rows,
    idle_rows_of,
    line_named,
    row_of,
    rows_of,
    sentence_of,
)

PER_PAGE = 60
SHOWN_ON_OBJECTIVE = 5
IDLE_SHOWN = 50
DAYS_ON_OBJECTIVE = 100  # longer windows have their ledger on its own page only: the page must stay quick
_RANGE = ("range", "from", "to")
_KEPT = (*_RANGE, "tz")


@require_safe
def slo_ledger(request: AccessRequest, name: str) -> HttpResponse:
    """`?range=`, or `?from=&to=`, else the objective's window; `?basis=` which definition judges; `?line=` its minutes.

    `?format=csv` the lines, with `table=steps` the chart, with `table=minutes` those of the line.
    """
    slo, now = get_slo(caller=request.caller, name=name), timezone.now()
    period = _period(request, slo, now)
    basis = _basis(request)
    view = ledger_of(caller=request.caller, slo=slo, period=period, at=now, now=now, zone=zone_of(request), basis=basis)
    chart = _chart(view)
    if request.GET.get("format") == "csv":
        return _file(request, slo, view, chart)
    context: dict[str, Any] = _context(view, chart) | {
        "slo": slo,
        "service": visible(caller=request.caller, related=slo.service),
        "period": period,
        "bases": list(LedgerBasis),
        "basis": basis,
        "stretches": view.stretches if len(view.stretches) > 1 else (),
        "idle": idle_rows_of(view.ledger)[:IDLE_SHOWN],
        "now": now,
        "ledger_url": _address(slo, {name: request.GET.get(name, "") for name in _KEPT} | {"basis": basis}),
    }
    if wanted := request.GET.get("line", ""):
        context |= _drill_down(request, view, wanted)
    return render(request, "slo/ledger.html", context)


def ledger_section(
    request: AccessRequest, *, slo: Slo, status: StatusView, at: datetime, now: datetime
) -> dict[str, Any]:
    """For the objective's page: the ledger of its window, judged as its state is, so that both say the same sum."""
    if status.window.length.days > DAYS_ON_OBJECTIVE:
        return {"ledger_is_elsewhere": True, "ledger_url": _address(slo, {"range": "90d"})}
    basis = LedgerBasis.RESTATED if status.is_restated else LedgerBasis.AT_THE_END
    view = ledger_of(
        caller=request.caller, slo=slo, period=status.window, at=at, now=now, zone=zone_of(request), basis=basis
    )
    found = _context(view, _chart(view))
    rows = found["ledger_rows"]
    # The range of the page is that of its charts; the ledger is of the window.
    bounds = {"from": raw(status.window.start), "to": raw(status.at)} if at < now else {}
    return found | {
        "ledger_rows": rows[:SHOWN_ON_OBJECTIVE],
        "ledger_more": max(0, len(rows) - SHOWN_ON_OBJECTIVE),
        "ledger_url": _address(slo, {"tz": request.GET.get("tz", ""), "basis": basis} | bounds),
    }


def _address(slo: Slo, query: Mapping[str, str]) -> str:
    """Of the ledger's page; what is empty is left out."""
    return f"{reverse('slo-ledger', args=[slo.name])}?{urlencode({key: text for key, text in query.items() if text})}"


def _context(view: LedgerView, chart: Chart) -> dict[str, Any]:
    total = view.ledger.total
    return {
        "ledger": view,
        "ledger_chart": chart,
        "ledger_rows": rows_of(view.ledger),
        "ledger_sentence": sentence_of(view),
        "ledger_allowed": allowed_words(view.ledger) if total else "",
        "ledger_total": None if total is None else float(total.consumed),
        "ledger_bad": None if total is None else float(total.bad),
        "ledger_minutes": None if total is None else total.minutes,
    }


def _drill_down(request: AccessRequest, view: LedgerView, wanted: str) -> dict[str, Any]:
    line = line_named(view.ledger, wanted)
    if line is None:
        raise NotFound("this period's ledger has no such line: it may have been edited since")
    minutes = view.minutes_of((line.kind, line.key))
    return {"line": row_of(line, view.ledger), "page": page_of(request, minutes, per_page=PER_PAGE)}


def _chart(view: LedgerView) -> Chart:
    steps = view.ledger.steps
    longest = max((step.period.length for step in steps), default=None)
    each = f"in steps of {humanize_duration(longest)}" if longest else ""
    return ledger_chart(
        steps,
        period=view.ledger.period,
        note=f"Shares of the budget of this period, {each}; {view.basis.words}. Gaps were not measured.",
    )


def _file(request: AccessRequest, slo: Slo, view: LedgerView, chart: Chart) -> HttpResponse:
    table = request.GET.get("table", "lines")
    name = f"{slo.name}-ledger-{table}.csv"
    if table == "lines":
        rows = ([raw(cell) for cell in row] for row in file_rows(view.ledger))
        return table_file(columns=COLUMNS, rows=rows, filename=name)
    if table == "steps":
        return csv_response(chart, filename=name)
    if table == "minutes":
        line = line_named(view.ledger, request.GET.get("line", ""))
        if line is None:
            raise NotFound("this period's ledger has no such line: name one with line=")
        minutes = view.minutes_of((line.kind, line.key))
        columns = ("minute", "bad", "valid", "budget_spent")
        cells = ([raw(one.at), one.bad, one.valid, one.consumed] for one in minutes)
        return table_file(columns=columns, rows=cells, filename=name)
    raise NotFound(f"there is no table {table[:40]!r}: take lines, steps or minutes")


def _basis(request: AccessRequest) -> LedgerBasis:
    """Unknown values of an address are dropped, so an old link still opens."""
    wanted = request.GET.get("basis", "")
    return LedgerBasis(wanted) if wanted in LedgerBasis._value2member_map_ else LedgerBasis.ITS_TIME


def _period(request: AccessRequest, slo: Slo, now: datetime) -> Period:
    """The range of the address; without one the window that holds now, the whole of it."""
    window = parse_window(newest_versions(slo_ids=[slo.pk])[slo.pk].window)
    default = format_duration(window.length) if isinstance(window, RollingWindow) else DEFAULT
    time_range = TimeRange.from_request(request, now=now, default=default)
    if isinstance(window, RollingWindow) or any(request.GET.get(name) for name in _RANGE):
        return time_range.period
    return window.period_at(now)
