"""Freeze windows on pages: the list, one of them, made, changed, deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reliability.access.domain.caller import Caller, Role
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.delivery.tabs import tabs_for
from reliability.gate.domain.freezes import next_time
from reliability.gate.forms.freeze import FreezeForm, initial_of, initial_of_new
from reliability.gate.models import FreezeWindow
from reliability.gate.selectors.windows import INSTALLATION, list_windows
from reliability.gate.selectors.windows import window as get_window
from reliability.gate.services import freezes
from reliability.gate.views.frames import asked_text, teams_of
from reliability.kit.periods import Period
from reliability.kit.repeats import Repeat, times
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.fields import page_zone
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 25
TIMES_SHOWN = 6
_LOOKED_AHEAD = timedelta(days=400)
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def freeze_list(request: AccessRequest) -> HttpResponse:
    now = timezone.now()
    team, service = asked_text(request, "team", 63), asked_text(request, "service", 63)
    page = page_of(request, list_windows(caller=request.caller, team=team, service=service), per_page=PER_PAGE)
    context = {
        "tabs": tabs_for(request),
        "page": page,
        "rows": [row_of(one, now) for one in page.object_list],
        "team": team,
        "service": service,
        "is_narrowed": bool(team or service),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller).order_by("title", "pk"),
        "everybody": INSTALLATION,
        "may_edit": _may_make(request),
    }
    return render(request, "gate/freezes.html", context)


@require_safe
def freeze_detail(request: AccessRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    found = get_window(caller=request.caller, pk=pk)
    coming = times(rule=found.rule, period=Period(now, now + _LOOKED_AHEAD))[:TIMES_SHOWN]
    context = {
        "tabs": tabs_for(request),
        "row": row_of(found, now),
        "window": found,
        "times": coming,
        "may_edit": _may_change(request.caller, found),
    }
    return render(request, "gate/freeze.html", context)


@each_method
def freeze_new(request: AccessRequest) -> HttpResponse:
    if not _may_make(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")
    return _edit(request, None, initial_of_new(zone=page_zone(), now=timezone.now()))


@each_method
def freeze_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_window(caller=request.caller, pk=pk)
    freezes.require_owner(caller=request.caller, team_id=found.team_id)
    return _edit(request, found, initial_of(window=found))


@each_method
def freeze_delete(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_window(caller=request.caller, pk=pk)
    freezes.require_owner(caller=request.caller, team_id=found.team_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        freezes.remove(caller=request.caller, window=found, now=timezone.now(), reason=reason)
        messages.success(request, f"“{found}” keeps nothing back any more.")
        return redirect("gate-freeze-list")
    context = {
        "title": f"Delete the freeze window {found}?",
        "losses": ["all of its times, also the one that holds now"],
        "keeps": "What the gate answered because of it stays in the history.",
        "action": "Delete",
        "cancel_url": f"/delivery/gate/freezes/{pk}/",
        "form": form,
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def row_of(window: FreezeWindow, now: datetime) -> dict[str, Any]:
    """As templates have it. time: the one that holds, or the next; None when it is over."""
    time = next_time(rule=window.rule, now=now)
    return {
        "window": window,
        "time": time,
        "holds": time is not None and time.contains(now),
        "repeats": Repeat(window.repeats).words,
        "services": window.named_services,
        "passes": [kind.words for kind in sorted(window.kinds_that_pass)],
    }


def _edit(request: AccessRequest, found: FreezeWindow | None, initial: dict[str, Any]) -> HttpResponse:
    services = list_services(caller=request.caller)
    if found is not None:
        services = Service.objects.filter(team_id=found.team_id) if found.team_id else Service.objects.none()
    form = FreezeForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        teams=teams_of(request, Role.EDITOR),
        services=services.order_by("title", "pk"),
        is_administrator=request.caller.is_administrator,
        kept=found,
    )
    if form.is_valid():
        try:
            row = _save(request, form, found)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Saved.")
            return redirect("gate-freeze", row.pk)
    context = {"tabs": tabs_for(request), "form": form, "window": found}
    return render(request, "gate/freeze_form.html", context, status=422 if form.errors else 200)


def _save(request: AccessRequest, form: FreezeForm, found: FreezeWindow | None) -> FreezeWindow:
    now = timezone.now()
    if found is None:
        return freezes.create(caller=request.caller, draft=form.draft(), now=now)
    revision = form.cleaned_data["revision"]
    return freezes.change(caller=request.caller, window=found, draft=form.draft(), now=now, expected_revision=revision)


def _may_make(request: AccessRequest) -> bool:
    return request.caller.is_administrator or bool(request.caller.team_ids(Role.EDITOR))


def _may_change(caller: Caller, window: FreezeWindow) -> bool:
    if window.team_id is None:
        return caller.is_administrator
    return caller.may(window.team_id, Role.EDITOR)
