"""Making and changing a schedule: its next firings stand there before anybody saves. Pausing, resuming, deleting."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from chaos.experiments.models import Experiment
from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import require_editor_somewhere
from chaos.schedules.forms.schedule import PauseForm, ScheduleForm, values_of
from chaos.schedules.models import Schedule
from chaos.schedules.selectors import schedules as selectors
from chaos.schedules.selectors.preview import Ahead, next_firings
from chaos.schedules.services import schedules
from chaos.schedules.services.drafts import check
from chaos.schedules.views.schedules import detail_page
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid
from reliability.web.fields import page_zone
from reliability.web.refusals import show_refusal

PREVIEW = "preview"


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_new(request: AccessRequest) -> HttpResponse:
    """`?experiment=` names the one that is chosen. The button "Show the next firings" saves nothing."""
    require_editor_somewhere(request)
    experiments = _experiments(request)
    initial = {"experiment": request.GET.get("experiment", "")[:63], "time_zone": page_zone().key}
    form = ScheduleForm(request.POST if request.method == "POST" else None, experiments=experiments, initial=initial)
    now = timezone.now()
    ahead: list[Ahead] | None = None
    if form.is_valid():
        experiment = form.cleaned_data["experiment"]
        try:
            if request.POST.get("act") != PREVIEW:
                made = schedules.create(caller=request.caller, experiment=experiment, draft=form.draft(), now=now)
                messages.success(request, f"{experiment} is scheduled.")
                return redirect("chaos-schedule", made.pk)
            ahead = _ahead(form, experiment, None, now)
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
    return _page(request, form, None, ahead)


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_edit(request: AccessRequest, pk: int) -> HttpResponse:
    schedule = _editable(request, pk)
    form = ScheduleForm(
        request.POST if request.method == "POST" else None, experiments=None, initial=values_of(schedule)
    )
    now = timezone.now()
    ahead: list[Ahead] | None = None
    if form.is_valid():
        try:
            if request.POST.get("act") != PREVIEW:
                schedules.edit(
                    caller=request.caller,
                    schedule=schedule,
                    draft=form.draft(),
                    expected_revision=form.cleaned_data["revision"],
                    why=form.cleaned_data["why"],
                    now=now,
                )
                messages.success(request, "Saved. It runs in your name from now on.")
                return redirect("chaos-schedule", pk)
            ahead = _ahead(form, schedule.experiment, schedule, now)
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
    elif not form.is_bound:
        ahead = next_firings(timing=schedule.timing, experiment=schedule.experiment, mode=schedule.mode, now=now)
    return _page(request, form, schedule, ahead)


@require_POST
def schedule_pause(request: AccessRequest, pk: int) -> HttpResponse:
    schedule = selectors.schedule(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=schedule.team_id, role=Role.RESPONDER)
    form = PauseForm(request.POST)
    now = timezone.now()
    if not form.is_valid():
        return detail_page(request, schedule, form, now=now)
    schedules.pause(caller=request.caller, schedule=schedule, reason=form.cleaned_data["reason"], now=now)
    messages.success(request, "Paused: nothing fires until somebody resumes it.")
    return redirect("chaos-schedule", pk)


@require_POST
def schedule_resume(request: AccessRequest, pk: int) -> HttpResponse:
    schedules.resume(caller=request.caller, schedule=_editable(request, pk), now=timezone.now())
    messages.success(request, "It fires again from now on. What was due while it was paused is not made up for.")
    return redirect("chaos-schedule", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def schedule_delete(request: AccessRequest, pk: int) -> HttpResponse:
    schedule = _editable(request, pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        now = timezone.now()
        schedules.delete(caller=request.caller, schedule=schedule, why=form.cleaned_data["reason"], now=now)
        messages.success(request, f"Deleted the schedule of {schedule.experiment}.")
        return redirect("chaos-schedules")
    context = {
        "title": f"Delete this schedule of {schedule.experiment}?",
        "losses": ["its firings to come", "the history of its firings"],
        "keeps": "The experiment and the runs stay; a run that waits is not stopped.",
        "action": "Delete the schedule",
        "cancel_url": reverse("chaos-schedule", args=(pk,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _page(
    request: AccessRequest, form: ScheduleForm, schedule: Schedule | None, ahead: list[Ahead] | None
) -> HttpResponse:
    context = {"tabs": tabs_for(request), "form": form, "schedule": schedule, "ahead": ahead}
    return render(request, "schedules/form.html", context, status=422 if form.errors else 200)


def _ahead(form: ScheduleForm, experiment: Experiment, stored: Schedule | None, now: datetime) -> list[Ahead]:
    """Of what was typed. Raises Invalid, Conflict."""
    draft = form.draft()
    former = stored.once_at if stored is not None else None
    checked = check(experiment=experiment, draft=draft, former_once_at=former, now=now)
    return next_firings(timing=checked.timing, experiment=experiment, mode=draft.mode.value, now=now)


def _editable(request: AccessRequest, pk: int) -> Schedule:
    schedule = selectors.schedule(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=schedule.team_id, role=Role.EDITOR)
    return schedule


def _experiments(request: AccessRequest) -> QuerySet[Experiment]:
    """Those that the caller may schedule, by title."""
    found: QuerySet[Experiment] = Experiment.objects.writable_by(request.caller, role=Role.EDITOR)
    return found.filter(is_archived=False).select_related("team").order_by("title", "pk")
