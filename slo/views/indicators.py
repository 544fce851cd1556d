"""Pages of indicators."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from slo.forms.backfill import BackfillForm
from slo.forms.sli import SliForm
from slo.selectors.coverage import coverage_of
from slo.selectors.measuring import measurable_sources
from slo.selectors.slis import SliFilters, get_sli, list_slis, versions_of
from slo.selectors.slos import SloFilters, list_slos
from slo.services import slis
from slo.views.backfills import backfill_context
from slo.views.measured import measured
from slo.views.rows import rows_of

COVERAGE_DAYS = 28


@require_safe
def sli_list(request: AccessRequest) -> HttpResponse:
    """Every readable indicator, what measures it and how fresh it is."""
    text = request.GET.get("q", "").strip()[:100].replace("\0", "")
    slis_found = list_slis(caller=request.caller, filters=SliFilters(text=text))
    return render(request, "slo/slis.html", {"page": page_of(request, slis_found), "text": text})


@require_safe
def sli_detail(request: AccessRequest, name: str) -> HttpResponse:
    """Where it is measured, what stands on it, coverage, faults, history."""
    sli = get_sli(caller=request.caller, name=name)
    now = timezone.now()
    end = floor_minute(now)
    slos = list_slos(caller=request.caller, filters=SloFilters(sli_name=sli.name))
    context = {
        "measured": measured(sli, caller=request.caller),
        "rows": rows_of(slos, caller=request.caller, now=now),
        "coverage": coverage_of(sli=sli, period=Period(end - timedelta(days=COVERAGE_DAYS), end)),
        "versions": versions_of(sli=sli),
        "backfill_form": BackfillForm(),
        "may_edit": request.caller.may(sli.team_id, Role.EDITOR),
        **backfill_context(request, sli),
    }
    return render(request, "slo/sli.html", context)


@require_http_methods(["GET", "POST"])
def sli_edit(request: AccessRequest, name: str) -> HttpResponse:
    """Change what is measured from now on; stored minutes stay."""
    sli = get_sli(caller=request.caller, name=name)
    require(caller=request.caller, team_id=sli.team_id, role=Role.EDITOR)
    source = visible(caller=request.caller, related=sli.source)
    form = SliForm(
        request.POST or None,
        sli=sli,
        sources=measurable_sources(caller=request.caller),
        source_title=str(source) if source else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            slis.update(
                caller=request.caller,
                sli=sli,
                draft=form.draft(base=slis.draft_of(sli=sli)),
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
                expected_revision=form.cleaned_data["based_on"],
            )
        except (Conflict, Invalid) as problem:
            form.take(problem)
        else:
            messages.success(request, "The indicator is measured this way from now on.")
            return redirect("sli-detail", sli.name)
    return render(request, "slo/sli_form.html", {"sli": sli, "form": form}, status=422 if form.errors else 200)
