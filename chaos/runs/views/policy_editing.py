"""Writing a guard policy of a team or a service, and taking it away again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.runs.forms.policy import PolicyForm, initial_of
from chaos.runs.models import GuardPolicy
from chaos.runs.selectors.policies import channels_told, people_told, written_policy
from chaos.runs.services.policies import in_force, remove_policy, set_policy
from chaos.runs.views.policies import about
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team, User
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as get_service
from reliability.channels.selectors.channels import list_channels
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def team_policy_edit(request: AccessRequest, slug: str) -> HttpResponse:
    return _edit(request, get_team(caller=request.caller, slug=slug), None)


@each_method
def service_policy_edit(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    return _edit(request, service.team, service)


@each_method
def team_policy_remove(request: AccessRequest, slug: str) -> HttpResponse:
    return _remove(request, get_team(caller=request.caller, slug=slug), None)


@each_method
def service_policy_remove(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    return _remove(request, service.team, service)


def _edit(request: AccessRequest, team: Team, service: Service | None) -> HttpResponse:
    """A first policy begins as what holds without it, so that writing it changes nothing by itself."""
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    own = written_policy(team=team, service=service)
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        channels=list_channels(caller=request.caller, team=team.slug),
        members=User.objects.filter(is_active=True, memberships__team=team).order_by("name", "pk"),
        initial=_initial(team, service, own),
    )
    stored = own.revision if own else 0
    if form.is_valid():
        try:
            set_policy(
                caller=request.caller,
                team=team,
                service=service,
                values=form.values,
                channels=form.channel_names,
                people=form.addresses,
                revision=_revision(request, stored),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            context = about(request, team, service)
            messages.success(request, f"Saved the guards of {context['subject']}. Runs that wait are asked by them.")
            return redirect(context["policy_url"])
    context = {**about(request, team, service), "form": form, "is_first": own is None}
    context["revision"] = request.POST.get("revision") or stored
    return render(request, "runs/policy_form.html", context, status=422 if form.errors else 200)


def _remove(request: AccessRequest, team: Team, service: Service | None) -> HttpResponse:
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    context = about(request, team, service)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        remove_policy(caller=request.caller, team=team, service=service, reason=reason, now=timezone.now())
        messages.success(request, f"Taken away: {context['subject']} has no guard policy of its own any more.")
        return redirect(context["policy_url"])
    context |= {
        "form": form,
        "losses": ["what it asks before and during runs", "the channels and people it tells"],
        "keeps": _keeps(team, service),
    }
    return render(request, "runs/policy_remove.html", context, status=422 if form.errors else 200)


def _keeps(team: Team, service: Service | None) -> str:
    wider = f"the policy of its team {team.name}, or the defaults," if service else "the defaults"
    return f"From then on {wider} hold{'s' if service else ''}, also for runs that wait."


def _initial(team: Team, service: Service | None, own: GuardPolicy | None) -> dict[str, Any]:
    policy = in_force(team_id=team.pk, service_id=service.pk if service else None).policy
    row = own or (written_policy(team=team, service=None) if service else None)
    places = {
        "channels": [one.name for one in channels_told(row=row)] if row else [],
        "people": [one.email for one in people_told(row=row)] if row else [],
    }
    return initial_of(policy) | places


def _revision(request: AccessRequest, stored: int) -> int:
    """The one that was read; without one, the stored."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else stored
