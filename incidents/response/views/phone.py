"""The page behind the link in a message: no sign-in, one button. Only POST acts: mail scanners follow links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.paging.models import Escalation
from incidents.paging.services import links
from incidents.paging.services.links import LinkRefused, OpenedLink
from incidents.response.domain.phases import Status
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from incidents.response.views.folding import folded
from incidents.response.views.rows import severity_slug, status_slug
from reliability.access.selectors.callers import caller_of_user
from reliability.web.errors import Conflict, Forbidden, NotFound
from reliability.web.states import look_of
from reliability.web.zones import zone_named

VIA = "phone link"
_GONE = 410
_TEXT_MAX = 2_000
_HEADINGS = {
    "link_expired": "This link has ended",
    "link_stale": "This link is from before",
    "link_of_nobody": "There is nothing behind this link any more",
    "link_of_former": "This is not yours to answer any more",
    "link_forged": "This link does not work",
}


@dataclass(frozen=True, slots=True)
class PhoneLink:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class State:
    """What the page shows. words: what became of it, in one sentence. text, rest: what was told, and its folded end.

    labels: of its only alert, blank when there are several.
    """

    heading: str
    tone: str = "none"
    words: str = ""
    icon: str = "info"
    incident: Incident | None = None
    severity: str = ""
    status: str = ""
    since_words: str = "began"
    labels: str = ""
    text: str = ""
    links: Sequence[PhoneLink] = ()
    person: str = ""
    rest: str = ""
    url: str = ""
    url_words: str = "Open the incident"
    may_acknowledge: bool = False


# csrf_exempt: no cookie gives any right here, only the signature in the address. And with "no-referrer" browsers send
# no origin, so that the check would refuse everybody.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what it is about. POST acknowledges as the person the link was sent to."""
    now = timezone.now()
    try:
        opened = links.open(token=token, now=now)
    except LinkRefused as refused:
        return refused_page(request, refused)
    incident = _incident_of(opened.escalation)
    if incident is None:
        return _page(request, State("There is no such incident any more", icon="no-data"), status=404)
    with timezone.override(zone_named(opened.user.time_zone)):
        if request.method == "POST":
            return _acknowledge(request, opened, incident, now)
        return _page(request, _state(opened, incident))


def _acknowledge(request: HttpRequest, opened: OpenedLink, incident: Incident, now: datetime) -> HttpResponse:
    caller = caller_of_user(user=opened.user)
    try:
        moved = lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=now, via=VIA)
    except (Conflict, Forbidden, NotFound) as problem:
        words = f"Not acknowledged: {problem.message}."
        state = replace(_state(opened, incident), words=words, icon="warning", tone="warn", may_acknowledge=False)
        return _page(request, state, status=problem.status)
    after = replace(_about(moved.incident), url=_url(opened, moved.incident))
    words = "You have it. Paging has stopped." if moved.is_changed else moved.message
    state = replace(after, words=words, icon="check", tone="good", may_acknowledge=False)
    return _page(request, state)


def _state(opened: OpenedLink, incident: Incident) -> State:
    """What the link is about now, and whether the button makes sense."""
    words = _standing(incident)
    state = replace(_about(incident), tone="good", icon="check") if words else _about(incident)
    content: Any = opened.escalation.content
    text = folded(str(content.get("text", ""))[:_TEXT_MAX])
    told = [(str(title), str(url)) for title, url in content.get("links", ())]
    return replace(
        state,
        words=words,
        labels=str(content.get("details", {}).get("Labels", "")),
        text=text.lead,
        rest=text.rest,
        links=[PhoneLink(title, url) for title, url in told if url.startswith(("https://", "http://"))],
        person=str(opened.user),
        url=_url(opened, incident),
        may_acknowledge=not words,
    )


def _about(incident: Incident) -> State:
    severity = severity_slug(incident.severity)
    return State(
        heading=incident.title,
        tone=look_of(severity).tone,
        incident=incident,
        severity=severity,
        status=status_slug(incident),
        url=_address(incident),
        url_words=f"Open #{incident.merged_into_id}" if incident.merged_into_id else "Open the incident",
    )


def _url(opened: OpenedLink, incident: Incident) -> str:
    """None for whoever was paged from another team and would find nothing there."""
    return _address(incident) if caller_of_user(user=opened.user).may_read(incident.team_id) else ""


def _address(incident: Incident) -> str:
    """What was merged goes on elsewhere."""
    return reverse("incident-detail", args=[incident.merged_into_id or incident.pk])


def _standing(incident: Incident) -> str:
    """Why there is nothing to acknowledge; nothing while there is."""
    if incident.merged_into_id is not None:
        return f"It was merged into #{incident.merged_into_id}: look there."
    if incident.status == Status.ACKNOWLEDGED:
        who = incident.acknowledged_by_name or "Somebody"
        return f"{who} has acknowledged it already: you need not do anything."
    if incident.status in (Status.RESOLVED, Status.CLOSED):
        return f"It is {incident.status}: you need not do anything."
    return ""


def refused_page(request: HttpRequest, refused: LinkRefused) -> HttpResponse:
    """In words. A true signature may know how the incident stands; a false one is told nothing."""
    heading = _HEADINGS.get(refused.reason, "This link does not work")
    incident = _incident_of(refused.escalation) if refused.reason == "link_stale" else None
    if incident is not None:
        standing = _standing(incident)
        if standing:
            return _page(request, replace(_about(incident), words=standing, tone="good", icon="check"))
        words = "It was told anew since: sign in, or use the link of the newest message."
        return _page(request, replace(_about(incident), words=words, icon="warning"), status=_GONE)
    is_over = refused.reason in ("link_expired", "link_of_nobody", "link_of_former", "link_stale")
    url = reverse("incident-list") if is_over else ""
    state = State(
        heading,
        "warn",
        f"{refused.message[:1].upper()}{refused.message[1:]}.",
        "warning",
        url=url,
        url_words="See all incidents",
    )
    return _page(request, state, status=_GONE if is_over else refused.status)


def _incident_of(escalation: Escalation | None) -> Incident | None:
    if escalation is None:
        return None
    return Incident.objects.select_related("team", "merged_into").filter(escalation=escalation).first()


def _page(request: HttpRequest, state: State, *, status: int = 200) -> HttpResponse:
    return without_trace(render(request, "response/phone.html", {"state": state}, status=status))


def without_trace(response: HttpResponse) -> HttpResponse:
    """The address is a right: nothing may index it or pass it on."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
