"""Deleting an escalation policy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.paging.forms.deletion import DeletionForm
from incidents.paging.selectors import policies as selectors
from incidents.paging.services import policies
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict


@require_http_methods(["GET", "HEAD", "POST"])
def policy_delete(request: AccessRequest, slug: str) -> HttpResponse:
    """Asks for the name, then deletes; says what still uses it."""
    policy = selectors.policy(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=policy.team_id, role=Role.EDITOR)
    form = DeletionForm(request.POST or None, expected=policy.slug)
    if request.method == "POST" and form.is_valid():
        try:
            policies.delete(
                caller=request.caller, policy=policy, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except Conflict as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, f"{policy.title} is deleted.")
            return redirect("escalation-policy-list")
    uses = policies.uses_of(policy=policy, caller=request.caller)
    context = {
        "title": f"Delete {policy.title}?",
        "form": form,
        "losses": [f"{policy.steps.count()} steps and whom they tell"],
        "keeps": f"It is in use, so it cannot be deleted now: {'; '.join(uses)}."
        if uses
        else "Escalations under way keep the copy with which they began.",
        "action": "Delete the policy",
        "cancel_url": reverse("escalation-policy", args=[policy.slug]),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)
