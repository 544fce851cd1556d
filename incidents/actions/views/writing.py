"""A new action, and changing one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.actions.domain.drafts import ActionDraft, Source
from incidents.actions.domain.states import CLOSED, State
from incidents.actions.forms.action import ActionForm, TeamForm
from incidents.actions.models import Action
from incidents.actions.selectors.actions import action as get_action
from incidents.actions.services import actions
from incidents.actions.sources import link_of
from incidents.actions.views.choices import offered_to, teams_of_responder
from incidents.response.models import Incident
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.refusals import show_refusal

each_method = require_http_methods(["GET", "HEAD", "POST"])
NUMBER_LENGTH_MAX = 18


@each_method
def action_new(request: AccessRequest) -> HttpResponse:
    """`?team=…` says whose; `?incident=7`, `?service=…`, `?title=…` and `?source=postmortem:3` fill it in."""
    teams = teams_of_responder(caller=request.caller)
    if not teams.exists():
        raise Forbidden("this needs the role responder in a team: ask an administrator for it", reason="role_too_low")
    incident, source = _incident(request), _source(request)
    team = _team(request, teams, incident)
    if team is None:
        return _choose_team(request, teams, incident)
    initial = {
        "title": _given(request, "title", 200),
        "service": _given(request, "service", 63) or _service_of(incident),
        "text": _given(request, "text", 2_000),
    }
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        **offered_to(caller=request.caller, team=team),
    )
    if form.is_valid():
        try:
            made = actions.create(
                caller=request.caller,
                team_id=team.pk,
                draft=form.draft(incident_id=incident.pk if incident else None),
                source=source,
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"#{made.pk} is written down.")
            return redirect("action-detail", made.pk)
    return _form_page(request, form, team=team, incident=incident, source=source)


@each_method
def action_edit(request: AccessRequest, number: int) -> HttpResponse:
    action = get_action(caller=request.caller, number=number)
    require(caller=request.caller, team_id=action.team_id, role=Role.RESPONDER)
    if State(action.state) in CLOSED:
        messages.info(request, f"It is {State(action.state).words}: open it again before you change it.")
        return redirect("action-detail", number)
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(action),
        **offered_to(caller=request.caller, team=action.team),
    )
    if form.is_valid():
        try:
            actions.edit(
                caller=request.caller,
                number=number,
                draft=_kept(form.draft(incident_id=action.incident_id), action, form),
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("action-detail", number)
    return _form_page(request, form, team=action.team, action=action)


def _initial(action: Action) -> dict[str, Any]:
    names = ("title", "kind", "priority", "due_on", "tracker_url", "text", "proof", "check_text", "revision")
    return {
        **{name: getattr(action, name) for name in names},
        "slo_days": action.slo_days or 14,
        "owner": action.owner_id,
        "checker": action.checker_id,
        "service": action.service.name if action.service else None,
        "experiment": action.experiment.slug if action.experiment else None,
        "slo": action.slo.name if action.slo else None,
    }


def _kept(draft: ActionDraft, action: Action, form: ActionForm) -> ActionDraft:
    """A service or objective that the editor may not see stands in no list of theirs: left empty, it stays."""
    kept = {}
    for name in ("service_id", "slo_id"):
        stored = getattr(action, name)
        field: Any = form.fields[name.removesuffix("_id")]
        if getattr(draft, name) is None and stored is not None and not field.queryset.filter(pk=stored).exists():
            kept[name] = stored
    return replace(draft, **kept)


def _given(request: AccessRequest, name: str, most: int) -> str:
    return request.GET.get(name, "").replace("\0", "")[:most]


def _incident(request: AccessRequest) -> Incident | None:
    number = _given(request, "incident", NUMBER_LENGTH_MAX)
    return get_incident(caller=request.caller, number=int(number)) if number.isascii() and number.isdigit() else None


def _source(request: AccessRequest) -> Source | None:
    """Of the address, when it leads to something the caller may see; else the incident, when there is one."""
    kind, _, key = _given(request, "source", 80).partition(":")
    if link_of(caller=request.caller, kind=kind, key=key) is not None:
        return Source(kind, key)
    incident = _given(request, "incident", NUMBER_LENGTH_MAX)
    return Source("incident", incident) if incident.isascii() and incident.isdigit() else None


def _team(request: AccessRequest, teams: Any, incident: Incident | None) -> Team | None:
    """The one that the address names, else the incident's, else the only one; None: they choose. `?team=` without a
    name asks for that, too."""
    if "team" in request.GET and not request.GET["team"] and teams.count() > 1:
        return None
    named: Team | None = teams.filter(slug=_given(request, "team", 63)).first()
    if named is None and incident is not None:
        named = teams.filter(pk=incident.team_id).first()
    if named is None and teams.count() == 1:
        named = teams.get()
    return named


def _service_of(incident: Incident | None) -> str | None:
    """The only one it touches; of several nobody knows which."""
    touched = list(incident.impacted_services.all()[:2]) if incident else []
    return touched[0].service.name if len(touched) == 1 else None


def _choose_team(request: AccessRequest, teams: Any, incident: Incident | None) -> HttpResponse:
    names = ("incident", "service", "title", "text", "source")
    kept = [(name, request.GET[name][:2_000]) for name in names if name in request.GET]
    context = {"place_tabs": tabs_for(request), "form": TeamForm(teams=teams), "kept": kept, "incident": incident}
    return render(request, "actions/choose_team.html", context)


def _other_url(request: AccessRequest) -> str:
    """Where another team is chosen, with all that was given; empty for who has no other. An experiment proves an
    action of its own team only."""
    if teams_of_responder(caller=request.caller).count() < 2:
        return ""
    given = request.GET.copy()
    given["team"] = ""
    return f"{reverse('action-new')}?{given.urlencode()}"


def _form_page(
    request: AccessRequest,
    form: ActionForm,
    *,
    team: Team,
    action: Action | None = None,
    incident: Incident | None = None,
    source: Source | None = None,
) -> HttpResponse:
    origin = link_of(caller=request.caller, kind=source.kind, key=source.key) if source is not None else None
    context = {
        "place_tabs": tabs_for(request),
        "form": form,
        "team": team,
        "action": action,
        "incident": incident,
        "origin": origin,
        "other_url": _other_url(request) if action is None else "",
    }
    return render(request, "actions/form.html", context, status=422 if form.errors else 200)
