"""Where a team says how far back changes are suspected, and whether what is inferred counts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import list_services
from reliability.delivery.tabs import tabs_for
from reliability.kit.durations import format_duration
from reliability.suspects.forms.blame_rule import ServiceWindowForm, TeamRuleForm, window_of
from reliability.suspects.selectors.blame_rules import service_windows, team_rule
from reliability.suspects.services.blame_rules import set_service_window, set_team_rule
from reliability.web.errors import Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def blame_rules(request: AccessRequest, slug: str) -> HttpResponse:
    """Two forms: the team's, and one for a single service, told apart by their buttons."""
    team = team_named(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    is_service = "service_form" in request.POST
    rule = team_rule(team_id=team.pk)
    initial = {"window": format_duration(rule.window), "counts_inferred": rule.counts_inferred}
    own = list_services(caller=request.caller).filter(team=team)
    posted = request.POST if request.method == "POST" else None
    team_form = TeamRuleForm(None if is_service else posted, initial=initial)
    service_form = ServiceWindowForm(posted if is_service else None, services=own)
    done = _save_service(request, service_form) if is_service else _save_team(request, team_form, team)
    if done:
        messages.success(request, "Saved: the next ranking goes by it.")
        return redirect("suspect-rules", slug)
    context = {
        "tabs": tabs_for(request),
        "team": team,
        "team_form": team_form,
        "service_form": service_form,
        "windows": service_windows(team_id=team.pk),
    }
    is_refused = bool(team_form.errors or service_form.errors)
    return render(request, "suspects/rules.html", context, status=422 if is_refused else 200)


def _save_team(request: AccessRequest, form: TeamRuleForm, team: Team) -> bool:
    if not form.is_valid():
        return False
    window = window_of(form, "window")
    if window is None:
        return False
    counts = form.cleaned_data["counts_inferred"]
    try:
        set_team_rule(caller=request.caller, team=team, window=window, counts_inferred=counts, now=timezone.now())
    except Invalid as problem:
        show_refusal(form, problem)
        return False
    return True


def _save_service(request: AccessRequest, form: ServiceWindowForm) -> bool:
    if not form.is_valid():
        return False
    window = window_of(form, "service_window")
    try:
        set_service_window(
            caller=request.caller, service=form.cleaned_data["service"], window=window, now=timezone.now()
        )
    except Invalid as problem:
        form.add_error("service_window", problem.details[0]["message"])
        return False
    return True
