"""Pages of agreements with customers, and their panels on pages of objectives and services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal
from reliability.web.spreadsheets import table_file
from reliability.web.templatetags.web import raw
from slo.forms.agreement import AgreementForm, initial_of
from slo.forms.deletion import DeletionForm
from slo.models import Agreement, Slo
from slo.selectors.agreements import (
    AgreementFilters,
    compliance_of,
    get_agreement,
    list_agreements,
    versions_of,
)
from slo.selectors.slos import SloFilters, SloOrdering, list_slos
from slo.services import agreements
from slo.views.agreement_rows import ComplianceView, rows_of, view_of

PER_PAGE = 50
PERIODS_SHOWN = 13
PANEL_ROWS = 10
TEXT_MAX = 100
_COLUMNS = (
    "Period", "From", "To", "State", "Target", "Availability", "Downtime, min", "Allowed, min", "Left, min",
    "Credit, %", "Measured", "Of",
)  # fmt: skip


@require_safe
def agreement_list(request: AccessRequest) -> HttpResponse:
    """`?team=`, `?service=`, `?q=`."""
    filters = AgreementFilters(
        team_slug=_text(request, "team"), service_name=_text(request, "service"), text=_text(request, "q")
    )
    page = page_of(request, list_agreements(caller=request.caller, filters=filters), per_page=PER_PAGE)
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list), caller=request.caller, now=timezone.now()),
        "filters": filters,
        "is_narrowed": filters != AgreementFilters(),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "may_create": writable_teams(caller=request.caller, role=Role.EDITOR).exists(),
    }
    return render(request, "slo/agreements.html", context)


@require_safe
def agreement_detail(request: AccessRequest, name: str) -> HttpResponse:
    """`?format=csv` its periods."""
    agreement, now = get_agreement(caller=request.caller, name=name), timezone.now()
    found = [view_of(one) for one in compliance_of(agreement=agreement, now=now, count=PERIODS_SHOWN)]
    if request.GET.get("format") == "csv":
        rows = ([raw(cell) for cell in _file_row(one)] for one in found)
        return table_file(columns=_COLUMNS, rows=rows, filename=f"{agreement.name}-periods.csv")
    (row,) = rows_of([agreement], caller=request.caller, now=now)
    context = {
        "agreement": agreement,
        "row": row,
        "found": found[::-1],
        "versions": versions_of(agreement)[::-1],
        "may_edit": request.caller.may(agreement.team_id, Role.EDITOR),
    }
    return render(request, "slo/agreement.html", context)


@require_http_methods(["GET", "POST"])
def agreement_new(request: AccessRequest) -> HttpResponse:
    """`?team=` says whose, `?slo=` by which objective."""
    teams = writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")
    slo = list_slos(caller=request.caller).filter(name=_text(request, "slo"), team__in=teams).first()
    team = slo.team if slo else teams.filter(slug=_text(request, "team")).first() or teams.first()
    if team is None:
        raise Forbidden("this needs the role editor in a team: ask for it", reason="role_too_low")
    now = timezone.now()
    initial = {
        "zone": getattr(request.user, "time_zone", "UTC"),
        "slo": slo.pk if slo else None,
        "first": now.date().replace(day=1),
    }
    form = _form(request, team, initial, is_new=True)
    if form.is_valid():
        try:
            made = agreements.create(
                caller=request.caller, team_id=team.pk, draft=form.draft(), now=now, reason=form.cleaned_data["reason"]
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{made} is written down.")
            return redirect("agreement", made.name)
    context = {"form": form, "agreement": None, "team": team, "teams": teams}
    return render(request, "slo/agreement_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def agreement_edit(request: AccessRequest, name: str) -> HttpResponse:
    agreement = _writable(request, name)
    version = versions_of(agreement)[-1]
    initial = initial_of(agreements.draft_of(agreement=agreement, version=version), revision=agreement.revision)
    form = _form(request, agreement.team, initial, is_new=False)
    if form.is_valid():
        data = form.cleaned_data
        try:
            agreements.edit(
                caller=request.caller,
                agreement=agreement,
                draft=form.draft(),
                now=timezone.now(),
                reason=data["reason"],
                expected_revision=data["revision"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("agreement", name)
    context = {"form": form, "agreement": agreement, "team": agreement.team}
    return render(request, "slo/agreement_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def agreement_delete(request: AccessRequest, name: str) -> HttpResponse:
    agreement = _writable(request, name)
    form = DeletionForm(request.POST if request.method == "POST" else None, expected=agreement.name)
    if form.is_valid():
        agreements.remove(
            caller=request.caller, agreement=agreement, now=timezone.now(), reason=form.cleaned_data["reason"]
        )
        messages.success(request, f"{agreement} is deleted.")
        return redirect("agreement-list")
    count = len(versions_of(agreement))
    context = {
        "title": f"Delete {agreement}?",
        "losses": [f"{count} version{'' if count == 1 else 's'} of its terms, with the table of credits"],
        "keeps": "What it said stays in the audit trail. Ended instead, its past periods stay here.",
        "action": "Delete the agreement",
        "cancel_url": reverse("agreement", args=[agreement.name]),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def agreements_of_slo(*, request: AccessRequest, slo: Slo, now: datetime) -> Mapping[str, Any]:
    """For the page of an objective."""
    found = list_agreements(caller=request.caller, filters=AgreementFilters(slo_name=slo.name))[:PANEL_ROWS]
    return {
        "rows": rows_of(list(found), caller=request.caller, now=now),
        "new_query": f"?slo={slo.name}",
        "may_create": request.caller.may(slo.team_id, Role.EDITOR),
    }


def agreements_of_service(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
    """For the page of a service."""
    found = list_agreements(caller=request.caller, filters=AgreementFilters(service_name=service.name))[:PANEL_ROWS]
    return {
        "rows": rows_of(list(found), caller=request.caller, now=now),
        "new_query": f"?team={service.team.slug}",
        "may_create": request.caller.may(service.team_id, Role.EDITOR),
    }


def _writable(request: AccessRequest, name: str) -> Agreement:
    agreement = get_agreement(caller=request.caller, name=name)
    require(caller=request.caller, team_id=agreement.team_id, role=Role.EDITOR)
    return agreement


def _form(request: AccessRequest, team: Team, initial: dict[str, Any], *, is_new: bool) -> AgreementForm:
    slos = list_slos(caller=request.caller, filters=SloFilters(team_ids=(team.pk,)), ordering=SloOrdering.NAME)
    data = request.POST if request.method == "POST" else None
    return AgreementForm(data, initial=initial, slos=slos, is_new=is_new)


def _file_row(view: ComplianceView) -> tuple[object, ...]:
    one = view.one
    return (
        one.part.title, one.part.period.start, one.part.period.end, one.state.value, one.part.terms.target,
        one.found.ratio, one.found.downtime_minutes, one.allowed_minutes, one.left_minutes, one.credit,
        one.found.covered_minutes, one.found.minutes,
    )  # fmt: skip


def _text(request: AccessRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX]
