"""Calendar addresses: made and revoked by their person, read by calendars without signing in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.oncall.models import CalendarFeed
from incidents.oncall.selectors.feeds import calendar_of, feeds_of
from incidents.oncall.selectors.schedules import list_schedules
from incidents.oncall.selectors.schedules import schedule as get_schedule
from incidents.oncall.services import feeds
from reliability.access.requests import AccessRequest
from reliability.access.selectors.secret_addresses import address_of_secret
from reliability.access.services.secret_addresses import NewAddress, note_read
from reliability.web.errors import Conflict
from reliability.web.ical import calendar_response

SCHEDULES_OFFERED_MAX = 500


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feed_list(request: AccessRequest) -> HttpResponse:
    """The list and the form of a new address; the address of what was made is in the answer, once."""
    made: NewAddress[CalendarFeed] | None = None
    if request.method == "POST":
        slug = request.POST.get("schedule", "")
        schedule = get_schedule(caller=request.caller, slug=slug) if slug else None
        try:
            made = feeds.create(caller=request.caller, schedule=schedule, now=timezone.now())
        except Conflict as problem:
            messages.error(request, problem.message)
    address = settings.PUBLIC_URL + reverse("oncall-feed", args=(made.secret,)) if made else ""
    context = {
        "made": made,
        "address": address,
        "feeds": feeds_of(caller=request.caller),
        "schedules": list_schedules(caller=request.caller)[:SCHEDULES_OFFERED_MAX],
        "chosen": request.GET.get("schedule", ""),
    }
    return render(request, "oncall/calendars.html", context)


@require_POST
def feed_revoke(request: AccessRequest, pk: int) -> HttpResponse:
    feeds.revoke(caller=request.caller, feed_id=pk, now=timezone.now())
    messages.success(request, "Revoked: calendars that use this address get nothing any more.")
    return redirect("oncall-calendars")


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar. The address is the secret; an unchanged calendar is answered 304."""
    now = timezone.now()
    found = address_of_secret(model=CalendarFeed, secret=secret, joined=("schedule__team",), place="On call")
    content = calendar_of(feed=found, now=now)
    note_read(address=found, now=now)
    return calendar_response(request=request, content=content, filename="on-call.ics")
