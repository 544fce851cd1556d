"""Runs in the search of the top bar, by their number or their experiment."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from chaos.runs.models import Run
from chaos.runs.selectors.runs import RunFilters, list_runs
from reliability.access.domain.caller import Caller
from reliability.web.search import Hit

NUMBER_DIGITS_MAX = 15


def runs_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    text = query.replace("\0", "").strip()
    number = text.lower().removeprefix("run").strip(" #")
    if number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS_MAX:
        found = list(list_runs(caller=caller).filter(pk=int(number)))
    else:
        found = list(list_runs(caller=caller, filters=RunFilters(text=text))[:limit]) if text else []
    return [_hit(run) for run in found]


def _hit(run: Run) -> Hit:
    state = run.get_verdict_display() if run.verdict else run.state
    return Hit("Run", f"Run {run.pk}: {run.experiment}", reverse("run-detail", args=[run.pk]), state, icon="flask")
