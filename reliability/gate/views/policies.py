"""Error-budget policies: the list, one with its versions and what is in force, writing them, settings of a team."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.delivery.tabs import tabs_for
from reliability.gate.domain.budget_rules import words_of
from reliability.gate.domain.ready_made import READY_MADE, ready_made
from reliability.gate.forms.policy import PolicyForms
from reliability.gate.forms.team_gate import TeamGateForm, initial_of
from reliability.gate.models import BudgetPolicy
from reliability.gate.selectors.facts import gates_of
from reliability.gate.selectors.policies import (
    is_review_due,
    list_policies,
    names_of_objectives,
    periods_of,
    services_under,
)
from reliability.gate.selectors.policies import policy as get_policy
from reliability.gate.services import policies, team_gates
from reliability.gate.views.frames import asked_text, team_asked, teams_of
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 25
PERIODS_PER_PAGE = 20
VERSIONS_SHOWN = 50
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def policy_list(request: AccessRequest) -> HttpResponse:
    team = asked_text(request, "team", 63)
    page = page_of(request, list_policies(caller=request.caller, team=team), per_page=PER_PAGE)
    today = timezone.now().date()
    context = {
        "tabs": tabs_for(request),
        "page": page,
        "rows": [_row(one, today) for one in page.object_list],
        "team": team,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "may_edit": teams_of(request, Role.EDITOR).exists(),
        "ready": READY_MADE,
    }
    return render(request, "gate/policies.html", context)


@require_safe
def policy_detail(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_policy(caller=request.caller, pk=pk)
    context = {
        "tabs": tabs_for(request),
        "policy": found,
        "row": _row(found, timezone.now().date()),
        "terms": found.terms,
        "services": services_under(policy=found),
        "page": page_of(request, periods_of(policy=found, caller=request.caller), per_page=PERIODS_PER_PAGE),
        "versions": [(one, _rules(one.terms)) for one in found.versions.all()[:VERSIONS_SHOWN]],
        "may_edit": request.caller.may(found.team_id, Role.EDITOR),
    }
    return render(request, "gate/policy.html", context)


@each_method
def policy_new(request: AccessRequest) -> HttpResponse:
    """`?team=` says whose, `?from=` which ready-made policy it begins with."""
    team = team_asked(request, Role.EDITOR)
    begin = ready_made(asked_text(request, "from", 20))
    is_first = not BudgetPolicy.objects.filter(team=team).exists()
    forms = PolicyForms(
        data=request.POST if request.method == "POST" else None,
        slo_names=names_of_objectives(team_id=team.pk),
        title=begin.title if begin is not None else "",
        terms=begin.terms if begin is not None else None,
        is_team_default=is_first,
    )
    if request.method == "POST" and forms.is_valid():
        reason = forms.policy.cleaned_data["reason"]
        try:
            made = policies.create(
                caller=request.caller, team_id=team.pk, draft=forms.draft(), now=timezone.now(), reason=reason
            )
        except (Invalid, Conflict) as problem:
            forms.show(problem)
        else:
            effect = "holds from now on" if made.is_team_default else "is kept: choose it on the page of a service"
            messages.success(request, f"{made} {effect}.")
            return redirect("gate-policy", made.pk)
    more = {"team": team, "teams": teams_of(request, Role.EDITOR), "ready": READY_MADE, "begin": begin}
    return _form_page(request, forms, None, more)


@each_method
def policy_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_policy(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    forms = PolicyForms(
        data=request.POST if request.method == "POST" else None,
        slo_names=names_of_objectives(team_id=found.team_id),
        title=found.title,
        terms=found.terms,
        is_team_default=found.is_team_default,
        revision=found.revision,
    )
    if request.method == "POST" and forms.is_valid():
        data = forms.policy.cleaned_data
        try:
            policies.change(
                caller=request.caller,
                policy=found,
                draft=forms.draft(),
                now=timezone.now(),
                reason=data["reason"],
                expected_revision=data["revision"],
            )
        except (Invalid, Conflict) as problem:
            forms.show(problem)
        else:
            messages.success(request, "Saved as a new version.")
            return redirect("gate-policy", pk)
    return _form_page(request, forms, found, {"team": found.team})


@each_method
def policy_delete(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_policy(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        policies.remove(caller=request.caller, policy=found, now=timezone.now(), reason=reason)
        messages.success(request, f"{found} holds no more.")
        return redirect("gate-policy-list")
    context = {
        "title": f"Delete the policy {found}?",
        "losses": ["its rules, its agreement and its versions", "freezes of it that are in force"],
        "keeps": "When it was in force stays in the history of each service.",
        "action": "Delete",
        "cancel_url": f"/delivery/gate/policies/{pk}/",
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


@each_method
def team_settings(request: AccessRequest, slug: str) -> HttpResponse:
    """What the gate of the team heeds; its administrators change it, who may read the team reads it."""
    team = get_team(caller=request.caller, slug=slug)
    may_edit = request.caller.may(team.pk, Role.ADMINISTRATOR)
    if request.method == "POST":
        require(caller=request.caller, team_id=team.pk, role=Role.ADMINISTRATOR)
    gate = gates_of(team_ids=[team.pk])[team.pk]
    form = TeamGateForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of(gate),
        channels=Channel.objects.filter(team=team).order_by("title", "pk"),
    )
    if form.is_valid():
        try:
            team_gates.set_gate(caller=request.caller, team=team, draft=form.draft(), now=timezone.now())
        except Invalid as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("gate-team", slug)
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {"tabs": tabs_for(request), "team": team, "form": form, "gate": gate, "may_edit": may_edit}
    return render(request, "gate/team.html", context, status=422 if form.errors else 200)


def _row(policy: BudgetPolicy, today: Any) -> dict[str, Any]:
    terms = policy.terms
    return {
        "policy": policy,
        "rules": _rules(terms),
        "terms": terms,
        "is_review_due": is_review_due(review_on=terms.review_on, today=today),
    }


def _rules(terms: Any) -> list[dict[str, Any]]:
    return [{"rule": rule, "words": words_of(rule)} for rule in terms.rules]


def _form_page(
    request: AccessRequest, forms: PolicyForms, found: BudgetPolicy | None, more: dict[str, Team | Any]
) -> HttpResponse:
    context = {"tabs": tabs_for(request), "form": forms.policy, "rules": forms.rules, "policy": found, **more}
    return render(request, "gate/policy_form.html", context, status=422 if forms.has_errors else 200)
