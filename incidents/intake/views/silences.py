"""Pages of silences."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.intake.domain.silences import matchers_of
from incidents.intake.forms.filter import SilenceFilterForm
from incidents.intake.forms.silence import SilenceForm
from incidents.intake.models import Silence
from incidents.intake.selectors import integrations as integration_selectors
from incidents.intake.selectors import silences as selectors
from incidents.intake.services import silences
from incidents.intake.services.silences import Wanted
from incidents.intake.views import choices
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

_LENGTH = timedelta(hours=2)
_NAMES = ("team", "integration", "service", "matchers", "reason", "start_at", "end_at")


@require_safe
def silence_list(request: AccessRequest) -> HttpResponse:
    now = timezone.now()
    form = SilenceFilterForm(request.GET, teams=choices.readable(request))
    page = page_of(request, selectors.list_silences(caller=request.caller, **form.wanted(), now=now))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(request, one, now) for one in page],
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "may_create": choices.may_create(request, Role.RESPONDER),
    }
    return render(request, "intake/silences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def silence_create(request: AccessRequest) -> HttpResponse:
    """The address fills the form, so that an alert or an incident can offer "silence this"."""
    choices.require_some_team(request, Role.RESPONDER)
    now = timezone.now()
    initial = {"start_at": now, "end_at": now + _LENGTH} | {
        name: request.GET[name] for name in _NAMES if request.GET.get(name)
    }
    form = SilenceForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        teams=choices.owners(request, Role.RESPONDER),
        integrations=_integrations(request),
        services=choices.services(request),
    )
    if form.is_valid():
        try:
            silence = silences.create(
                caller=request.caller, team=form.cleaned_data["team"], wanted=_wanted(form, now), now=now
            )
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{str(silence).capitalize()} UTC: what it covers opens no incident meanwhile.")
            return redirect("silence-list")
    return render(request, "intake/silence_form.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def silence_detail(request: AccessRequest, silence_id: int) -> HttpResponse:
    silence = selectors.silence(caller=request.caller, silence_id=silence_id)
    return render(request, "intake/silence.html", _row(request, silence, timezone.now()))


@require_POST
def silence_expire(request: AccessRequest, silence_id: int) -> HttpResponse:
    silence = selectors.silence(caller=request.caller, silence_id=silence_id)
    try:
        silences.expire(caller=request.caller, silence=silence, now=timezone.now())
    except Conflict as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "The silence is over: what it hid and still fires opens its incident now.")
    return redirect("silence-list")


def _row(request: AccessRequest, silence: Silence, now: datetime) -> dict[str, Any]:
    state = selectors.state_of(silence, now=now)
    return {
        "silence": silence,
        "state": state,
        "matchers": matchers_of(silence.matchers),
        "service": visible(caller=request.caller, related=silence.service),
        "may_expire": state != "over" and request.caller.may(silence.team_id, Role.RESPONDER),
    }


def _wanted(form: SilenceForm, now: datetime) -> Wanted:
    cleaned = form.cleaned_data
    start_at = cleaned["start_at"]
    # The form knows minutes: what begins in this minute begins now.
    begins_now = timedelta(0) <= now - start_at < timedelta(minutes=1)
    return Wanted(
        start_at=now if begins_now else start_at,
        end_at=cleaned["end_at"],
        reason=cleaned["reason"],
        matchers=cleaned["matchers"],
        service=cleaned["service"],
        integration=cleaned["integration"],
    )


def _integrations(request: AccessRequest) -> Any:
    return integration_selectors.named(caller=request.caller).order_by("title", "pk")
