"""The list of deployments, and one with what it shipped."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.delivery.domain.recipes import api_line
from reliability.delivery.forms.filters import DeploymentFilterForm
from reliability.delivery.models import Contents
from reliability.delivery.selectors import deployments as selectors
from reliability.delivery.selectors.dora_rows import broken_by, row_of
from reliability.delivery.tabs import tabs_for
from reliability.delivery.views import choices
from reliability.delivery.views.metrics_rows import why_of
from reliability.web.pagination import page_of

SHIPPED_MAX = 200
CONTENTS_WORDS = {
    Contents.PENDING: "is being worked out: in a moment it is here",
    Contents.FIRST: "the first deployment of this service here: what it shipped is no news",
    Contents.COMPLETE: "every commit of the range is known",
    Contents.PARTIAL: "some commits of the range were never told: a push was cut off or missed",
    Contents.UNKNOWN: "nothing that was told links its revision with the one before: send pushes, or list the commits",
    Contents.NONE: "it did not succeed, so it shipped nothing",
}


@require_safe
def deployment_list(request: AccessRequest) -> HttpResponse:
    form = DeploymentFilterForm(request.GET, teams=choices.readable(request), services=choices.services(request))
    page = page_of(request, selectors.list_deployments(caller=request.caller, filters=form.wanted()))
    context = {
        "form": form,
        "page": page,
        "broken": broken_by(caller=request.caller, deployments=page.object_list),
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": choices.may_create(request),
        "api_line": api_line(public_url=settings.PUBLIC_URL),
        "tabs": tabs_for(request),
    }
    return render(request, "delivery/deployments.html", context)


@require_safe
def deployment_detail(request: AccessRequest, deployment_id: int) -> HttpResponse:
    found = selectors.deployment(caller=request.caller, deployment_id=deployment_id)
    shipped = found.shipped.select_related("commit", "commit__change").order_by("-commit__committed_at", "pk")
    became = row_of(caller=request.caller, deployment=found)
    context = {
        "deployment": found,
        "became": became,
        "why": "" if became is None else why_of(became),
        "contents": CONTENTS_WORDS[Contents(found.contents)],
        "shipped": list(shipped[:SHIPPED_MAX]),
        "shipped_count": found.shipped.count(),
        "changes": [one.change for one in found.shipped_changes.select_related("change").order_by("pk")[:SHIPPED_MAX]],
        "tabs": tabs_for(request),
    }
    return render(request, "delivery/deployment.html", context)
