"""Pages of the catalogue."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams, writable_teams
from reliability.access.services.authorize import require
from reliability.catalog.domain.tier import TIER_WORDS
from reliability.catalog.forms.dependency import DependencyForm
from reliability.catalog.forms.filter import ServiceFilterForm
from reliability.catalog.forms.service import ServiceForm
from reliability.catalog.models import Service
from reliability.catalog.panels import panels
from reliability.catalog.selectors import services as selectors
from reliability.catalog.selectors.dependencies import dependencies_of
from reliability.catalog.services import dependencies, services
from reliability.catalog.tabs import tabs_for
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@require_safe
def service_list(request: AccessRequest) -> HttpResponse:
    teams = readable_teams(caller=request.caller).order_by("name", "pk")
    form = ServiceFilterForm(request.GET, teams=teams)
    page = page_of(request, selectors.list_services(caller=request.caller, **form.wanted()))
    context = {
        "tabs": tabs_for(request),
        "form": form,
        "page": page,
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": _may_create(request),
        "tier_words": TIER_WORDS,
    }
    return render(request, "catalog/services.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def service_create(request: AccessRequest) -> HttpResponse:
    if not _may_create(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator of yours", reason="role_too_low")
    form = ServiceForm(request.POST or None, teams=_owners(request))
    if form.is_valid():
        fields = dict(form.cleaned_data)
        fields.pop("based_on")
        try:
            service = services.create(caller=request.caller, **fields, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("service-detail", service.name)
    return render(request, "catalog/service_form.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def service_detail(request: AccessRequest, name: str) -> HttpResponse:
    return _service_page(request, selectors.service(caller=request.caller, name=name))


@require_http_methods(["GET", "HEAD", "POST"])
def service_edit(request: AccessRequest, name: str) -> HttpResponse:
    service = _editable(request, name)
    form = ServiceForm(request.POST or None, teams=_owners(request), service=service)
    if form.is_valid():
        fields = {field: form.cleaned_data[field] for field in services.CHANGEABLE}
        try:
            services.change(
                caller=request.caller,
                service=service,
                fields=fields,
                based_on=form.cleaned_data["based_on"],
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("service-detail", name)
    context = {"form": form, "service": service}
    return render(request, "catalog/service_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def service_delete(request: AccessRequest, name: str) -> HttpResponse:
    service = _editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.delete(
                caller=request.caller, service=service, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except Conflict as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Deleted {service}.")
            return redirect("service-list")
    context = {
        "title": f"Delete {service}?",
        "losses": [f"the service {service.name} with its links and description", "what it says it needs"],
        "keeps": "Refused while objectives, indicators or other services use it. The audit trail keeps what it was.",
        "action": "Delete the service",
        "cancel_url": reverse("service-detail", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=409 if form.errors else 200)


@require_POST
def dependency_add(request: AccessRequest, name: str) -> HttpResponse:
    service = _editable(request, name)
    form = DependencyForm(request.POST, services=_candidates(request, service))
    if form.is_valid():
        needs: Service = form.cleaned_data["needs"]
        is_hard = form.cleaned_data["kind"] == "hard"
        try:
            dependencies.set_dependency(
                caller=request.caller, service=service, needs=needs, is_hard=is_hard, now=timezone.now()
            )
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{service} needs {needs}.")
            return redirect("service-detail", name)
    return _service_page(request, service, form=form)


@require_POST
def dependency_remove(request: AccessRequest, name: str, needs: str) -> HttpResponse:
    service = _editable(request, name)
    dependencies.remove_dependency(caller=request.caller, service=service, needs_name=needs, now=timezone.now())
    messages.success(request, f"{service} no longer needs {needs}.")
    return redirect("service-detail", name)


def _service_page(request: AccessRequest, service: Service, form: DependencyForm | None = None) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        "service": service,
        "tier_words": TIER_WORDS[service.tier],
        "dependencies": dependencies_of(caller=request.caller, service=service),
        "may_edit": request.caller.may(service.team_id, Role.EDITOR),
        "panels": [
            {
                "slug": panel.slug,
                "title": panel.title,
                "html": render_to_string(
                    panel.template,
                    {"service": service, **panel.context(request=request, service=service, now=now)},
                    request,
                ),
            }
            for panel in panels()
        ],
    }
    if context["may_edit"]:
        context["form"] = form or DependencyForm(services=_candidates(request, service))
    return render(request, "catalog/service.html", context, status=422 if form and form.errors else 200)


def _editable(request: AccessRequest, name: str) -> Service:
    service = selectors.service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    return service


def _candidates(request: AccessRequest, service: Service) -> Any:
    return selectors.list_services(caller=request.caller).exclude(pk=service.pk)


def _owners(request: AccessRequest) -> Any:
    return writable_teams(caller=request.caller, role=Role.EDITOR).order_by("name", "pk")


def _may_create(request: AccessRequest) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(Role.EDITOR))
