"""The page of one game day: what is planned, who comes, whether it may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chaos.experiments.tabs import tabs_for
from chaos.gamedays.domain.states import INVITING, PLANNING, Answer, State, Told
from chaos.gamedays.forms.deciding import ChecklistForm
from chaos.gamedays.forms.people import AnswerForm, InviteForm, RoleForm
from chaos.gamedays.models import GameDay, Invitee, InviteeNotice
from chaos.gamedays.selectors import game_days as selectors
from chaos.gamedays.services import checks
from chaos.gamedays.services.checks import Check
from chaos.gamedays.views.choices import people_of
from chaos.gamedays.views.rows import row_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest


@dataclass(frozen=True, slots=True)
class Counted:
    """Invitees by what they answered."""

    accepted: int
    tentative: int
    declined: int
    none: int


@require_safe
def game_day_detail(request: AccessRequest, number: int) -> HttpResponse:
    day = selectors.game_day(caller=request.caller, number=number)
    return plan_page(request, day)


def plan_page(request: AccessRequest, day: GameDay, **bound: forms.Form) -> HttpResponse:
    """The page with forms as they are new, or as they came back. bound: invite_form, role_form, item_form."""
    now = timezone.now()
    caller = request.caller
    invitees = selectors.invitees_of(game_day=day)
    own = selectors.invitee_of(caller=caller, game_day=day)
    may_respond = caller.may(day.team_id, Role.RESPONDER)
    context: dict[str, Any] = {
        "tabs": tabs_for(request),
        "day": day,
        "row": row_of(day),
        "may_edit": caller.may(day.team_id, Role.EDITOR) and day.state in PLANNING,
        "may_respond": may_respond,
        "is_planning": day.state in PLANNING,
        "is_inviting": day.state in INVITING,
        "scenarios": selectors.scenarios_of(game_day=day),
        "roles": selectors.roles_of(game_day=day),
        "invitees": [(one, asking_of(one)) for one in invitees],
        "counted": counted(invitees),
        "own": own,
        "answer_form": AnswerForm(initial={"comment": own.comment}) if own is not None else None,
        "items": selectors.checklist_of(game_day=day),
        "checks": checks_of(request, day, now=now),
        "role_form": RoleForm(people=people_of(day)),
        "invite_form": InviteForm(),
        "item_form": ChecklistForm(),
        **bound,
    }
    context["refused"] = [one for one in context["checks"] if not one.is_go]
    context["granted"] = [one for one in context["checks"] if one.is_go]
    context["objections"] = len(context["refused"]) + sum(not one.is_done for one in context["items"])
    status = 422 if any(form.errors for form in bound.values()) else 200
    return render(request, "gamedays/detail.html", context, status=status)


def asking_of(invitee: Invitee) -> InviteeNotice | None:
    """The newest message that asks for an answer; reminders are none."""
    asking = [one for one in invitee.notices.all() if one.kind in (Told.INVITE, Told.UPDATE)]
    return asking[-1] if asking else None


def counted(invitees: list[Invitee]) -> Counted:
    given = [one.answer for one in invitees]
    return Counted(*(given.count(one) for one in (Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED, Answer.NONE)))


def checks_of(request: AccessRequest, day: GameDay, *, now: datetime) -> list[Check]:
    """Asked now while it is planned, by those who may say go; afterwards what was said when it was decided."""
    if day.state in (State.DRAFT, State.PLANNED, State.GO) and request.caller.may(day.team_id, Role.RESPONDER):
        return checks.ask(caller=request.caller, game_day=day, now=now)
    return [
        Check(str(one.get("name", "")), str(one.get("title", "")), bool(one.get("is_go")), str(one.get("reason", "")))
        for one in day.checks
    ]
