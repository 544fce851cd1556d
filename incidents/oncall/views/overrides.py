"""Overriding, taking and giving back on pages."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.oncall.forms.override import OverrideForm
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.selectors.people import candidates
from incidents.oncall.selectors.schedules import named_users
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.services import overrides
from incidents.oncall.services.overrides import OverrideDraft
from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.access.models import User
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.instants import InstantError, parse_instant
from reliability.kit.periods import Period
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal
from reliability.web.words import absolute_text


@require_http_methods(["GET", "HEAD", "POST"])
def override_new(request: AccessRequest, slug: str) -> HttpResponse:
    """The form, filled with the shift that was pressed."""
    schedule = _for_responder(request, slug)
    named = named_users(schedule=schedule)
    people = candidates(caller=request.caller, team_id=schedule.team_id, named=named)
    start, end = instant_of(request, "start"), instant_of(request, "end")
    initial = {"start": start, "end": end, "replaces": request.GET.get("replaces") or None}
    form = OverrideForm(request.POST if request.method == "POST" else None, people=people, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        draft = OverrideDraft(
            period=Period(data["start"], data["end"]),
            user_id=data["user"].pk,
            replaces_id=data["replaces"].pk if data["replaces"] else None,
            reason=data["reason"],
        )
        try:
            overrides.create(caller=request.caller, schedule=schedule, draft=draft, now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{data['user']} is on call from {_words(data['start'])} on.")
            return redirect("oncall-schedule", schedule.slug)
    context = {"schedule": schedule, "form": form, "heading": "Override", "action": "Put on call"}
    return render(request, "oncall/small_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def override_revoke(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    """Names what ends and asks why."""
    schedule = _for_responder(request, slug)
    override = get_object_or_404(schedule.overrides.select_related("user"), pk=pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            overrides.revoke(
                caller=request.caller,
                schedule=schedule,
                override_id=override.pk,
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except Conflict as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "The override ended: the layers decide again.")
            return redirect("oncall-schedule", schedule.slug)
    context = {
        "title": f"Revoke the override by {override.user}?",
        "form": form,
        "losses": [f"{override.user} on call from {_words(override.start_at)} until {_words(override.end_at)}"],
        "keeps": "What it did until now stays in the record.",
        "action": "Revoke the override",
        "cancel_url": reverse("oncall-schedule", args=(schedule.slug,)),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def shift_take(request: AccessRequest, slug: str) -> HttpResponse:
    """Says whose shift it is, then takes it: one press more, so that no link does it by itself."""
    schedule = _for_responder(request, slug)
    start, end = instant_of(request, "start"), instant_of(request, "end")
    if start is None or end is None or end <= start:
        messages.info(request, "Choose the shift to take: press it in the calendar.")
        return redirect("oncall-schedule", schedule.slug)
    period = Period(start, end)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            taken = overrides.take(
                caller=request.caller,
                schedule=schedule,
                period=period,
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"You are on call until {_words(taken.end_at)}.")
            return redirect("oncall-schedule", schedule.slug)
    context = {
        "schedule": schedule,
        "form": form,
        "heading": "Take this shift",
        "action": "Take the shift",
        "shift_start": period.start,
        "shift_end": period.end,
        "people": _people_within(schedule, period),
    }
    return render(request, "oncall/small_form.html", context, status=422 if form.errors else 200)


def instant_of(request: AccessRequest, name: str) -> datetime | None:
    """An instant of the address, None when it names none that makes sense."""
    try:
        return parse_instant(request.GET.get(name, ""))
    except InstantError:
        return None


def _people_within(schedule: Schedule, period: Period) -> list[str]:
    ids = {shift.user_id for shift in shifts(schedule_ids=[schedule.pk], period=period)[schedule.pk]}
    return [str(user) for user in User.objects.filter(pk__in=ids).order_by("name", "pk")]


def _for_responder(request: AccessRequest, slug: str) -> Schedule:
    schedule = get_schedule(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=schedule.team_id, role=Role.RESPONDER)
    return schedule


def _words(instant: datetime) -> str:
    return absolute_text(timezone.localtime(instant))
