"""Roles, invitations, the caller's own answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from chaos.gamedays.domain.states import Answer, RoleKind
from chaos.gamedays.forms.people import AnswerForm, InviteForm, RoleForm
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors.game_days import game_day as get_game_day
from chaos.gamedays.selectors.game_days import invitee_of
from chaos.gamedays.services import invitations, roles
from chaos.gamedays.views.answers import attempt, page_of_day
from chaos.gamedays.views.choices import people_of
from chaos.gamedays.views.game_day import plan_page
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal


def _day(request: AccessRequest, number: int, role: Role | None = None) -> GameDay:
    day = get_game_day(caller=request.caller, number=number)
    if role is not None:
        require(caller=request.caller, team_id=day.team_id, role=role)
    return day


@require_POST
def role_give(request: AccessRequest, number: int) -> HttpResponse:
    day = _day(request, number, Role.RESPONDER)
    form = RoleForm(request.POST, people=people_of(day))
    if form.is_valid():
        data = form.cleaned_data
        try:
            holder = roles.give(
                caller=request.caller,
                number=day.pk,
                kind=RoleKind(data["kind"]),
                user_id=data["person"].pk if data["person"] else None,
                name=data["name"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{holder.name} is {holder.kind} now.")
            return page_of_day(day, "roles")
    return plan_page(request, day, role_form=form)


@require_POST
def role_end(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day = _day(request, number)
    attempt(
        request,
        lambda: roles.end(caller=request.caller, number=day.pk, holder_id=pk, now=timezone.now()),
        words="The role is free.",
    )
    return page_of_day(day, "roles")


@require_POST
def invite(request: AccessRequest, number: int) -> HttpResponse:
    day = _day(request, number, Role.EDITOR)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            asked = invitations.invite(caller=request.caller, number=day.pk, addresses=form.found(), now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, _asked_words(day, len(asked)))
            return page_of_day(day, "invitees")
    return plan_page(request, day, invite_form=form)


def _asked_words(day: GameDay, count: int) -> str:
    if not count:
        return "All of them stand on the list already."
    people = "One person is" if count == 1 else f"{count} people are"
    when = "They are told when you plan it." if day.state == "draft" else "They are told now."
    return f"{people} on the list. {when}"


@require_POST
def invitee_remove(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    day = _day(request, number)
    attempt(
        request,
        lambda: invitations.remove(caller=request.caller, number=day.pk, invitee_id=pk, now=timezone.now()),
        words="Off the list.",
    )
    return page_of_day(day, "invitees")


@require_POST
def answer(request: AccessRequest, number: int) -> HttpResponse:
    """The caller's own."""
    day = _day(request, number)
    if invitee_of(caller=request.caller, game_day=day) is None:
        raise NotFound("you are not on the list of this game day: ask its owner")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Press one of the three buttons; a word with it has at most 500 characters.")
        return page_of_day(day, "answer")
    given = Answer(form.cleaned_data["answer"])
    attempt(
        request,
        lambda: invitations.answer_as(
            caller=request.caller,
            number=day.pk,
            answer=given,
            comment=form.cleaned_data["comment"],
            now=timezone.now(),
        ),
        words={Answer.ACCEPTED: "You come.", Answer.TENTATIVE: "You come perhaps."}.get(given, "You do not come."),
    )
    return page_of_day(day, "answer")
