"""The list of cases with how often their suspects were right, one case, and what people say of its suspects."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import list_services
from reliability.delivery.tabs import tabs_for
from reliability.suspects.charts.precision import precision_chart
from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.domain.precision import by_month, precision
from reliability.suspects.forms.verdict import VerdictForm
from reliability.suspects.models import Suspect
from reliability.suspects.selectors import cases as selectors
from reliability.suspects.selectors.cases import SuspectJudgement
from reliability.suspects.selectors.named import case_view
from reliability.suspects.services.verdicts import judge
from reliability.suspects.views.query import CaseQuery
from reliability.web.errors import Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 25
_SAID = {
    VerdictState.CONFIRMED: "Confirmed: it did it.",
    VerdictState.REJECTED: "Rejected: it was something else.",
    VerdictState.OPEN: "Taken back: it is not judged any more.",
}


@require_safe
def suspect_list(request: AccessRequest) -> HttpResponse:
    """Range and filters come from the address."""
    query = CaseQuery.of(request, now=timezone.now())
    judged = selectors.judged_cases(caller=request.caller, filters=query.filters)
    period = query.time_range.period
    page = page_of(request, selectors.list_cases(caller=request.caller, filters=query.filters), per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "chart": precision_chart(months=by_month(cases=judged, period=period)),
        "at_1": precision(cases=judged, k=1),
        "at_3": precision(cases=judged, k=3),
        "cases": len(judged),
        "page": page,
        "rows": [case_view(case=one, caller=request.caller, limit=1) for one in page.object_list],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "my_teams": writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "kinds": list(CaseKind),
        "judgements": list(SuspectJudgement),
    }
    return render(request, "suspects/list.html", context)


@require_safe
def suspect_case(request: AccessRequest, case_id: int) -> HttpResponse:
    return _case_page(request, case_id, None, None)


@require_POST
def suspect_verdict(request: AccessRequest, suspect_id: int) -> HttpResponse:
    """Back to the page it was sent from; with a mistake the case is shown, and the mistake at its field."""
    row = selectors.suspect(caller=request.caller, suspect_id=suspect_id)
    require(caller=request.caller, team_id=row.case.team_id, role=Role.RESPONDER)
    form = VerdictForm(request.POST)
    if form.is_valid():
        state = VerdictState(form.cleaned_data["state"])
        try:
            judge(
                caller=request.caller,
                suspect_id=suspect_id,
                state=state,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, _SAID[state])
            return _back(request, row)
    return _case_page(request, row.case_id, form, row)


def _case_page(request: AccessRequest, case_id: int, form: VerdictForm | None, refused: Suspect | None) -> HttpResponse:
    found = selectors.case(caller=request.caller, case_id=case_id)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "view": case_view(case=found, caller=request.caller, with_history=True),
        "refused_id": None if refused is None else refused.pk,
        "refusal": form,
        "next": request.path if request.method == "GET" else "",
    }
    return render(request, "suspects/case.html", context, status=200 if form is None else 422)


def _back(request: HttpRequest, row: Suspect) -> HttpResponseRedirect:
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return redirect("suspect-case", row.case_id)
