"""Pages of monitors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.intake.forms.filter import MonitorFilterForm
from incidents.intake.forms.monitor import MonitorForm
from incidents.intake.models import Monitor
from incidents.intake.selectors import monitors as selectors
from incidents.intake.services import monitors
from incidents.intake.services.monitors import NewAddress, Settings
from incidents.intake.sources.kind import Recipe
from incidents.intake.views import choices
from incidents.intake.views.monitor_recipes import recipes
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.cron import explained, local_words
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal


@require_safe
def monitor_list(request: AccessRequest) -> HttpResponse:
    form = MonitorFilterForm(request.GET, teams=choices.readable(request))
    page = page_of(request, selectors.list_monitors(caller=request.caller, **form.wanted()))
    context = {
        "form": form,
        "page": page,
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": choices.may_create(request),
    }
    return render(request, "intake/monitors.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def monitor_create(request: AccessRequest) -> HttpResponse:
    """The address of what was made is in the answer, once."""
    choices.require_some_team(request)
    form = _form(request, None)
    if form.is_valid():
        try:
            made = monitors.create(
                caller=request.caller,
                team=form.cleaned_data["team"],
                name=form.cleaned_data["name"],
                settings=_settings(form),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            return _detail_page(request, made.monitor, made=made, status=201)
    return _form_page(request, form, None)


@require_safe
def monitor_detail(request: AccessRequest, name: str) -> HttpResponse:
    return _detail_page(request, selectors.monitor(caller=request.caller, name=name))


@require_safe
def monitor_state(request: AccessRequest, name: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    return render(request, "intake/_monitor_live.html", _live(selectors.monitor(caller=request.caller, name=name)))


@require_http_methods(["GET", "HEAD", "POST"])
def monitor_edit(request: AccessRequest, name: str) -> HttpResponse:
    monitor = _editable(request, name)
    form = _form(request, monitor)
    if form.is_valid():
        try:
            monitors.update(
                caller=request.caller,
                monitor=monitor,
                settings=_settings(form),
                revision=form.cleaned_data["revision"] or 0,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"Saved {monitor}.")
            return redirect("monitor-detail", name)
    return _form_page(request, form, monitor)


@require_POST
def monitor_pause(request: AccessRequest, name: str) -> HttpResponse:
    monitor = selectors.monitor(caller=request.caller, name=name)
    monitors.pause(caller=request.caller, monitor=monitor, now=timezone.now())
    messages.success(request, f"{monitor} is paused: nothing fires until somebody resumes it.")
    return redirect("monitor-detail", name)


@require_POST
def monitor_resume(request: AccessRequest, name: str) -> HttpResponse:
    monitor = selectors.monitor(caller=request.caller, name=name)
    monitors.resume(caller=request.caller, monitor=monitor, now=timezone.now())
    messages.success(request, f"{monitor} is watched again: its period begins now.")
    return redirect("monitor-detail", name)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def monitor_renew(request: AccessRequest, name: str) -> HttpResponse:
    monitor = _editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = monitors.renew_address(
            caller=request.caller, monitor=monitor, reason=form.cleaned_data["reason"], now=timezone.now()
        )
        return _detail_page(request, monitor, made=made)
    context = {
        "title": f"A new address for {monitor}?",
        "losses": ["calls of the former address: whatever still uses it is answered 404, and the monitor goes down"],
        "keeps": "Its calls, its state and its settings stay.",
        "action": "Make a new address",
        "cancel_url": reverse("monitor-detail", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def monitor_delete(request: AccessRequest, name: str) -> HttpResponse:
    monitor = _editable(request, name)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        monitors.delete(caller=request.caller, monitor=monitor, reason=form.cleaned_data["reason"], now=timezone.now())
        messages.success(request, f"Deleted {monitor}.")
        return redirect("monitor-list")
    context = {
        "title": f"Delete {monitor}?",
        "losses": ["its address: calls are answered 404", "its calls", "its open alert, which is resolved"],
        "keeps": "Its incidents stay.",
        "action": "Delete the monitor",
        "cancel_url": reverse("monitor-detail", args=(name,)),
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _detail_page(
    request: AccessRequest, monitor: Monitor, *, made: NewAddress | None = None, status: int = 200
) -> HttpResponse:
    examples: list[Recipe] = recipes(secret=made.secret if made else "SECRET-OF-THE-ADDRESS")
    context = _live(monitor) | {
        "made": made,
        "recipes": examples,
        "service": visible(caller=request.caller, related=monitor.service),
        "may_edit": request.caller.may(monitor.team_id, Role.EDITOR),
        "may_respond": request.caller.may(monitor.team_id, Role.RESPONDER),
        "is_paused": monitor.state == Monitor.State.PAUSED.value,
    }
    return render(request, "intake/monitor.html", context, status=status)


def _live(monitor: Monitor) -> dict[str, Any]:
    return {
        "monitor": monitor,
        "calls": selectors.calls_of(monitor=monitor),
        "cron_words": explained(monitor.cron) if monitor.cron else "",
        "next_expected": [
            (at, local_words(at, zone_name=monitor.time_zone) if monitor.cron else "")
            for at in selectors.next_expected(monitor=monitor, now=timezone.now())
        ],
    }


def _form(request: AccessRequest, monitor: Monitor | None) -> MonitorForm:
    data = request.POST if request.method == "POST" else None
    return MonitorForm(data, teams=choices.owners(request), services=choices.services(request), monitor=monitor)


def _settings(form: MonitorForm) -> Settings:
    cleaned = form.cleaned_data
    return Settings(
        title=cleaned["title"],
        period=cleaned["period"],
        cron=cleaned["cron"],
        time_zone=cleaned["time_zone"],
        grace=cleaned["grace"],
        severity=cleaned["severity"],
        service=cleaned["service"],
        policy=cleaned["policy"],
    )


def _form_page(request: AccessRequest, form: MonitorForm, monitor: Monitor | None) -> HttpResponse:
    context = {"form": form, "monitor": monitor}
    return render(request, "intake/monitor_form.html", context, status=422 if form.errors else 200)


def _editable(request: AccessRequest, name: str) -> Monitor:
    monitor = selectors.monitor(caller=request.caller, name=name)
    require(caller=request.caller, team_id=monitor.team_id, role=Role.EDITOR)
    return monitor
