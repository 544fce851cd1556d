"""Targets: the list, one of them, and whether it can be reached."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chaos.experiments.models import Target
from chaos.experiments.selectors.targets import list_targets, secret_names
from chaos.experiments.selectors.targets import target as get_target
from chaos.experiments.services import targets
from chaos.experiments.services.checking import Found, check
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import is_editor_somewhere
from chaos.experiments.views.query import ListQuery
from chaos.injectors.registry import injectors
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Conflict
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 50


@require_safe
def target_list(request: AccessRequest) -> HttpResponse:
    query = ListQuery.of(request.GET)
    found = list_targets(caller=request.caller, **query.filters("text", "team", "service", "kind", "environment"))
    page = page_of(request, found, per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "query": query,
        "page": page,
        "rows": [(one, kind_title(one.kind)) for one in page.object_list],
        "is_empty": not query.is_narrowed and not page.paginator.count,
        "may_edit": is_editor_somewhere(request),
        "kinds": [(kind, one.title) for kind, one in injectors().items()],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
    }
    return render(request, "experiments/targets.html", context)


@require_safe
def target_detail(request: AccessRequest, slug: str) -> HttpResponse:
    target = get_target(caller=request.caller, slug=slug)
    injector = injectors().get(target.kind)
    may_edit = request.caller.may(target.team_id, Role.EDITOR)
    context = {
        "tabs": tabs_for(request),
        "target": target,
        "kind_title": kind_title(target.kind),
        "injector": injector,
        "actions": sorted(injector.actions.values(), key=lambda one: one.title) if injector else [],
        "config": sorted(target.config.items()) if request.caller.may(target.team_id, Role.VIEWER) else None,
        "secrets": _secrets(target),
        "may_edit": may_edit,
        "may_check": request.caller.may(target.team_id, Role.RESPONDER),
    }
    return render(request, "experiments/target.html", context)


@require_POST
def target_check(request: AccessRequest, slug: str) -> HttpResponse:
    """Whether a fault could be put into it now, as it says itself. Nothing is changed."""
    target = get_target(caller=request.caller, slug=slug)
    checked = check(caller=request.caller, target=target, now=timezone.now())
    words = "; ".join(checked.words)
    if checked.found is Found.READY:
        messages.success(request, f"Ready: {words}.")
    elif checked.found is Found.NOT_SEEN:
        messages.info(request, f"Not seen from here: {words}.")
    else:
        messages.error(request, f"Not ready: {words}.")
    return redirect("target-detail", target.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def target_delete(request: AccessRequest, slug: str) -> HttpResponse:
    """Names what is lost and asks why; one that runs name can only be switched off."""
    target = get_target(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=target.team_id, role=Role.EDITOR)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            targets.delete(caller=request.caller, target=target, now=timezone.now(), reason=form.cleaned_data["reason"])
        except Conflict as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Deleted the target {target}.")
            return redirect("target-list")
    context = {
        "tabs": tabs_for(request),
        "target": target,
        "form": form,
        "losses": ["how it is reached, and its secrets", "the experiments that name it cannot be run any more"],
    }
    return render(request, "experiments/target_delete.html", context, status=422 if form.errors else 200)


def kind_title(kind: str) -> str:
    """As people call the injector."""
    known = injectors().get(kind)
    return known.title if known else kind


def _secrets(target: Target) -> list[str] | None:
    """Names that have a value; None when their key is gone."""
    try:
        return secret_names(target=target)
    except VaultError:
        return None
