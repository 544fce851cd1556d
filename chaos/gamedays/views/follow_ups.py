"""Follow-ups after their day: the list, changing one, saying that it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import FollowUpState
from chaos.gamedays.forms.wrap_up import FollowUpForm
from chaos.gamedays.selectors.follow_ups import follow_up as get_follow_up
from chaos.gamedays.selectors.follow_ups import list_follow_ups
from chaos.gamedays.services import follow_ups
from chaos.gamedays.views.answers import attempt
from chaos.gamedays.views.choices import experiments_of, people_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 50
TEXT_MAX = 100
REASON_MAX = 500
_STATES = {one.value: one for one in FollowUpState}


@require_safe
def follow_up_list(request: AccessRequest) -> HttpResponse:
    """Open ones, or those of `?state=`; the next due first."""

    def given(name: str) -> str:
        return request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX]

    state = given("state") if given("state") in (*_STATES, "all") else FollowUpState.OPEN.value
    found = list_follow_ups(
        caller=request.caller,
        team_slug=given("team"),
        states=() if state == "all" else (_STATES[state],),
        text=given("q"),
    )
    context = {
        "tabs": tabs_for(request),
        "page": page_of(request, found, per_page=PER_PAGE),
        "text": given("q"),
        "team": given("team"),
        "state": state,
        "states": [*((one, one.capitalize()) for one in _STATES), ("all", "All")],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "is_narrowed": bool(given("q") or given("team") or state != FollowUpState.OPEN.value),
        "today": timezone.now().date(),
    }
    return render(request, "gamedays/follow_ups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_follow_up(caller=request.caller, follow_up_id=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    names = ("title", "text", "kind", "due_on", "tracker_url", "revision")
    initial: dict[str, Any] = {name: getattr(found, name) for name in names}
    initial |= {"owner": found.owner_id, "experiment": found.experiment.slug if found.experiment else ""}
    form = FollowUpForm(
        request.POST if request.method == "POST" else None,
        people=people_of(found.game_day),
        experiments=experiments_of(found.game_day, caller=request.caller),
        scenarios=None,
        initial=initial,
    )
    if form.is_valid():
        try:
            follow_ups.edit(
                caller=request.caller,
                follow_up_id=found.pk,
                draft=form.draft(),
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Changed.")
            return redirect("follow-up-edit", found.pk)
    context = {"tabs": tabs_for(request), "form": form, "follow_up": found, "day": found.game_day}
    return render(request, "gamedays/follow_up.html", context, status=422 if form.errors else 200)


@require_POST
def follow_up_close(request: AccessRequest, pk: int) -> HttpResponse:
    """`state`: done, dropped (with a reason), or open again."""
    found = get_follow_up(caller=request.caller, follow_up_id=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    state = _STATES.get(request.POST.get("state", ""), FollowUpState.DONE)
    reason = request.POST.get("reason", "").strip()[:REASON_MAX]
    attempt(
        request,
        lambda: follow_ups.close(
            caller=request.caller, follow_up_id=found.pk, state=state, reason=reason, now=timezone.now()
        ),
        words={"done": "Done.", "dropped": "Dropped.", "open": "Open again."}.get(state.value, ""),
    )
    return redirect("follow-up-edit", found.pk)
