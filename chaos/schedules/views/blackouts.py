"""Blackouts on pages: the list, one of them, made, changed, deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chaos.experiments.tabs import tabs_for
from chaos.experiments.views.choices import is_editor_somewhere, teams_of_editor
from chaos.schedules.forms.blackout import BlackoutForm, initial_of, initial_of_new
from chaos.schedules.models import Blackout, BlackoutFeed
from chaos.schedules.selectors.blackouts import WHERE_INSTALLATION, list_blackouts, next_time, rule_of
from chaos.schedules.selectors.blackouts import blackout as get_blackout
from chaos.schedules.selectors.feeds import list_feeds
from chaos.schedules.services import blackouts
from chaos.schedules.services.owning import require_owner
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.visible import visible
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.kit.instants import END
from reliability.kit.periods import Period
from reliability.kit.repeats import Repeat, times
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.fields import page_zone
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 25
TIMES_SHOWN = 8
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def blackout_list(request: AccessRequest) -> HttpResponse:
    """Our own in pages, and the calendars that others come from."""
    now = timezone.now()
    named = {"text": ("q", 100), "team": ("team", 63), "service": ("service", 63)}
    wanted = {field: request.GET.get(name, "").replace("\0", "")[:most] for field, (name, most) in named.items()}
    page = page_of(request, list_blackouts(caller=request.caller, **wanted), per_page=PER_PAGE)
    feeds = list(list_feeds(caller=request.caller, **wanted)[:100])
    context = {
        "tabs": tabs_for(request),
        "wanted": wanted,
        "is_narrowed": any(wanted.values()),
        "page": page,
        "rows": [row_of(one, caller=request.caller, now=now) for one in page.object_list],
        "feeds": [(one, services_of(one, caller=request.caller)) for one in feeds],
        "is_empty": not any(wanted.values()) and not page.paginator.count and not feeds,
        "may_edit": may_make(request),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "everybody": WHERE_INSTALLATION,
        "now": now,
    }
    return render(request, "schedules/blackouts.html", context)


@require_safe
def blackout_detail(request: AccessRequest, pk: int) -> HttpResponse:
    """One blackout and its next times."""
    now = timezone.now()
    found = get_blackout(caller=request.caller, blackout_id=pk)
    context = {
        "tabs": tabs_for(request),
        "row": row_of(found, caller=request.caller, now=now),
        "blackout": found,
        "times": _times(found, now),
        "may_edit": may_change(request.caller, found),
    }
    return render(request, "schedules/blackout.html", context)


@each_method
def blackout_new(request: AccessRequest) -> HttpResponse:
    if not may_make(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")
    return _edit(request, None, initial_of_new(zone=page_zone(), now=timezone.now()))


@each_method
def blackout_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_blackout(caller=request.caller, blackout_id=pk)
    require_owner(caller=request.caller, team_id=found.team_id)
    return _edit(request, found, initial_of(blackout=found))


@each_method
def blackout_delete(request: AccessRequest, pk: int) -> HttpResponse:
    """Says what it means, and asks why."""
    found = get_blackout(caller=request.caller, blackout_id=pk)
    require_owner(caller=request.caller, team_id=found.team_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        blackouts.delete(caller=request.caller, blackout=found, now=timezone.now(), reason=reason)
        messages.success(request, f"Deleted {found.title}: runs may begin.")
        return redirect("blackout-list")
    context = {
        "title": f"Delete {found.title}?",
        "form": form,
        "losses": ["runs may begin in its times, those that wait for its end among them"],
        "keeps": "The audit trail keeps what it said.",
        "action": "Delete the blackout",
        "cancel_url": reverse("blackout-detail", args=(found.pk,)),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def row_of(blackout: Blackout, *, caller: Caller, now: Any) -> dict[str, Any]:
    """As lists show it."""
    time = next_time(blackout=blackout, now=now)
    return {
        "blackout": blackout,
        "repeats": Repeat(blackout.repeats).words,
        "time": time,
        "holds": time is not None and time.contains(now),
        "services": services_of(blackout, caller=caller),
    }


def services_of(row: Blackout | BlackoutFeed, *, caller: Caller) -> list[Service]:
    """Those that the caller may know of."""
    return [one for one in row.services.all() if visible(caller=caller, related=one) is not None]


def may_change(caller: Caller, row: Blackout | BlackoutFeed) -> bool:
    return caller.is_administrator if row.team_id is None else caller.may(row.team_id, Role.EDITOR)


def may_make(request: AccessRequest) -> bool:
    return request.caller.is_administrator or is_editor_somewhere(request)


def choices_of(request: AccessRequest, kept: Blackout | BlackoutFeed | None) -> dict[str, Any]:
    """What the forms of this room let choose from."""
    teams = teams_of_editor(caller=request.caller)
    services = Service.objects.readable_by(request.caller).order_by("title", "pk")
    if kept is not None and kept.team_id is not None:
        services = services.filter(team_id=kept.team_id)
    elif not request.caller.is_administrator:
        services = services.filter(team__in=teams)
    return {"teams": teams, "services": services, "is_administrator": request.caller.is_administrator, "kept": kept}


def revision_of(request: HttpRequest) -> int | None:
    """The one that was read, of a form that was sent."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _edit(request: AccessRequest, kept: Blackout | None, initial: dict[str, Any]) -> HttpResponse:
    form = BlackoutForm(
        request.POST if request.method == "POST" else None, initial=initial, **choices_of(request, kept)
    )
    if form.is_valid():
        try:
            saved = _saved(request, kept, form)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Saved {saved.title}.")
            return redirect("blackout-detail", saved.pk)
    context = {
        "tabs": tabs_for(request),
        "blackout": kept,
        "form": form,
        "revision": request.POST.get("revision") or (kept.revision if kept else ""),
    }
    return render(request, "schedules/blackout_form.html", context, status=422 if form.errors else 200)


def _saved(request: AccessRequest, kept: Blackout | None, form: BlackoutForm) -> Blackout:
    draft, now = form.draft(), timezone.now()
    if kept is None:
        return blackouts.create(caller=request.caller, draft=draft, now=now)
    return blackouts.edit(
        caller=request.caller, blackout=kept, draft=draft, now=now, expected_revision=revision_of(request)
    )


def _times(blackout: Blackout, now: Any) -> list[Period]:
    found: list[Period] = []
    first = next_time(blackout=blackout, now=now)
    while first is not None and len(found) < TIMES_SHOWN:
        found.append(first)
        if blackout.repeats == Repeat.NEVER.value or first.end >= END:
            break
        later = next_time(blackout=blackout, now=first.end)
        first = later if later is not None and later.start > first.start else None
    return found or times(rule=rule_of(blackout=blackout), period=Period(blackout.start_at, blackout.end_at))[:1]
