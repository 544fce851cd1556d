"""Recording a vulnerability, and changing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chaos.backlog.domain.drafts import NUMBERS
from chaos.backlog.domain.states import Origin
from chaos.backlog.forms.vulnerability import VulnerabilityForm
from chaos.backlog.models import Vulnerability
from chaos.backlog.selectors.vulnerabilities import vulnerability as get_vulnerability
from chaos.backlog.services import vulnerabilities
from chaos.backlog.views.choices import require_somewhere, services_of, teams_of_responder
from chaos.experiments.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def vulnerability_new(request: AccessRequest) -> HttpResponse:
    """`?service=…&layer=…&from=coverage` fills it from a hole of the coverage map."""
    require_somewhere(request, Role.RESPONDER)
    teams = teams_of_responder(caller=request.caller)
    service = request.GET.get("service", "").replace("\0", "")[:63]
    named = list_services(caller=request.caller).filter(name=service).first()
    initial = {
        "service": named.name if named else None,
        "team": named.team.slug if named else request.GET.get("team"),
        "layer": request.GET.get("layer") or (named.layer if named else None) or "component",
    }
    form = VulnerabilityForm(
        request.POST if request.method == "POST" else None,
        teams=teams,
        services=services_of(teams=teams),
        is_new=True,
        initial=initial,
    )
    if form.is_valid():
        origin = Origin.COVERAGE if request.GET.get("from") == "coverage" else Origin.PERSON
        try:
            made = vulnerabilities.record(
                caller=request.caller,
                team_id=form.cleaned_data["team"].pk,
                origin=origin,
                now=timezone.now(),
                **form.values(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Recorded. Its place in the backlog follows from what you expect of it.")
            return redirect("vulnerability-detail", made.pk)
    return _form_page(request, form, None)


@each_method
def vulnerability_edit(request: AccessRequest, pk: int) -> HttpResponse:
    vulnerability = get_vulnerability(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=vulnerability.team_id, role=Role.RESPONDER)
    names = ("title", "layer", "hypothesis", *(name for name, _, _ in NUMBERS))
    initial: dict[str, Any] = {name: getattr(vulnerability, name) for name in names}
    initial |= {"service": vulnerability.service.name if vulnerability.service else None}
    form = VulnerabilityForm(
        request.POST if request.method == "POST" else None,
        teams=Team.objects.none(),
        services=services_of(teams=Team.objects.filter(pk=vulnerability.team_id)),
        is_new=False,
        initial=initial | {"revision": vulnerability.revision},
    )
    if form.is_valid():
        try:
            vulnerabilities.edit(
                caller=request.caller,
                vulnerability=vulnerability,
                values=form.values(),
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("vulnerability-detail", pk)
    return _form_page(request, form, vulnerability)


def _form_page(request: AccessRequest, form: VulnerabilityForm, vulnerability: Vulnerability | None) -> HttpResponse:
    context = {"tabs": tabs_for(request), "form": form, "vulnerability": vulnerability}
    return render(request, "backlog/form.html", context, status=422 if form.errors else 200)
