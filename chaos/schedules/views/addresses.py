"""Addresses of the chaos calendar: made and revoked by their person, read by programs without signing in."""

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

from chaos.experiments.tabs import tabs_for
from chaos.schedules.models import CalendarAddress
from chaos.schedules.selectors.addresses import addresses_of, calendar_of
from chaos.schedules.services import addresses
from reliability.access.requests import AccessRequest
from reliability.access.selectors.secret_addresses import address_of_secret
from reliability.access.selectors.teams import readable_teams
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.secret_addresses import NewAddress, note_read
from reliability.web.errors import Conflict
from reliability.web.ical import calendar_response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_list(request: AccessRequest) -> HttpResponse:
    """The list and the form of a new one; the address of what was made is in the answer, once."""
    made: NewAddress[CalendarAddress] | None = None
    if request.method == "POST":
        slug = request.POST.get("team", "").replace("\0", "")
        team = team_named(caller=request.caller, slug=slug) if slug else None
        try:
            made = addresses.create(caller=request.caller, team=team, now=timezone.now())
        except Conflict as problem:
            messages.error(request, problem.message)
    context = {
        "tabs": tabs_for(request),
        "made": made,
        "address": settings.PUBLIC_URL + reverse("chaos-calendar-feed", args=(made.secret,)) if made else "",
        "addresses": addresses_of(caller=request.caller),
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "chosen": request.GET.get("team", ""),
    }
    return render(request, "schedules/addresses.html", context)


@require_POST
def address_revoke(request: AccessRequest, pk: int) -> HttpResponse:
    addresses.revoke(caller=request.caller, address_id=pk, now=timezone.now())
    messages.success(request, "Revoked: calendars that use this address get nothing any more.")
    return redirect("chaos-calendar-addresses")


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar. The address is the secret; an unchanged calendar is answered 304."""
    now = timezone.now()
    found = address_of_secret(model=CalendarAddress, secret=secret, joined=("team",), place="Chaos, Calendar")
    content = calendar_of(address=found, now=now)
    note_read(address=found, now=now)
    return calendar_response(request=request, content=content, filename="chaos.ics")
