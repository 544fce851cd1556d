"""People and places that are told: the list, one of them, and writing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from incidents.oncall.selectors.people import candidates
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.forms.stakeholder import StakeholderForm, initial_of
from incidents.stakeholders.models import Recipient, Stakeholder
from incidents.stakeholders.selectors.places import place_words, why_silent
from incidents.stakeholders.selectors.stakeholders import StakeholderFilters, list_stakeholders
from incidents.stakeholders.selectors.stakeholders import stakeholder as get_stakeholder
from incidents.stakeholders.services import stakeholders
from incidents.stakeholders.views.frames import asked_text, frame, team_asked, teams_of
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.channels.models import Channel
from reliability.kit.typed_hours import hours_text
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal
from slo.models import Slo

PER_PAGE = 50
MESSAGES_SHOWN = 10
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def stakeholder_list(request: AccessRequest) -> HttpResponse:
    """Filters come from the address."""
    filters = StakeholderFilters(
        text=asked_text(request, "q"),
        team_slug=asked_text(request, "team"),
        audience=asked_text(request, "audience"),
        state=asked_text(request, "state"),
    )
    page = page_of(request, list_stakeholders(caller=request.caller, filters=filters), per_page=PER_PAGE)
    rows = [_row(request, one) for one in page.object_list]
    context = frame(request, "People") | {
        "page": page,
        "rows": rows,
        "filters": filters,
        "is_narrowed": filters != StakeholderFilters(),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "audiences": list(Audience),
        "may_edit": teams_of(request, Role.EDITOR).exists(),
        "may_tell": teams_of(request, Role.RESPONDER).exists(),
    }
    return render(request, "stakeholders/list.html", context)


@require_safe
def stakeholder_detail(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_stakeholder(caller=request.caller, pk=pk)
    received = Recipient.objects.filter(stakeholder=found).select_related("message", "text")
    context = (
        frame(request, "People")
        | _row(request, found)
        | {
            "hours": hours_text(found.hours),
            "kinds": [EventKind(kind).words for kind in found.kinds],
            "received": received.order_by("-message_id")[:MESSAGES_SHOWN],
            "may_edit": request.caller.may(found.team_id, Role.EDITOR),
        }
    )
    return render(request, "stakeholders/detail.html", context)


@each_method
def stakeholder_new(request: AccessRequest) -> HttpResponse:
    """`?team=` says whose."""
    team = team_asked(request, Role.EDITOR)
    form = _form(request, team, None, {"zone": getattr(request.user, "time_zone", "UTC")})
    if form.is_valid():
        now = timezone.now()
        try:
            saved = stakeholders.create(caller=request.caller, team_id=team.pk, draft=form.draft(), now=now)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            _tell_saved(request, saved, f"{saved.stakeholder} is told from now on.")
            return redirect("stakeholder", saved.stakeholder.pk)
    context = {"team": team, "teams": teams_of(request, Role.EDITOR)}
    return _form_page(request, form, None, context)


@each_method
def stakeholder_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    form = _form(request, found.team, found, initial_of(found))
    if form.is_valid():
        try:
            saved = stakeholders.edit(
                caller=request.caller,
                stakeholder=found,
                draft=form.draft(),
                now=timezone.now(),
                expected_revision=form.cleaned_data["revision"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            _tell_saved(request, saved, "Saved.")
            return redirect("stakeholder", pk)
    return _form_page(request, form, found, {"team": found.team})


@each_method
def stakeholder_delete(request: AccessRequest, pk: int) -> HttpResponse:
    found = _writable(request, pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        stakeholders.remove(caller=request.caller, stakeholder=found, now=timezone.now(), reason=reason)
        messages.success(request, f"{found.name} is told no more.")
        return redirect("stakeholder-list")
    context = frame(request, "People") | {
        "title": f"Delete {found.name}?",
        "losses": ["How they are reached, what matters to them, and their place in groups"],
        "keeps": "Messages they were told stay, with their name.",
        "action": "Delete",
        "cancel_url": f"/stakeholders/{pk}/",
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _row(request: AccessRequest, found: Stakeholder) -> dict[str, Any]:
    """Where they are reached is for those who may tell them."""
    may_tell = request.caller.may(found.team_id, Role.RESPONDER)
    silent = why_silent(found)
    return {
        "one": found,
        "place": place_words(found) if may_tell else found.get_way_display(),
        "silent": silent,
        "badge": "stakeholder_told" if not silent else "stakeholder_silent",
        "hours": ", ".join(hours_text(found.hours).splitlines()),
        "may_tell": may_tell,
    }


def _writable(request: AccessRequest, pk: int) -> Stakeholder:
    found = get_stakeholder(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    return found


def _form(request: AccessRequest, team: Team, found: Stakeholder | None, initial: dict[str, Any]) -> StakeholderForm:
    named = (found.user_id,) if found is not None and found.user_id is not None else ()
    return StakeholderForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        people=candidates(caller=request.caller, team_id=team.pk, named=named),
        channels=Channel.objects.filter(team=team).order_by("name", "pk"),
        services=Service.objects.filter(team=team).order_by("title", "pk"),
        slos=Slo.objects.filter(team=team).order_by("title", "pk"),
    )


def _form_page(
    request: AccessRequest, form: StakeholderForm, found: Stakeholder | None, more: dict[str, Any]
) -> HttpResponse:
    context = frame(request, "People") | more | {"form": form, "one": found}
    return render(request, "stakeholders/form.html", context, status=422 if form.errors else 200)


def _tell_saved(request: AccessRequest, saved: stakeholders.Saved, words: str) -> None:
    messages.success(request, words)
    if saved.made_secret:
        messages.info(request, f"Secret of the webhook, shown only now: {saved.made_secret}")
