"""The words of a team for each audience and kind of event, previewed on a real incident."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.response.models import Incident
from incidents.response.selectors.incidents import Ordering, list_incidents
from incidents.response.selectors.incidents import incident as get_incident
from incidents.stakeholders.domain.kinds import OF_INCIDENTS, Audience, EventKind
from incidents.stakeholders.domain.wording import PLACEHOLDERS, filled
from incidents.stakeholders.forms.wording import WordingForm
from incidents.stakeholders.selectors.subjects import moment_words, subject_of_incident, subject_planned
from incidents.stakeholders.selectors.wordings import wording, wordings_of
from incidents.stakeholders.services import wordings
from incidents.stakeholders.views.frames import frame
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal
from reliability.web.zones import zone_of

_IMPACT = "one in five payments by card fails"
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def wording_list(request: AccessRequest) -> HttpResponse:
    """Of the first readable team: its own page shows those of another."""
    first = readable_teams(caller=request.caller).order_by("name", "pk")
    own = first.filter(pk__in=request.caller.team_ids()).first() or first.first()
    if own is None:
        return render(request, "stakeholders/wordings.html", frame(request, "Words") | {"team": None})
    return redirect("stakeholder-wordings-of", own.slug)


@require_safe
def wordings_of_team(request: AccessRequest, slug: str) -> HttpResponse:
    team = get_team(caller=request.caller, slug=slug)
    found = wordings_of(team_id=team.pk)
    context = frame(request, "Words") | {
        "team": team,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "audiences": [(audience, [one for one in found if one.audience is audience]) for audience in Audience],
        "may_edit": request.caller.may(team.pk, Role.EDITOR),
    }
    return render(request, "stakeholders/wordings.html", context)


@each_method
def wording_edit(request: AccessRequest, slug: str, audience: str, kind: str) -> HttpResponse:
    """POST with `preview` shows what it says of an incident; else it is saved."""
    team, which, event = _named(request, slug, audience, kind)
    stored = wording(team_id=team.pk, audience=which, kind=event)
    initial = {
        "subject": stored.words.subject,
        "text": stored.words.text,
        "is_automatic": stored.is_automatic,
        "revision": stored.revision,
    }
    form = WordingForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and "preview" not in request.POST:
        try:
            wordings.put(
                caller=request.caller,
                team_id=team.pk,
                audience=which,
                kind=event,
                expected_revision=form.cleaned_data["revision"],
                now=timezone.now(),
                **form.values(),
            )
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            messages.success(request, f"{team} tells {which.words} so from now on.")
            return redirect("stakeholder-wordings-of", slug)
    words = form.values() if form.is_valid() else initial
    context = frame(request, "Words") | {
        "team": team,
        "audience": which,
        "kind": event,
        "form": form,
        "is_own": stored.row is not None,
        "placeholders": [(f"{{{name}}}", words) for name, words in PLACEHOLDERS.items()],
        "preview": None if form.errors else _preview(request, team, event, words, _number(form)),
        "reset_url": reverse("stakeholder-wording-reset", args=(slug, audience, kind)),
    }
    return render(request, "stakeholders/wording_form.html", context, status=422 if form.errors else 200)


@require_POST
def wording_reset(request: AccessRequest, slug: str, audience: str, kind: str) -> HttpResponse:
    team, which, event = _named(request, slug, audience, kind)
    wordings.reset(caller=request.caller, team_id=team.pk, audience=which, kind=event, now=timezone.now())
    messages.success(request, "These are the words that everybody begins with again.")
    return redirect("stakeholder-wordings-of", slug)


def _named(request: AccessRequest, slug: str, audience: str, kind: str) -> tuple[Team, Audience, EventKind]:
    team = get_team(caller=request.caller, slug=slug)
    require(caller=request.caller, team_id=team.pk, role=Role.EDITOR)
    try:
        return team, Audience(audience), EventKind(kind)
    except ValueError:
        raise NotFound("there are no such words: choose them from the list") from None


def _number(form: WordingForm) -> int | None:
    return form.cleaned_data.get("incident") if form.is_bound and form.is_valid() else None


def _preview(
    request: AccessRequest, team: Team, kind: EventKind, words: dict[str, object], number: int | None
) -> dict[str, object] | None:
    """What it says of the incident, or of the team's newest one; of what is no incident, of an example."""
    zone, now = zone_of(request), timezone.now()
    incident = _incident(request, team, number) if kind in OF_INCIDENTS else None
    if incident is not None:
        subject = subject_of_incident(incident=incident, kind=kind, zone=zone, now=now)
    elif kind in OF_INCIDENTS:
        return None
    else:
        when = moment_words(now.replace(minute=0), zone=zone)
        subject = subject_planned(team=team, kind=kind, title="An example", summary="What they should know.", when=when)
    values = dict(subject.values) | {"impact": _IMPACT, "next_update": _half_an_hour_on(zone)}
    return {
        "incident": incident,
        "subject": filled(str(words["subject"]), values=values),
        "text": filled(str(words["text"]), values=values),
    }


def _half_an_hour_on(zone: ZoneInfo) -> str:
    return moment_words(timezone.now() + timedelta(minutes=30), zone=zone)


def _incident(request: AccessRequest, team: Team, number: int | None) -> Incident | None:
    if number is not None:
        try:
            return get_incident(caller=request.caller, number=number)
        except NotFound:
            return None
    return list_incidents(caller=request.caller, ordering=Ordering.NEWEST).filter(team=team).first()
