"""Groups: lists, one of them, and writing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from incidents.stakeholders.forms.group import GroupForm
from incidents.stakeholders.models import Group, Stakeholder
from incidents.stakeholders.selectors.stakeholders import group as get_group
from incidents.stakeholders.selectors.stakeholders import list_groups
from incidents.stakeholders.services import groups
from incidents.stakeholders.views.frames import asked_text, frame, team_asked, teams_of
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def group_list(request: AccessRequest) -> HttpResponse:
    text = asked_text(request, "q")
    page = page_of(request, list_groups(caller=request.caller, text=text))
    may_edit = teams_of(request, Role.EDITOR).exists()
    context = frame(request, "Groups") | {"page": page, "text": text, "may_edit": may_edit}
    return render(request, "stakeholders/groups.html", context)


@require_safe
def group_detail(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_group(caller=request.caller, pk=pk)
    may_edit = request.caller.may(found.team_id, Role.EDITOR)
    return render(request, "stakeholders/group.html", frame(request, "Groups") | {"group": found, "may_edit": may_edit})


@each_method
def group_new(request: AccessRequest) -> HttpResponse:
    """`?team=` says whose."""
    team = team_asked(request, Role.EDITOR)
    form = _form(request, team, {})
    if form.is_valid():
        try:
            made = groups.create(caller=request.caller, team_id=team.pk, now=timezone.now(), **form.values())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{made} is a group of {team} now.")
            return redirect("stakeholder-group", made.pk)
    return _form_page(request, form, None, {"team": team, "teams": teams_of(request, Role.EDITOR)})


@each_method
def group_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    initial = {
        "name": found.name,
        "description": found.description,
        "member_ids": [one.pk for one in found.members.all()],
        "revision": found.revision,
    }
    form = _form(request, found.team, initial)
    if form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            groups.edit(
                caller=request.caller, group=found, now=timezone.now(), expected_revision=revision, **form.values()
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("stakeholder-group", pk)
    return _form_page(request, form, found, {"team": found.team})


@each_method
def group_delete(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        groups.remove(caller=request.caller, group=found, now=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"The group {found} is gone; its members stay.")
        return redirect("stakeholder-groups")
    context = {
        "title": f"Delete the group {found}?",
        "losses": ["The list itself"],
        "keeps": "Its members stay stakeholders of the team.",
        "action": "Delete",
        "cancel_url": f"/stakeholders/groups/{pk}/",
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _writable(request: AccessRequest, pk: int) -> Group:
    found = get_group(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _form(request: AccessRequest, team: Team, initial: dict[str, Any]) -> GroupForm:
    people = Stakeholder.objects.filter(team=team).order_by("name", "pk")
    return GroupForm(request.POST if request.method == "POST" else None, initial=initial, people=people)


def _form_page(request: AccessRequest, form: GroupForm, found: Group | None, more: dict[str, Any]) -> HttpResponse:
    context = frame(request, "Groups") | more | {"form": form, "group": found}
    return render(request, "stakeholders/group_form.html", context, status=422 if form.errors else 200)
