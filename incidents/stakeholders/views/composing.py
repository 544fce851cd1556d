"""The composer. Its address carries what was asked, so the preview is a page; only POST sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from secrets import token_urlsafe

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.response.domain.phases import OPEN
from incidents.response.models import Incident
from incidents.response.selectors.incidents import incident as get_incident
from incidents.stakeholders.domain.kinds import Audience, EventKind, Mode, why_untrue
from incidents.stakeholders.forms.composing import AskForm, AskPlannedForm, SendForm
from incidents.stakeholders.models import Stakeholder, StakeholderMessage
from incidents.stakeholders.selectors.composing import Preview, compose
from incidents.stakeholders.selectors.messages import last_of_incident
from incidents.stakeholders.selectors.stakeholders import groups_of_team
from incidents.stakeholders.selectors.subjects import Subject, subject_of_incident, subject_planned
from incidents.stakeholders.services.messages import send
from incidents.stakeholders.views.frames import frame, team_asked, teams_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal
from reliability.web.zones import zone_of

each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def tell_incident(request: AccessRequest, number: int) -> HttpResponse:
    """About an incident: responders of its team."""
    incident = get_incident(caller=request.caller, number=number)
    require(caller=request.caller, team_id=incident.team_id, role=Role.RESPONDER)
    now = timezone.now()
    initial = {"kind": _likely(incident).value, "audiences": _audiences(incident.team_id), "next_minutes": 60}
    if not _is_open(incident):
        initial["next_minutes"] = 0
    form = AskForm(
        request.GET if "kind" in request.GET else None,
        initial=initial,
        groups=groups_of_team(team_id=incident.team_id),
        # What was written while it was open is kept, and refused beside its texts.
        is_open=_is_open(incident) if request.method != "POST" else None,
    )

    def subject() -> Subject:
        return subject_of_incident(incident=incident, kind=form.event_kind, zone=zone_of(request), now=now)

    last = last_of_incident(incident=incident)
    return _composer(
        request, form, subject, {"incident": incident, "team": incident.team, "last": last}, incident.team_id, now
    )


@each_method
def tell_planned(request: AccessRequest) -> HttpResponse:
    """About what is planned, or was written: responders of the team."""
    team = team_asked(request, Role.RESPONDER)
    form = AskPlannedForm(
        request.GET if "kind" in request.GET else None,
        initial={"team": team.slug, "kind": EventKind.MAINTENANCE.value, "audiences": _audiences(team.pk)},
        teams=teams_of(request, Role.RESPONDER),
        groups=groups_of_team(team_id=team.pk),
        services=Service.objects.filter(team=team).order_by("title", "pk"),
    )

    def subject() -> Subject:
        data = form.cleaned_data
        return subject_planned(
            team=data["team"],
            kind=form.event_kind,
            title=data["title"],
            summary=data["summary"],
            when=data["when"],
            services=list(data["services"]),
        )

    context: dict[str, object] = {"team": team, "teams": teams_of(request, Role.RESPONDER)}
    return _composer(request, form, subject, context, team.pk, timezone.now())


def _composer(
    request: AccessRequest,
    form: AskForm,
    subject_of: Callable[[], Subject],
    context: dict[str, object],
    team_id: int,
    now: datetime,
) -> HttpResponse:
    previews: list[Preview] = []
    sending: SendForm | None = None
    if form.is_valid():
        subject, asked = subject_of(), form.asked(now=now)
        previews = compose(subject=subject, asked=asked, zone=zone_of(request), now=now)
        initial = {
            "next_update": asked.next_update_at.isoformat() if asked.next_update_at else "",
            "remind_after_hours": form.cleaned_data["remind_after_hours"] or 0,
            "nonce": token_urlsafe(12),
        }
        sending = SendForm(request.POST if request.method == "POST" else None, previews=previews, initial=initial)
        sent = _sent(request, subject, sending, now) if request.method == "POST" and sending.is_valid() else None
        if sent is not None:
            return redirect("stakeholder-message", sent.pk)
    has_mistakes = bool(form.errors or (sending is not None and sending.errors))
    context |= frame(request, "Messages") | {
        "form": form,
        "sending": sending,
        "parts": [_part(sending, one, now) for one in previews] if sending is not None else [],
        "anybody": any(not one.silent for preview in previews for one in preview.planned),
        "anybody_waits": any(one.hour_at > now and not one.silent for preview in previews for one in preview.planned),
        "has_people": Stakeholder.objects.filter(team_id=team_id).exists(),
    }
    status = 422 if has_mistakes else 200
    return render(request, "stakeholders/compose.html", context, status=status)


def _sent(request: AccessRequest, subject: Subject, form: SendForm, now: datetime) -> StakeholderMessage | None:
    """None with the refusal shown in the form."""
    incident = subject.incident
    if incident is not None and (why := why_untrue(subject.happening.kind, is_open=_is_open(incident))):
        form.add_error(None, f"{why[:1].upper()}{why[1:]}, and preview anew")
        return None
    by = request.caller.user_id or "token"
    sending = form.sending(cause=f"form:{by}:{form.cleaned_data['nonce']}")
    try:
        sent = send(caller=request.caller, subject=subject, sending=sending, now=now)
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return None
    when = "at each one's hour" if sending.mode is Mode.HOURS else "now"
    count = sum(len(draft.stakeholder_ids) for draft in sending.drafts)
    messages.success(request, f"{count} {'is' if count == 1 else 'are'} told {when}.")
    return sent


def _part(form: SendForm, preview: Preview, now: datetime) -> dict[str, object]:
    """One audience, as its template draws it."""
    name = preview.audience.value
    people = form[f"people-{name}"]
    marked = {str(one) for one in (people.value() or [])}
    rows = [
        {
            "one": one,
            "is_marked": str(one.stakeholder.pk) in marked,
            "waits": one.hour_at > now,
            "id": f"{people.auto_id}_{one.stakeholder.pk}",
        }
        for one in preview.planned
    ]
    return {
        "audience": preview.audience,
        "subject": form[f"subject-{name}"],
        "text": form[f"text-{name}"],
        "people": people,
        "rows": rows,
    }


def _is_open(incident: Incident) -> bool:
    return incident.status in {status.value for status in OPEN}


def _likely(incident: Incident) -> EventKind:
    """What a message now is most likely about."""
    if not _is_open(incident):
        return EventKind.RESOLVED
    return EventKind.UPDATED if StakeholderMessage.objects.filter(incident=incident).exists() else EventKind.DECLARED


def _audiences(team_id: int) -> list[str]:
    """Those in which the team has anybody."""
    found = set(Stakeholder.objects.filter(team_id=team_id).values_list("audience", flat=True))
    return [audience.value for audience in Audience if audience.value in found]
