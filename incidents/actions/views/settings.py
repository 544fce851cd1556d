"""When a team is reminded of its actions, and where it is told of overdue ones."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.actions.domain.reminders import Habits
from incidents.actions.forms.settings import SettingsForm
from incidents.actions.services.settings import set_habits, settings_of
from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.channels.models import Channel
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_http_methods(["GET", "HEAD", "POST"])
def action_settings(request: AccessRequest, slug: str) -> HttpResponse:
    team = get_team(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    row = settings_of(team_id=team.pk)
    habits = row.habits if row is not None else Habits()
    names = ("remind_days", "weekly_max", "escalate_days", "escalations_max")
    form = SettingsForm(
        request.POST if request.method == "POST" else None,
        initial={
            **{name: getattr(habits, name) for name in names},
            "channel": row.channel.name if row is not None and row.channel is not None else None,
            "revision": row.revision if row is not None else 0,
        },
        channels=Channel.objects.filter(team=team).order_by("title", "pk"),
    )
    if form.is_valid():
        try:
            set_habits(
                caller=request.caller,
                team=team,
                habits=form.habits,
                channel=form.cleaned_data["channel"],
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved. Reminders of open actions follow it from now on.")
            return redirect("action-settings", slug)
    context = {"place_tabs": tabs_for(request), "team": team, "form": form}
    return render(request, "actions/settings.html", context, status=422 if form.errors else 200)
