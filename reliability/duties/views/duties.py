"""Duties: the list, one with its log, and writing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team, User
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.catalog.tabs import tabs_for
from reliability.duties.domain.drafts import DutyDraft
from reliability.duties.domain.kinds import DutyKind
from reliability.duties.forms.duty import DutyForm, EntryForm, initial_of
from reliability.duties.models import Duty
from reliability.duties.selectors.duties import DutyFilters, count_overdue, list_duties, log_of, who_is_responsible
from reliability.duties.selectors.duties import duty as get_duty
from reliability.duties.services import duties
from reliability.duties.views.frames import asked_text, team_asked, teams_of
from reliability.duties.views.rows import row_of
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 50
LOG_PER_PAGE = 30
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def duty_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address; what is overdue stands first."""
    now = timezone.now()
    names = {"text": "q", "team_slug": "team", "service_name": "service", "kind": "kind", "due": "due"}
    filters = DutyFilters(**{field: asked_text(request, name) for field, name in names.items()})
    page = page_of(request, list_duties(caller=request.caller, filters=filters, now=now), per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "page": page,
        "rows": [row_of(one, caller=request.caller, now=now) for one in page.object_list],
        "filters": filters,
        "is_narrowed": filters != DutyFilters(),
        "overdue": count_overdue(caller=request.caller, now=now),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "kinds": list(DutyKind),
        "may_edit": teams_of(request, Role.EDITOR).exists(),
    }
    return render(request, "duties/list.html", context)


@require_safe
def duty_detail(request: AccessRequest, pk: int) -> HttpResponse:
    return detail_page(request, get_duty(caller=request.caller, pk=pk))


@each_method
def duty_new(request: AccessRequest) -> HttpResponse:
    """`?team=` says whose, `?service=` which service."""
    team = team_asked(request, Role.EDITOR)
    service = Service.objects.filter(team=team, name=asked_text(request, "service", 63)).first()
    initial = {"zone": getattr(request.user, "time_zone", "UTC"), "service_id": service.pk if service else None}
    form = _form(request, team, initial)
    if form.is_valid():
        try:
            made = duties.create(
                caller=request.caller, team_id=team.pk, draft=DutyDraft(**form.values()), now=timezone.now()
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{made} is due on {made.due_at:%Y-%m-%d}.")
            return redirect("duty", made.pk)
    return _form_page(request, form, None, {"team": team, "teams": teams_of(request, Role.EDITOR)})


@each_method
def duty_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    form = _form(request, found.team, initial_of(found))
    if form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            duties.edit(
                caller=request.caller, duty=found, values=form.values(), now=timezone.now(), expected_revision=revision
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("duty", pk)
    return _form_page(request, form, found, {"team": found.team})


@each_method
def duty_delete(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        duties.remove(caller=request.caller, duty=found, now=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"{found} is no duty any more.")
        return redirect("duty-list")
    context = {
        "title": f"Delete the duty {found}?",
        "losses": ["when it is due, and its reminders", "its log: who did it when, with the evidence"],
        "keeps": "Switched off instead, it is due no more and its log stays.",
        "action": "Delete",
        "cancel_url": f"/duties/{pk}/",
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def detail_page(request: AccessRequest, found: Duty, form: EntryForm | None = None) -> HttpResponse:
    """form: what was sent and holds mistakes."""
    now = timezone.now()
    context = {
        "tabs": tabs_for(request),
        "row": row_of(found, caller=request.caller, now=now),
        "duty": found,
        "kind": DutyKind(found.kind).words,
        "people": who_is_responsible(duty=found, at=now),
        "page": page_of(request, log_of(duty=found), per_page=LOG_PER_PAGE),
        "form": form or EntryForm(initial={"for_due_at": found.due_at.isoformat()}),
        "may_write": request.caller.may(found.team_id, Role.RESPONDER),
        "may_edit": request.caller.may(found.team_id, Role.EDITOR),
    }
    return render(request, "duties/detail.html", context, status=422 if form is not None else 200)


def _writable(request: AccessRequest, pk: int) -> Duty:
    found = get_duty(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _form(request: AccessRequest, team: Team, initial: dict[str, Any]) -> DutyForm:
    people = User.objects.filter(memberships__team=team, is_active=True).order_by("name", "email", "pk")
    return DutyForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        services=Service.objects.filter(team=team).order_by("title", "pk"),
        people=people,
    )


def _form_page(request: AccessRequest, form: DutyForm, found: Duty | None, more: dict[str, Any]) -> HttpResponse:
    context = {"tabs": tabs_for(request), "form": form, "duty": found, **more}
    return render(request, "duties/form.html", context, status=422 if form.errors else 200)
