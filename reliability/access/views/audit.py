"""The audit trail."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from reliability.access.domain.caller import Role
from reliability.access.forms.audit import AuditFilterForm
from reliability.access.references import shown_to
from reliability.access.requests import AccessRequest
from reliability.access.selectors.audit import entries
from reliability.access.selectors.teams import writable_teams
from reliability.web.pagination import page_of


@require_safe
def audit_list(request: AccessRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET, teams=writable_teams(caller=request.caller, role=Role.ADMINISTRATOR))
    page = page_of(request, entries(caller=request.caller, wanted=form.wanted()))
    page.object_list = shown_to(caller=request.caller, entries=list(page.object_list))
    is_narrowed = any(request.GET.get(name) for name in form.fields)
    return render(request, "access/audit.html", {"form": form, "page": page, "is_narrowed": is_narrowed})


@require_safe
def settings_home(request: AccessRequest) -> HttpResponse:
    """Settings open at what everybody has."""
    return redirect("profile")
