"""Swaps on pages: offers that concern one, and deciding them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.oncall.forms.override import SwapForm
from incidents.oncall.selectors.people import candidates
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.selectors.swaps import open_swaps, past_swaps
from incidents.oncall.services import swaps
from incidents.oncall.services.swaps import SwapDraft
from incidents.oncall.views.overrides import instant_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 50
_ACTS = {
    "accept": (swaps.accept, "The shift is yours now."),
    "decline": (swaps.decline, "Declined."),
    "withdraw": (swaps.withdraw, "The offer is withdrawn."),
}


@require_safe
def swap_list(request: AccessRequest) -> HttpResponse:
    """Open offers, the next to begin first; `?show=decided` what became of the others."""
    shows_decided = request.GET.get("show") == "decided"
    found = (
        past_swaps(caller=request.caller) if shows_decided else open_swaps(caller=request.caller, now=timezone.now())
    )
    context = {
        "page": page_of(request, found, per_page=PER_PAGE),
        "shows_decided": shows_decided,
        "own_id": request.caller.user_id,
    }
    return render(request, "oncall/swaps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def swap_new(request: AccessRequest, slug: str) -> HttpResponse:
    """Offer a shift, filled with the one that was pressed."""
    schedule = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=schedule.team_id, role=Role.RESPONDER)
    people = candidates(caller=request.caller, team_id=schedule.team_id).exclude(pk=request.caller.user_id or 0)
    initial = {"start": instant_of(request, "start"), "end": instant_of(request, "end")}
    form = SwapForm(request.POST if request.method == "POST" else None, people=people, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        counter = Period(data["counter_start"], data["counter_end"]) if data["counter_start"] else None
        draft = SwapDraft(
            period=Period(data["start"], data["end"]),
            to_id=data["offered_to"].pk if data["offered_to"] else None,
            counter=counter,
            note=data["note"],
        )
        try:
            swaps.offer(caller=request.caller, schedule=schedule, draft=draft, now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Offered. Until somebody accepts, you stay on call.")
            return redirect("oncall-swaps")
    context = {"schedule": schedule, "form": form, "heading": "Offer a shift", "action": "Offer it"}
    return render(request, "oncall/small_form.html", context, status=422 if form.errors else 200)


@require_POST
def swap_decide(request: AccessRequest, slug: str, pk: int, action: str) -> HttpResponse:
    schedule = get_schedule(caller=request.caller, slug=slug)
    if action not in _ACTS:
        raise NotFound("a swap is accepted, declined or withdrawn")
    act, words = _ACTS[action]
    try:
        act(caller=request.caller, schedule=schedule, swap_id=pk, now=timezone.now())
    except Conflict as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, words)
    return redirect("oncall-swaps")
