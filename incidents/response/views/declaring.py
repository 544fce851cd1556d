"""Declaring an incident by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.policies import list_policies
from incidents.response.domain.severity import Severity
from incidents.response.forms.declare import DeclareForm
from incidents.response.models import IncidentRole
from incidents.response.services import incidents, roles
from incidents.response.views.previews import Preview, preview_of
from incidents.response.views.rows import SEVERITY_CHOICES
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.refusals import show_refusal
from slo.selectors.slos import SloOrdering, list_slos


def may_declare(request: AccessRequest) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(Role.RESPONDER))


@require_http_methods(["GET", "POST"])
def incident_new(request: AccessRequest) -> HttpResponse:
    """`?service=checkout` and `?slo=…` fill it in. Declared, the page of the incident follows."""
    if not may_declare(request):
        raise Forbidden("declaring needs the role responder in a team", reason="role_too_low")
    if request.method == "GET":
        return _page(request, _form(request, None, initial=_initial(request)))
    form = _form(request, request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        now = timezone.now()
        try:
            with transaction.atomic():
                incident = incidents.open_incident(
                    caller=request.caller,
                    team_id=typed["team"].pk,
                    title=typed["title"],
                    severity=Severity(typed["severity"]),
                    summary=typed["summary"],
                    service_ids=[one.pk for one in typed["services"]],
                    slo_ids=[one.pk for one in typed["slos"]],
                    policy_id=typed["policy"].pk if typed["policy"] else None,
                    started_at=typed["started_at"],
                    now=now,
                )
                if typed["takes_command"]:
                    commander = IncidentRole.Role.COMMANDER
                    roles.take(caller=request.caller, incident_id=incident.pk, role=commander, now=now)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"#{incident.pk} is declared.")
            return redirect("incident-detail", incident.pk)
    return _page(request, form, status=422)


@require_safe
def told_preview(request: AccessRequest) -> HttpResponse:
    """Who would be told, for what the form says so far."""
    return render(request, "response/_told_preview.html", {"preview": _preview(request, request.GET)})


def _page(request: AccessRequest, form: DeclareForm, *, status: int = 200) -> HttpResponse:
    said = QueryDict(mutable=True)
    for name in ("team", "policy", "severity", "services"):
        value = form[name].value()
        said.setlist(
            name, [str(getattr(one, "pk", one)) for one in value] if isinstance(value, list) else [str(value or "")]
        )
    context = {"form": form, "severities": SEVERITY_CHOICES, "preview": _preview(request, said)}
    return render(request, "response/new.html", context, status=status)


def _form(request: AccessRequest, data: QueryDict | None, *, initial: dict[str, Any] | None = None) -> DeclareForm:
    return DeclareForm(
        data,
        initial=initial,
        teams=writable_teams(caller=request.caller, role=Role.RESPONDER).order_by("name", "pk"),
        policies=list_policies(caller=request.caller),
        services=list_services(caller=request.caller),
        slos=list_slos(caller=request.caller, ordering=SloOrdering.NAME),
    )


def _initial(request: AccessRequest) -> dict[str, Any]:
    """What the address names; of teams the first."""
    teams = writable_teams(caller=request.caller, role=Role.RESPONDER).order_by("name", "pk")
    services = list(list_services(caller=request.caller).filter(name__in=request.GET.getlist("service")[:20]))
    slos = list(list_slos(caller=request.caller).filter(name__in=request.GET.getlist("slo")[:20]))
    wanted = {one.team_id for one in services} or {one.team_id for one in slos}
    team = (
        teams.filter(pk__in=wanted).first()
        or teams.filter(slug=request.GET.get("team", "")[:63]).first()
        or teams.first()
    )
    return {
        "team": team.pk if team else None,
        "services": [one.pk for one in services],
        "slos": [one.pk for one in slos],
        "severity": Severity.SEV3.value,
    }


def _preview(request: AccessRequest, said: QueryDict) -> Preview:
    team = _number(said.get("team", ""))
    teams = writable_teams(caller=request.caller, role=Role.RESPONDER)
    if team is None or not teams.filter(pk=team).exists():
        return Preview(problem="Choose a team.")
    policy = (
        EscalationPolicy.objects.readable_by(request.caller).filter(pk=_number(said.get("policy", "")) or 0).first()
    )
    services = [pk for pk in map(_number, said.getlist("services")) if pk is not None]
    readable = list_services(caller=request.caller).filter(pk__in=services[:1])
    severity = _number(said.get("severity", ""))
    return preview_of(
        caller=request.caller,
        team_id=team,
        policy=policy,
        service_id=services[0] if services and readable.exists() else None,
        severity=Severity(severity) if severity in set(Severity) else None,
        now=timezone.now(),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
