"""The list of escalation policies, and the page of each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.paging.selectors import policies as selectors
from incidents.paging.selectors.frozen import frozen_policy
from incidents.paging.selectors.ladder import ladder_of
from incidents.paging.selectors.simulation_warnings import warnings_of
from incidents.paging.views.query import ListQuery
from incidents.paging.views.rows import rows_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.web.pagination import page_of


@require_safe
def policy_list(request: AccessRequest) -> HttpResponse:
    query = ListQuery.of(request.GET)
    page = page_of(request, selectors.list_policies(caller=request.caller, text=query.text, team=query.team))
    context = {
        "query": query,
        "page": page,
        "rows": rows_of(page.object_list, caller=request.caller),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "may_create": writable_teams(caller=request.caller).exists(),
    }
    return render(request, "paging/policies.html", context)


@require_safe
def policy_detail(request: AccessRequest, slug: str) -> HttpResponse:
    """The ladder with who that is now, what would go wrong some day, and what follows the policy."""
    policy = selectors.policy(caller=request.caller, slug=slug)
    now = timezone.now()
    following = [chosen.service for chosen in policy.services.all()]
    seen = [service for service in following if request.caller.may_read(service.team_id)]
    context = {
        "policy": policy,
        "frozen": frozen_policy(policy=policy),
        "ladder": ladder_of(caller=request.caller, policy=policy, now=now),
        "now": now,
        "warnings": warnings_of(caller=request.caller, policy=policy, now=now),
        "services": seen,
        "hidden_services": len(following) - len(seen),
        "may_edit": request.caller.may(policy.team_id, Role.EDITOR),
    }
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return render(request, "paging/_ladder.html", context)
    return render(request, "paging/policy.html", context)
