"""The page behind the link of a message that lists many pages: what waits, and one button for all of it.

As views.phone: no sign-in, and only POST acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.paging.services import links, list_links
from incidents.paging.services.links import LinkRefused
from incidents.paging.services.list_links import OpenedList
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from incidents.response.views.phone import VIA, refused_page, without_trace
from incidents.response.views.rows import severity_slug, status_slug
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.web.errors import Conflict, Forbidden, NotFound
from reliability.web.zones import zone_named

# Each is a transaction of its own; whoever has more presses again.
AT_ONCE = 100
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ListedIncident:
    """url: acknowledges this one alone, blank when nothing is left to acknowledge."""

    incident: Incident
    severity: str
    status: str
    url: str


@dataclass(frozen=True, slots=True)
class Lists:
    """waiting: to acknowledge, the worst first; others: answered since. more: beyond those shown."""

    waiting: Sequence[ListedIncident]
    others: Sequence[ListedIncident]
    waiting_count: int
    more: int


@csrf_exempt  # as views.phone.phone_link: no cookie gives any right here
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone_list(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what the message listed. POST acknowledges all of it that waits, as the person it was sent to."""
    now = timezone.now()
    try:
        opened = list_links.open(token=token, now=now)
    except LinkRefused as refused:
        return refused_page(request, refused)
    with timezone.override(zone_named(opened.user.time_zone)):
        words = ""
        if request.method == "POST":
            words = _acknowledge(opened, now)
            opened = list_links.open(token=token, now=now)
        context = {"lists": _lists(opened, now), "words": words, "person": str(opened.user), "at_once": AT_ONCE}
        return without_trace(render(request, "response/phone_list.html", context))


def _acknowledge(opened: OpenedList, now: datetime) -> str:
    caller = caller_of_user(user=opened.user)
    ids = [page.escalation_id for page in opened.pages if page.is_waiting]
    incidents = Incident.objects.filter(escalation_id__in=ids, merged_into=None).order_by("severity", "pk")
    taken = kept = 0
    for number in list(incidents.values_list("pk", flat=True)[:AT_ONCE]):
        if _acknowledge_one(caller, number, now):
            taken += 1
        else:
            kept += 1
    words = f"You have {taken}. Paging for {'it' if taken == 1 else 'them'} has stopped." if taken else ""
    left = f"{kept} {'was' if kept == 1 else 'were'} answered by somebody else meanwhile." if kept else ""
    return " ".join(filter(None, [words, left])) or "Nothing is left to acknowledge."


def _acknowledge_one(caller: Caller, number: int, now: datetime) -> bool:
    try:
        return lifecycle.acknowledge(caller=caller, incident_id=number, now=now, via=VIA).is_changed
    except (Conflict, Forbidden, NotFound):
        return False


def _lists(opened: OpenedList, now: datetime) -> Lists:
    waiting = {page.escalation_id for page in opened.pages if page.is_waiting}
    everything = [page.escalation_id for page in opened.pages]
    rows = Incident.objects.filter(escalation_id__in=everything).select_related("team", "escalation")
    incidents = list(rows.order_by("severity", "pk"))
    to_do = [one for one in incidents if one.escalation_id in waiting]
    done = [one for one in incidents if one.escalation_id not in waiting]
    shown = to_do[:_SHOWN]
    others = done[: _SHOWN - len(shown)]
    return Lists(
        waiting=[_listed(one, user=opened.user, now=now, is_waiting=True) for one in shown],
        others=[_listed(one, user=opened.user, now=now, is_waiting=False) for one in others],
        waiting_count=len(to_do),
        more=len(incidents) - len(shown) - len(others),
    )


def _listed(incident: Incident, *, user: User, now: datetime, is_waiting: bool) -> ListedIncident:
    url = ""
    if is_waiting and incident.escalation is not None:
        url = f"/a/{links.sign(escalation=incident.escalation, user_id=user.pk, now=now)}/"
    return ListedIncident(incident, severity_slug(incident.severity), status_slug(incident), url)
