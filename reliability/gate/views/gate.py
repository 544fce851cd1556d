"""The gate: services with the decision now, one service with its reasons, overrides and how pipelines ask."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.catalog.selectors.services import service as get_service
from reliability.delivery.domain.environments import environment_mistake
from reliability.delivery.tabs import tabs_for
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.domain.snippets import WhenSilent, snippets
from reliability.gate.forms.asking import AskForm, OverrideForm
from reliability.gate.models import BudgetPolicy, PolicyChoice
from reliability.gate.selectors.answers import answer_of, answers_of, first_production, places_of
from reliability.gate.selectors.decisions import DecisionFilters, deployed_despite, list_decisions, list_overrides
from reliability.gate.selectors.policies import periods_of_service
from reliability.gate.services import overrides, policies
from reliability.gate.views.frames import asked_text, row_of_answer, row_of_decision
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 25
SHOWN = 10
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def gate_home(request: AccessRequest) -> HttpResponse:
    """Services × environments with the decision now; filters and the question come from the address."""
    now = timezone.now()
    text, team = asked_text(request, "q"), asked_text(request, "team", 63)
    services = list_services(caller=request.caller, text=text, team=team)
    page = page_of(request, services, per_page=PER_PAGE)
    places = places_of(services=page.object_list, now=now)
    asked = [(one, place) for one in page.object_list for place in places[one.pk]]
    answers = answers_of(asked=asked, at=now) if asked else []
    despite = deployed_despite(caller=request.caller, now=now)
    context = {
        "tabs": tabs_for(request),
        "page": page,
        "rows": [row_of_answer(one, caller=request.caller) for one in answers],
        "text": text,
        "team": team,
        "is_narrowed": bool(text or team),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "form": AskForm(services=list_services(caller=request.caller).order_by("title", "pk")),
        "live": list(list_overrides(caller=request.caller, is_live=True, now=now)[:SHOWN]),
        "recent": [row_of_decision(one, caller=request.caller) for one in _recent(request)],
        "despite": despite[:SHOWN],
        "despite_count": len(despite),
        "now": now,
    }
    return render(request, "gate/home.html", context)


@require_safe
def gate_ask(request: AccessRequest) -> HttpResponse:
    """The form above the list: to the page of the service, with what was asked in its address."""
    form = AskForm(request.GET, services=list_services(caller=request.caller))
    if not form.is_valid():
        messages.error(request, "Choose the service that is to be changed.")
        return redirect("gate")
    data = form.cleaned_data
    query = request.GET.copy()
    for name in [name for name in query if name not in ("environment", "kind", "revision")]:
        del query[name]
    answer = redirect("gate-service", data["service"].name)
    answer["Location"] += f"?{query.urlencode()}" if query else ""
    return answer


@require_safe
def gate_service(request: AccessRequest, name: str) -> HttpResponse:
    return service_page(request, get_service(caller=request.caller, name=name))


@require_POST
def override_new(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=overrides.role_needed(service=service))
    now = timezone.now()
    form = OverrideForm(request.POST)
    if form.is_valid():
        try:
            made = overrides.create(caller=request.caller, draft=form.draft(service=service, now=now), now=now)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Overridden until {made.expires_at:%Y-%m-%d %H:%M} UTC. The team is told.")
            answer = redirect("gate-service", name)
            # So that the page shows the answer that the override changed.
            if made.revision or made.environment != "production":
                answer["Location"] += "?" + urlencode({"environment": made.environment, "revision": made.revision})
            return answer
    return service_page(request, service, form)


@require_POST
def override_revoke(request: AccessRequest, pk: int) -> HttpResponse:
    row = overrides.revoke(caller=request.caller, override_id=pk, now=timezone.now())
    messages.success(request, "The override is taken back: the gate decides by itself again.")
    return redirect("gate-service", row.service.name)


@require_POST
def policy_choose(request: AccessRequest, name: str) -> HttpResponse:
    service = get_service(caller=request.caller, name=name)
    try:
        choice = request.POST.get("policy", "")
        policies.choose(caller=request.caller, service=service, choice=choice, now=timezone.now())
    except Invalid as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "Saved.")
    return redirect("gate-service", name)


def service_page(request: AccessRequest, service: Service, form: OverrideForm | None = None) -> HttpResponse:
    """form: what was sent and holds mistakes."""
    now = timezone.now()
    kind = asked_text(request, "kind", 16)
    known = {one.value for one in ChangeKind}
    silent = asked_text(request, "silent", 8)
    when_silent = WhenSilent(silent) if silent in set(WhenSilent) else WhenSilent.CLOSED
    places = places_of(services=[service], now=now)[service.pk]
    environment = asked_text(request, "environment", 120)
    if mistake := environment_mistake(environment):
        raise Invalid(details=[{"field": "environment", "message": mistake}])
    answer = answer_of(
        service=service,
        environment=environment or first_production(places),
        revision=asked_text(request, "revision", 255),
        kind=ChangeKind(kind) if kind in known else ChangeKind.CHANGE,
        at=now,
    )
    may_override = request.caller.may(service.team_id, overrides.role_needed(service=service))
    decisions = list_decisions(caller=request.caller, filters=DecisionFilters(service_name=service.name))
    begins_with = {"environment": answer.place.name, "revision": answer.revision}
    context = {
        "tabs": tabs_for(request),
        "service": service,
        "row": row_of_answer(answer, caller=request.caller),
        "answer": answer,
        "kinds": list(ChangeKind),
        "places": places,
        "may_override": may_override,
        "form": form or OverrideForm(initial=begins_with),
        "overrides": list(list_overrides(caller=request.caller, service=service.name, now=now)[:SHOWN]),
        "recent": [row_of_decision(one, caller=request.caller) for one in decisions[:SHOWN]],
        "despite": deployed_despite(caller=request.caller, service_ids=[service.pk], now=now)[:SHOWN],
        "periods": list(periods_of_service(service=service, caller=request.caller)[:SHOWN]),
        "when_silent": when_silent,
        "all_silent": list(WhenSilent),
        "snippets": snippets(
            public_url=settings.PUBLIC_URL,
            service=service.name,
            environment=answer.place.name,
            when_silent=when_silent,
        ),
        "now": now,
        **_choosing(request, service),
    }
    return render(request, "gate/service.html", context, status=422 if form is not None else 200)


def _choosing(request: AccessRequest, service: Service) -> dict[str, Any]:
    if not request.caller.may(service.team_id, Role.EDITOR):
        return {"may_choose": False}
    choice = PolicyChoice.objects.filter(service=service).first()
    chosen = "default" if choice is None else str(choice.policy_id or "none")
    options = BudgetPolicy.objects.filter(team_id=service.team_id).order_by("title", "pk")
    return {"may_choose": True, "chosen": chosen, "options": [(str(one.pk), one.title) for one in options]}


def _recent(request: AccessRequest) -> list[Any]:
    return list(list_decisions(caller=request.caller, filters=DecisionFilters())[:SHOWN])
