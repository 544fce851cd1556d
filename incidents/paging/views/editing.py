"""Creating and editing escalation policies. Every button of the form sends it whole: no JavaScript is needed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.paging.domain.policies import PolicyDraft
from incidents.paging.forms.choices import Choices, choices_of
from incidents.paging.forms.policy import PolicyForms, raw_of
from incidents.paging.forms.step import RawStep, RawSteps
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.drafts import draft_of
from incidents.paging.services import policies
from reliability.access.domain.caller import Caller, Role, Scope
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Forbidden, Invalid

SAVE = "save"


@require_http_methods(["GET", "HEAD", "POST"])
def policy_new(request: AccessRequest) -> HttpResponse:
    _require_editor_somewhere(request.caller)
    choices = choices_of(caller=request.caller)
    initial = _initial_of_new(request)
    if request.method != "POST":
        raw = RawSteps((RawStep(),), RawStep(delay="30"))
        return _page(request, PolicyForms.showing(choices=choices, initial=initial, raw=raw, is_new=True))
    rearranged = _rearranged(request, choices, is_new=True)
    if rearranged:
        return rearranged
    forms = PolicyForms.sent(choices=choices, data=request.POST, initial=initial, is_new=True)
    if forms.is_valid():
        try:
            policy = policies.create(caller=request.caller, draft=forms.draft(), now=timezone.now())
        except (Invalid, Conflict) as problem:
            forms.take(problem)
        else:
            messages.success(request, f"{policy.title} is ready: simulate it before you rely on it.")
            return redirect("escalation-policy", policy.slug)
    return _page(request, forms, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def policy_edit(request: AccessRequest, slug: str) -> HttpResponse:
    """A conflict with another editor is shown with what was typed; saving again puts it in place of the stored one."""
    policy = selectors.policy(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=policy.team_id, role=Role.EDITOR)
    choices = choices_of(caller=request.caller, policy=policy)
    draft = draft_of(policy=policy)
    initial = _initial_of(policy, draft)
    if request.method != "POST":
        raw = raw_of(draft=draft, choices=choices)
        return _page(request, PolicyForms.showing(choices=choices, initial=initial, raw=raw, is_new=False), policy)
    rearranged = _rearranged(request, choices, is_new=False, policy=policy, stored=initial)
    if rearranged:
        return rearranged
    forms = PolicyForms.sent(choices=choices, data=request.POST, initial=initial, is_new=False)
    status = 422
    if forms.is_valid():
        fields = forms.policy.cleaned_data
        try:
            policies.update(
                caller=request.caller,
                policy=policy,
                draft=forms.draft(),
                now=timezone.now(),
                reason=fields["reason"],
                expected_revision=fields["revision"],
            )
        except (Invalid, Conflict) as problem:
            status = 409 if problem.reason == "changed_meanwhile" else 422
            forms.take(problem)
            data = request.POST.copy()
            data["revision"] = str(policy.revision)  # saving again is a decision made with the refusal in sight
            forms.policy.data = data
        else:
            messages.success(request, "The change is saved. Escalations under way keep what they began with.")
            return redirect("escalation-policy", policy.slug)
    return _page(request, forms, policy, status=status)


def _rearranged(
    request: AccessRequest,
    choices: Choices,
    *,
    is_new: bool,
    policy: EscalationPolicy | None = None,
    stored: dict[str, Any] | None = None,
) -> HttpResponse | None:
    """The form after one of its buttons was pressed, with everything that was typed; None when it is to be saved."""
    raw = RawSteps.of(request.POST).rearranged(request.POST.get("action", SAVE))
    if raw is None:
        return None
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in ("title", "slug", "team", "description")}
    typed |= {name: request.POST.get(name, "") for name in ("repeat", "ack_timeout_minutes", "reason", "revision")}
    typed["is_team_default"] = "is_team_default" in request.POST
    typed["services"] = request.POST.getlist("services")
    if stored:  # fields that an edit does not send
        typed |= {name: stored[name] for name in ("slug", "team")}
    return _page(request, PolicyForms.showing(choices=choices, initial=typed, raw=raw, is_new=is_new), policy)


def _initial_of_new(request: AccessRequest) -> dict[str, Any]:
    """The only team, and the default of a team that has none."""
    own = list(writable_teams(caller=request.caller).order_by("pk")[:2])
    slug = request.GET.get("team", "")[:63] or (own[0].slug if len(own) == 1 else "")
    has_default = EscalationPolicy.objects.filter(team__slug=slug, is_team_default=True).exists()
    return {
        "team": slug,
        "repeat": 1,
        "is_team_default": bool(slug) and not has_default,
        "services": [request.GET["service"][:63]] if request.GET.get("service") else [],
    }


def _initial_of(policy: EscalationPolicy, draft: PolicyDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "slug": draft.slug,
        "team": policy.team.slug,
        "description": draft.description,
        "repeat": draft.repeat,
        "ack_timeout_minutes": draft.ack_timeout_minutes,
        "is_team_default": draft.is_team_default,
        "services": [chosen.service.name for chosen in policy.services.all()],
        "revision": policy.revision,
    }


def _require_editor_somewhere(caller: Caller) -> None:
    if Scope.WRITE not in caller.scopes or not writable_teams(caller=caller).exists():
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")


def _page(
    request: AccessRequest, forms: PolicyForms, policy: EscalationPolicy | None = None, status: int = 200
) -> HttpResponse:
    heading = f"Edit {policy.title}" if policy else "New escalation policy"
    context = {"forms": forms, "policy": policy, "heading": heading}
    return render(request, "paging/policy_form.html", context, status=status)
