"""Reading the past of an indicator: start, watch, pause, resume, cancel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Invalid
from slo.forms.backfill import BackfillForm
from slo.models import Sli
from slo.selectors.backfills import latest_of, progress_of
from slo.selectors.errors import error_words
from slo.selectors.slis import get_sli
from slo.services import backfills
from slo.views.back import back_to

_ACTIONS = {"pause": backfills.pause, "resume": backfills.resume, "cancel": backfills.cancel}


def backfill_context(request: AccessRequest, sli: Sli) -> dict[str, Any]:
    """What `_backfill.html` shows of an indicator."""
    latest = latest_of(sli=sli)
    progress = progress_of(backfill=latest) if latest else None
    if progress:
        words = error_words(caller=request.caller, source=sli.source, error=progress.last_error)
        progress = replace(progress, last_error=words)
    return {
        "sli": sli,
        "backfill": progress,
        "may_edit_sli": request.caller.may(sli.team_id, Role.EDITOR),
    }


@require_safe
def backfill_part(request: AccessRequest, name: str) -> HttpResponse:
    """The progress alone, asked for while it runs."""
    sli = get_sli(caller=request.caller, name=name)
    return render(request, "slo/_backfill.html", backfill_context(request, sli) | {"backfill_form": BackfillForm()})


@require_POST
def backfill_new(request: AccessRequest, name: str) -> HttpResponse:
    """Start to read as many days as asked for."""
    sli = get_sli(caller=request.caller, name=name)
    require(caller=request.caller, team_id=sli.team_id, role=Role.EDITOR)
    form = BackfillForm(request.POST)
    now = timezone.now()
    if form.is_valid():
        end = floor_minute(now)
        try:
            backfills.start(
                caller=request.caller,
                sli=sli,
                period=Period(end - timedelta(days=form.cleaned_data["days"]), end),
                now=now,
                reason=form.cleaned_data["reason"],
                restate=form.cleaned_data["restate"],
            )
        except (Conflict, Invalid) as problem:
            form.add_error("days", problem.message)
    return _answer(request, sli, form)


@require_POST
def backfill_change(request: AccessRequest, name: str, pk: int, action: str) -> HttpResponse:
    """Pause, resume or cancel."""
    sli = get_sli(caller=request.caller, name=name)
    if action not in _ACTIONS:
        raise Http404
    backfill = get_object_or_404(sli.backfills, pk=pk)
    try:
        _ACTIONS[action](caller=request.caller, backfill=backfill, now=timezone.now())
    except Conflict as problem:  # it ended between the page and the click: the part shows where it stands
        messages.info(request, problem.message)
    return _answer(request, sli, BackfillForm())


def _answer(request: AccessRequest, sli: Sli, form: BackfillForm) -> HttpResponse:
    """The part for htmx; without it the page the person came from, or this one with the error at the field."""
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return render(request, "slo/_backfill.html", backfill_context(request, sli) | {"backfill_form": form})
    if form.errors:
        context = backfill_context(request, sli) | {"backfill_form": form}
        return render(request, "slo/backfill.html", context, status=422)
    return back_to(request, "sli-detail", sli.name)
