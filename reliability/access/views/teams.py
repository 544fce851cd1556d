"""Teams, their members and roles."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.forms.team import MemberForm, NewTeamForm, RoleForm, TeamForm
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team
from reliability.access.panels import rendered_panels
from reliability.access.requests import AccessRequest
from reliability.access.selectors import teams as selectors
from reliability.access.services import teams
from reliability.access.services.authorize import require, require_installation
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@require_safe
def team_list(request: AccessRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:120]
    page = page_of(request, selectors.list_teams(caller=request.caller, text=text))
    for team in page.object_list:
        team.own_role = request.caller.roles.get(team.pk)
    return render(request, "access/teams.html", {"page": page, "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
def team_create(request: AccessRequest) -> HttpResponse:
    require_installation(caller=request.caller)
    form = NewTeamForm(request.POST or None)
    if form.is_valid():
        try:
            team = teams.create(caller=request.caller, **form.cleaned_data, now=timezone.now())
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("team-detail", team.slug)
    return render(request, "access/team_form.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def team_detail(request: AccessRequest, slug: str) -> HttpResponse:
    return _team_page(request, selectors.team(caller=request.caller, slug=slug), MemberForm())


@require_http_methods(["GET", "HEAD", "POST"])
def team_edit(request: AccessRequest, slug: str) -> HttpResponse:
    team = selectors.team(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    form = TeamForm(request.POST or None, initial={"name": team.name, "is_private": team.is_private})
    if form.is_valid():
        teams.change(caller=request.caller, team=team, **form.cleaned_data, now=timezone.now())
        return redirect("team-detail", team.slug)
    return render(request, "access/team_form.html", {"form": form, "team": team}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def team_delete(request: AccessRequest, slug: str) -> HttpResponse:
    team = selectors.team(caller=request.caller, slug=slug)
    require_installation(caller=request.caller)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            teams.delete(caller=request.caller, team=team, reason=form.cleaned_data["reason"], now=timezone.now())
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Deleted the team {team.name}.")
            return redirect("team-list")
    members, tokens = team.memberships.count(), team.tokens.count()
    context = {
        "title": f"Delete {team}?",
        "losses": [
            f"the team {team.slug} and the roles of its {members} member{'' if members == 1 else 's'}",
            f"its {tokens} API token{', which stops' if tokens == 1 else 's, which stop'} working at once",
        ],
        "keeps": "Refused while the team owns anything. The people stay, and the audit trail keeps what was written.",
        "action": "Delete the team",
        "cancel_url": reverse("team-detail", args=(slug,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=409 if form.errors else 200)


@require_POST
def member_add(request: AccessRequest, slug: str) -> HttpResponse:
    team = selectors.team(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            member = teams.set_member(caller=request.caller, team=team, **form.cleaned_data, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{member.user} is {Role(member.role).name.lower()} of {team}.")
            return redirect("team-detail", slug)
    return _team_page(request, team, form)


@require_POST
def member_role(request: AccessRequest, slug: str, person_id: int) -> HttpResponse:
    team = selectors.team(caller=request.caller, slug=slug)
    member = selectors.member(team=team, person_id=person_id)
    require(caller=request.caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the four roles.")
        return redirect("team-detail", slug)
    role: Role = form.cleaned_data["role"]
    try:
        teams.set_member(caller=request.caller, team=team, email=member.user.email, role=role, now=timezone.now())
    except (Invalid, Conflict) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{member.user} is {role.name.lower()} of {team}.")
    return redirect("team-detail", slug)


@require_POST
def member_remove(request: AccessRequest, slug: str, person_id: int) -> HttpResponse:
    team = selectors.team(caller=request.caller, slug=slug)
    try:
        teams.remove_member(caller=request.caller, team=team, person_id=person_id, now=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("team-detail", slug)
    messages.success(request, f"Removed from {team}.")
    is_still_readable = not team.is_private or person_id != request.caller.user_id or request.caller.is_administrator
    return redirect("team-detail", slug) if is_still_readable else redirect("team-list")


def _team_page(request: AccessRequest, team: Team, form: MemberForm) -> HttpResponse:
    members = selectors.members_of(team=team)
    context = {
        "team": team,
        "members": [(member, RoleForm(initial={"role": str(member.role)}, prefix=None)) for member in members],
        "form": form,
        "is_administrator": request.caller.may(team.pk, Role.ADMINISTRATOR),
        "own_id": request.caller.user_id,
        "may_delete": request.caller.is_administrator,
        "panels": rendered_panels(request=request, team=team, now=timezone.now()),
    }
    return render(request, "access/team.html", context, status=422 if form.errors else 200)
