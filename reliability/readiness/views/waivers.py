"""Letting a service off an item until a date."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.forms.deciding import WaiverForm
from reliability.readiness.selectors import evidence as selectors
from reliability.readiness.selectors.checklists import checklist_of
from reliability.readiness.services import waivers
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

_DAYS = 30


@require_http_methods(["GET", "HEAD", "POST"])
def waiver_new(request: AccessRequest, name: str, item: str) -> HttpResponse:
    now = timezone.now()
    service = get_service(caller=request.caller, name=name)
    asked = checklist_of(team=service.team).item(item)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    form = WaiverForm(
        request.POST if request.method == "POST" else None, initial={"until": (now + timedelta(days=_DAYS)).date()}
    )
    if form.is_valid():
        try:
            made = waivers.waive(
                caller=request.caller,
                service=service,
                item=item,
                reason=form.cleaned_data["reason"],
                until_at=form.until_at(),
                now=now,
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Waived until {made.until_at:%Y-%m-%d}: an exception, not met.")
            return redirect("readiness-item", name, item)
    context = {"service": service, "item": asked, "form": form}
    return render(request, "readiness/waive.html", context, status=422 if form.errors else 200)


@require_POST
def waiver_end(request: AccessRequest, name: str, pk: int) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    row = selectors.waiver(service=service, pk=pk)
    try:
        waivers.end(caller=request.caller, service=service, pk=pk, now=timezone.now())
    except Conflict as problem:
        messages.error(request, f"{problem.message[:1].upper()}{problem.message[1:]}.")
    else:
        messages.success(request, "The waiver is over: the item counts again.")
    return redirect("readiness-item", name, row.item)
