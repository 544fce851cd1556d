"""The page of one action: what is to be done, how it is proven, and its history."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chaos.runs.domain.states import Mode
from chaos.runs.models import Run
from incidents.actions.domain.states import CLOSED, FOLLOWS, Kind, Proof, State
from incidents.actions.forms.acts import ConfirmForm, MoveForm, NoteForm
from incidents.actions.models import Action
from incidents.actions.selectors.actions import action as get_action
from incidents.actions.selectors.actions import history_of
from incidents.actions.services import actions, moving
from incidents.actions.sources import link_of
from incidents.actions.views.query import ActionQuery
from incidents.actions.views.rows import row_of
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

NOTES_PER_PAGE = 30
NOTICES_SHOWN = 10
RUNS_SHOWN = 5


@require_safe
def action_detail(request: AccessRequest, number: int) -> HttpResponse:
    return _page(request, get_action(caller=request.caller, number=number))


@require_POST
def action_move(request: AccessRequest, number: int) -> HttpResponse:
    """`back`: the address of the board without its path, when it was moved there: that is where it leads to again."""
    action = _writable(request, number)
    form = MoveForm(request.POST, states=FOLLOWS[State(action.state)])
    if form.is_valid():
        try:
            moved = moving.move(
                caller=request.caller,
                number=number,
                to=form.chosen,
                reason=form.cleaned_data["reason"],
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"#{number} is {State(moved.state).words}.")
            return _back(request, number)
    return _page(request, action, move_form=form)


@require_POST
def action_confirm(request: AccessRequest, number: int) -> HttpResponse:
    """The person who was named says whether it is so."""
    action = _writable(request, number)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            moved = moving.confirm(
                caller=request.caller,
                number=number,
                is_so=form.cleaned_data["is_so"] == "yes",
                words=form.cleaned_data["words"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"#{number} is {State(moved.state).words}.")
            return redirect("action-detail", number)
    return _page(request, action, confirm_form=form)


@require_POST
def action_note(request: AccessRequest, number: int) -> HttpResponse:
    action = _writable(request, number)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            actions.add_note(caller=request.caller, number=number, text=form.cleaned_data["text"], now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The note stands in its history.")
            return redirect("action-detail", number)
    return _page(request, action, note_form=form)


def _writable(request: AccessRequest, number: int) -> Action:
    action = get_action(caller=request.caller, number=number)
    require(caller=request.caller, team_id=action.team_id, role=Role.RESPONDER)
    return action


def _back(request: AccessRequest, number: int) -> HttpResponse:
    if "back" not in request.POST:
        return redirect("action-detail", number)
    query = ActionQuery.of(QueryDict(request.POST["back"][:2000].lstrip("?")))
    return redirect(f"{reverse('action-board')}{query.address()}#action-{number}")


def _page(request: AccessRequest, action: Action, **bound: forms.Form) -> HttpResponse:
    """*bound*: a form that was sent and holds mistakes, in place of its empty one."""
    caller, state = request.caller, State(action.state)
    blank: dict[str, Any] = {
        "move_form": MoveForm(states=FOLLOWS[state], initial={"revision": action.revision}),
        "confirm_form": ConfirmForm(),
        "note_form": NoteForm(),
    }
    experiment = visible(caller=caller, related=action.experiment)
    is_checker = action.proof == Proof.CHECK and action.checker_id == caller.user_id is not None
    context = {
        "place_tabs": tabs_for(request),
        "row": row_of(action, caller=caller, today=timezone.now().astimezone(UTC).date()),
        "action": action,
        "state": state,
        "kind_words": Kind(action.kind).words,
        "experiment": experiment,
        "runs": _runs(request, action) if experiment is not None else [],
        "slo": visible(caller=caller, related=action.slo),
        "source": link_of(caller=caller, kind=action.source_kind, key=action.source_key),
        "page": page_of(request, history_of(action=action), per_page=NOTES_PER_PAGE),
        "notices": action.notices.order_by("-created_at", "-pk")[:NOTICES_SHOWN],
        "may_write": caller.may(action.team_id, Role.RESPONDER),
        "may_run": caller.may(action.team_id, Role.RESPONDER),
        "may_edit": caller.may(action.team_id, Role.RESPONDER) and state not in CLOSED,
        "may_confirm": is_checker and state is State.DONE and caller.may(action.team_id, Role.RESPONDER),
        **blank,
        **bound,
    }
    return render(request, "actions/detail.html", context, status=422 if bound else 200)


def _runs(request: AccessRequest, action: Action) -> list[Run]:
    """The newest real runs of its experiment since it was done."""
    if action.done_at is None:
        return []
    readable = Run.objects.readable_by(request.caller).filter(experiment_id=action.experiment_id, mode=Mode.REAL)
    since = readable.filter(requested_at__gte=action.done_at).defer("journal")
    return list(since.order_by("-requested_at", "-pk")[:RUNS_SHOWN])
