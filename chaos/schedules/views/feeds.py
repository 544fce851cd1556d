"""Calendars of others on pages: added, looked at, changed, read again, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chaos.experiments.tabs import tabs_for
from chaos.schedules.forms.blackout import FeedForm, initial_of_feed
from chaos.schedules.models import BlackoutFeed
from chaos.schedules.selectors.feeds import feed as get_feed
from chaos.schedules.services import feeds
from chaos.schedules.services.owning import require_owner
from chaos.schedules.views.blackouts import (
    choices_of,
    each_method,
    may_change,
    may_make,
    revision_of,
    services_of,
)
from reliability.access.forms.why import WhyForm
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Forbidden, Invalid
from reliability.web.fields import page_zone
from reliability.web.pagination import page_of
from reliability.web.refusals import show_refusal

PER_PAGE = 50


@require_safe
def feed_detail(request: AccessRequest, pk: int) -> HttpResponse:
    """How it fares, what was left out, and what it says from now on."""
    found = get_feed(caller=request.caller, feed_id=pk)
    now = timezone.now()
    upcoming = found.entries.filter(end_at__gt=now).order_by("start_at", "pk")
    context = {
        "tabs": tabs_for(request),
        "feed": found,
        "services": services_of(found, caller=request.caller),
        "page": page_of(request, upcoming, per_page=PER_PAGE),
        "may_edit": may_change(request.caller, found),
        "now": now,
    }
    part = "schedules/_feed.html" if request.headers.get("HX-Request") else "schedules/feed.html"
    return render(request, part, context)


@each_method
def feed_new(request: AccessRequest) -> HttpResponse:
    if not may_make(request):
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")
    return _edit(request, None, {"time_zone": page_zone().key, "is_enabled": True})


@each_method
def feed_edit(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_feed(caller=request.caller, feed_id=pk)
    require_owner(caller=request.caller, team_id=found.team_id)
    return _edit(request, found, initial_of_feed(feed=found))


@require_POST
def feed_refresh(request: AccessRequest, pk: int) -> HttpResponse:
    found = get_feed(caller=request.caller, feed_id=pk)
    try:
        feeds.refresh(caller=request.caller, feed=found, now=timezone.now())
    except Conflict as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "It is read again now; this page shows it in a moment.")
    return redirect("blackout-feed", found.pk)


@each_method
def feed_delete(request: AccessRequest, pk: int) -> HttpResponse:
    """Says what it means, and asks why."""
    found = get_feed(caller=request.caller, feed_id=pk)
    require_owner(caller=request.caller, team_id=found.team_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        feeds.delete(caller=request.caller, feed=found, now=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"Removed {found.title}: its events forbid nothing any more.")
        return redirect("blackout-list")
    context = {
        "title": f"Remove the calendar {found.title}?",
        "form": form,
        "losses": [f"its {found.entries_count:,} blackouts, past and coming", "its address, or the file"],
        "keeps": "The calendar itself stays where it is.",
        "action": "Remove the calendar",
        "cancel_url": reverse("blackout-feed", args=(found.pk,)),
    }
    return render(request, "web/confirm.html", context, status=422 if form.errors else 200)


def _edit(request: AccessRequest, kept: BlackoutFeed | None, initial: dict[str, Any]) -> HttpResponse:
    is_sent = request.method == "POST"
    form = FeedForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        initial=initial,
        **choices_of(request, kept),
    )
    if form.is_valid():
        try:
            saved = _saved(request, kept, form)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"Saved {saved.title}: it is read now.")
            return redirect("blackout-feed", saved.pk)
    context = {
        "tabs": tabs_for(request),
        "feed": kept,
        "form": form,
        "revision": request.POST.get("revision") or (kept.revision if kept else ""),
    }
    return render(request, "schedules/feed_form.html", context, status=422 if form.errors else 200)


def _saved(request: AccessRequest, kept: BlackoutFeed | None, form: FeedForm) -> BlackoutFeed:
    draft, now = form.draft(), timezone.now()
    if kept is None:
        return feeds.create(caller=request.caller, draft=draft, now=now)
    return feeds.edit(caller=request.caller, feed=kept, draft=draft, now=now, expected_revision=revision_of(request))
