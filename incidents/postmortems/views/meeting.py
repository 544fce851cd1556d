"""The meeting about a postmortem, and questions for whoever facilitates it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.postmortems.domain.facilitation import CLOSING, OPENING, QUESTIONS, TITLES
from incidents.postmortems.domain.sections import BY_SLUG
from incidents.postmortems.forms.acts import MeetingForm
from incidents.postmortems.models import Meeting, Postmortem
from incidents.postmortems.services import meetings, reviews
from incidents.postmortems.services.meetings import MeetingDraft
from incidents.postmortems.views.writable import back, opened, tried
from incidents.response.tabs import tabs_for
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


def meeting_part(*, request: AccessRequest, postmortem: Postmortem, now: datetime) -> dict[str, Any]:
    """Until it is over, for the team."""
    meeting: Meeting | None = getattr(postmortem, "meeting", None)
    is_shown = meeting is not None and meeting.cancelled_at is None and request.caller.may_read(postmortem.team_id)
    if meeting is None or not is_shown:
        return {"meeting": None}
    return {"meeting": meeting, "people": meeting.people.order_by("name", "pk"), "is_over": meeting.ends_at < now}


@require_http_methods(["GET", "HEAD", "POST"])
def postmortem_meeting(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    people = list(reviews.candidates(postmortem=postmortem))
    meeting: Meeting | None = getattr(postmortem, "meeting", None)
    form = MeetingForm(
        request.POST if request.method == "POST" else None, people=people, initial=_initial(request, meeting, people)
    )
    if form.is_valid():
        data = form.cleaned_data
        draft = MeetingDraft(
            starts_at=data["starts_at"],
            length_minutes=data["length_minutes"],
            zone=data["zone"],
            place=data["place"],
            agenda=data["agenda"],
            people=[int(key) for key in data["people"]],
        )
        try:
            meetings.plan(
                caller=request.caller,
                postmortem=postmortem,
                draft=draft,
                expected_revision=data["revision"],
                now=timezone.now(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, "Planned. Invitations are on their way.")
            return back(postmortem, anchor="meeting")
    context = {
        "place_tabs": tabs_for(request),
        "postmortem": postmortem,
        "form": form,
        "meeting": meeting if meeting is not None and meeting.cancelled_at is None else None,
        "questions": _questions(),
    }
    return render(request, "postmortems/meeting.html", context, status=422 if form.errors else 200)


@require_POST
def postmortem_meeting_cancel(request: AccessRequest, number: int) -> HttpResponse:
    postmortem = opened(request, number)
    tried(
        request,
        lambda: meetings.cancel(caller=request.caller, postmortem=postmortem, now=timezone.now()),
        done="Cancelled. Whoever was invited is told.",
    )
    return back(postmortem)


def _initial(request: AccessRequest, meeting: Meeting | None, people: list[Any]) -> dict[str, Any]:
    if meeting is None:
        zone = getattr(request.user, "time_zone", "UTC") or "UTC"
        return {"zone": zone, "length_minutes": 60, "people": [str(one.pk) for one in people]}
    return {
        "starts_at": meeting.starts_at.astimezone(ZoneInfo(meeting.zone)).replace(tzinfo=None),
        "zone": meeting.zone,
        "length_minutes": meeting.length_minutes,
        "place": meeting.place,
        "agenda": meeting.agenda,
        "people": [str(pk) for pk in meeting.people.values_list("pk", flat=True)],
        "revision": meeting.revision,
    }


def _questions() -> list[tuple[str, tuple[str, ...]]]:
    named = {**{slug: kind.title for slug, kind in BY_SLUG.items()}, **TITLES}
    return [("To begin", OPENING), *((named[slug], asked) for slug, asked in QUESTIONS.items()), ("To end", CLOSING)]
