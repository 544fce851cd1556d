"""What stays of a run: its report, its journal, and how it stands beside earlier ones."""

from __future__ import annotations

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.domain.outline import value_text
from chaos.experiments.tabs import tabs_for
from chaos.runs.domain.report import markdown
from chaos.runs.selectors.comparison import comparison_of
from chaos.runs.selectors.report import report_of
from chaos.runs.selectors.runs import run as get_run
from chaos.runs.selectors.runs import slos_of
from chaos.runs.views.comparing import rows_of
from chaos.runs.views.looks import row_of
from reliability.access.requests import AccessRequest
from reliability.web.errors import NotFound


@require_safe
def run_report(request: AccessRequest, number: int) -> HttpResponse:
    """To read and to print; `?format=markdown` as a file."""
    run = get_run(caller=request.caller, run_id=number)
    report = report_of(caller=request.caller, run=run)
    if request.GET.get("format") == "markdown":
        return HttpResponse(
            markdown(report),
            content_type="text/markdown; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="run-{run.pk}.md"'},
        )
    probes = [(name, value_text(value)) for name, value in report.probes]
    row = row_of(run, caller=request.caller, now=timezone.now())
    return render(request, "runs/report.html", {"run": run, "row": row, "report": report, "probes": probes})


@require_safe
def run_journal(request: AccessRequest, number: int) -> HttpResponse:
    """As the Chaos Toolkit writes it, secrets masked."""
    run = get_run(caller=request.caller, run_id=number)
    if run.journal is None:
        raise NotFound("this run has no journal: nothing of it was begun, or it is not over yet")
    return HttpResponse(
        orjson.dumps(run.journal, option=orjson.OPT_INDENT_2),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="run-{run.pk}-journal.json"'},
    )


@require_safe
def run_compare(request: AccessRequest, number: int) -> HttpResponse:
    """A column for each run of the experiment, the newest first."""
    run = get_run(caller=request.caller, run_id=number)
    comparison = comparison_of(run=run)
    seen = set(slos_of(caller=request.caller, run=run).values_list("name", flat=True))
    context = {
        "tabs": tabs_for(request),
        "run": run,
        "comparison": comparison,
        "rows": rows_of(comparison, slos=seen),
    }
    return render(request, "runs/compare.html", context)
