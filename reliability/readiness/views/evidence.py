"""One item of a service: why it matters, what was given for it, and giving more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.domain.items import Kind
from reliability.readiness.forms.deciding import ReasonForm
from reliability.readiness.forms.evidence import EvidenceForm
from reliability.readiness.models import Evidence
from reliability.readiness.selectors import evidence as selectors
from reliability.readiness.selectors.checklists import checklist_of
from reliability.readiness.selectors.standings import readiness_of
from reliability.readiness.services import evidence as services
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 20
WAIVERS_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
def item_detail(request: AccessRequest, name: str, item: str) -> HttpResponse:
    """Its evidence, newest first; sent, it is new evidence."""
    now = timezone.now()
    service = get_service(caller=request.caller, name=name)
    asked = checklist_of(team=service.team).item(item)
    if request.method == "POST":
        require(caller=request.caller, team_id=service.team_id, role=Role.RESPONDER)
    form = EvidenceForm(request.POST if request.method == "POST" else None, initial={"happened_on": now.date()})
    if form.is_valid():
        try:
            services.give(caller=request.caller, service=service, item=item, draft=form.draft(), now=now)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            words = "It counts once somebody else has looked at it." if asked.needs_second else "It counts at once."
            messages.success(request, f"Evidence given. {words}")
            return redirect("readiness-item", name, item)
    standing = readiness_of(caller=request.caller, services=[service], now=now)[0].standing(item)
    page = page_of(request, selectors.history_of(service=service, item=item), per_page=PER_PAGE)
    context: dict[str, Any] = {
        "service": service,
        "item": asked,
        "is_proof": asked.kind is Kind.PROOF,
        "standing": standing,
        "form": form,
        "page": page,
        "rows": [(row, _may_review(request, service, row)) for row in page.object_list],
        "waivers": selectors.waivers_of(service=service, item=item)[:WAIVERS_SHOWN],
        "may_answer": request.caller.may(service.team_id, Role.RESPONDER),
        "may_waive": request.caller.may(service.team_id, Role.EDITOR),
        "now": now,
    }
    return render(request, "readiness/item.html", context, status=422 if form.errors else 200)


@require_POST
def evidence_review(request: AccessRequest, name: str, pk: int) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.RESPONDER)
    row = selectors.evidence(service=service, pk=pk)
    try:
        services.review(caller=request.caller, service=service, pk=pk, now=timezone.now())
    except (Conflict, Forbidden) as problem:
        messages.error(request, f"{problem.message[:1].upper()}{problem.message[1:]}.")
    else:
        messages.success(request, "Reviewed: it counts from now on.")
    return redirect("readiness-item", name, row.item)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_withdraw(request: AccessRequest, name: str, pk: int) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.RESPONDER)
    row = selectors.evidence(service=service, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.withdraw(
                caller=request.caller,
                service=service,
                pk=pk,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Taken back. What was given before it stands again.")
            return redirect("readiness-item", name, row.item)
    context = {
        "title": "Take this evidence back?",
        "losses": [f"what {row.author_name} gave on {row.created_at:%Y-%m-%d} counts no more"],
        "keeps": "It stays in the history of the item with your reason, and in every review that froze it.",
        "action": "Take it back",
        "cancel_url": reverse("readiness-item", args=(name, row.item)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _may_review(request: AccessRequest, service: Service, row: Evidence) -> bool:
    return (
        row.reviewed_at is None
        and row.withdrawn_at is None
        and request.caller.may(service.team_id, Role.RESPONDER)
        and services.may_review(caller=request.caller, row=row)
    )
