"""Writing to the timeline: comments, pins, edits, late events, charts kept as they are."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.response.domain.late import LateError, events_of_text
from incidents.response.forms.comment import CommentForm, EntryForm, ImportForm
from incidents.response.models import Incident, TimelineEntry
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services import timeline
from incidents.response.views.answers import done, form_page, require_responder
from incidents.response.views.impacts import chart_of, impacted_services, impacted_slos
from incidents.response.views.incident import Looking, whole_page
from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid, NotFound
from reliability.web.refusals import show_refusal


@require_POST
def comment(request: AccessRequest, number: int) -> HttpResponse:
    """With mistakes the form comes back with what was typed; htmx gets the composer alone."""
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    form = CommentForm(request.POST)
    now = timezone.now()
    if form.is_valid():
        try:
            entry = timeline.comment(
                caller=request.caller,
                incident_id=incident.pk,
                text=form.cleaned_data["text"],
                at=form.cleaned_data["at"],
                now=now,
            )
            if form.cleaned_data["is_pinned"]:
                timeline.pin(caller=request.caller, entry_id=entry.pk, now=now)
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
                return _composer(request, incident, CommentForm())
            return redirect(f"{reverse('incident-detail', args=[incident.pk])}#entry-{entry.pk}")
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return _composer(request, incident, form, status=422)
    context = {"incident": incident, "may_respond": True, **whole_page(Looking(request, incident, now))}
    return render(request, "response/detail.html", context | {"comment_form": form}, status=422)


def _composer(request: AccessRequest, incident: Incident, form: CommentForm, status: int = 200) -> HttpResponse:
    context = {"incident": incident, "may_respond": True, "comment_form": form}
    return render(request, "response/_composer.html", context, status=status)


def _entry(request: AccessRequest, number: int, pk: int) -> tuple[Incident, TimelineEntry]:
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    return incident, get_object_or_404(TimelineEntry, incident=incident, pk=pk)


@require_POST
def pin(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    """`is_pinned` yes or no."""
    incident, entry = _entry(request, number, pk)
    if request.POST.get("is_pinned") == "no":
        timeline.unpin(caller=request.caller, entry_id=entry.pk, now=timezone.now())
        return done(request, incident, "Unpinned.")
    timeline.pin(caller=request.caller, entry_id=entry.pk, now=timezone.now())
    return done(request, incident, "Pinned.")


@require_http_methods(["GET", "POST"])
def edit(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    """Save, or with `action=remove` take the words away. What was said before stays in the history."""
    incident, entry = _entry(request, number, pk)
    form = EntryForm(request.POST or None, initial={"text": entry.text, "at": entry.at, "was": entry.text})
    status = None
    if request.method == "POST":
        now = timezone.now()
        try:
            if request.POST.get("action") == "remove":
                timeline.remove(caller=request.caller, entry_id=entry.pk, now=now)
                return done(request, incident, "The entry is removed; its history stays.")
            if form.is_valid():
                timeline.edit(
                    caller=request.caller,
                    entry_id=entry.pk,
                    text=form.cleaned_data["text"],
                    at=_instant_of(form, entry),
                    expected_text=form.cleaned_data["was"],
                    now=now,
                )
                return done(request, incident, "The entry is changed; its history stays.")
        except Invalid as problem:
            show_refusal(form, problem)
        except Conflict as problem:
            status = 409
            form.add_error(None, problem.message)
            entry.refresh_from_db()
            form.data = dict(form.data.items()) | {"was": entry.text}
    losses = [f"It now says: {entry.text}"] if status == 409 else []
    return form_page(
        request, incident, form, heading="Edit an entry", action="Save", has_times=True, losses=losses, status=status,
        other_actions=[{"value": "remove", "title": "Remove it"}],
    )  # fmt: skip


def _instant_of(form: EntryForm, entry: TimelineEntry) -> datetime:
    """The instant typed; the picker knows minutes only, so an unchanged one keeps its seconds."""
    typed: datetime = form.cleaned_data["at"]
    return entry.at if typed == entry.at.replace(second=0, microsecond=0) else typed


@require_http_methods(["GET", "POST"])
def import_events(request: AccessRequest, number: int) -> HttpResponse:
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    form = ImportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            events = events_of_text(form.cleaned_data["text"], events_max=settings.TIMELINE_IMPORT_MAX)
            written = timeline.import_entries(
                caller=request.caller, incident_id=incident.pk, events=events, now=timezone.now(), source="the page"
            )
        except LateError as error:
            for detail in error.details:
                form.add_error("text", str(detail["message"]))
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            count = len(written)
            return done(
                request, incident, f"{count} event{'' if count == 1 else 's'} imported, each where it happened."
            )
    return form_page(request, incident, form, heading="Import late events", action="Import")


@require_POST
def attach(request: AccessRequest, number: int) -> HttpResponse:
    """Keep the chart of this page as it is now, with what every reader of the incident may see."""
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    now = timezone.now()
    readers = _every_reader(request, incident)
    slos, hidden = impacted_slos(incident, caller=readers)
    if request.POST.get("chart") == "burn" and hidden and not slos:
        raise Conflict("not everybody who reads this incident may see its objectives: the chart is not kept")
    if request.POST.get("chart") != "burn" or not slos:
        raise NotFound("there is no such chart on this page: name an impacted objective first")
    services = impacted_services(incident, caller=readers)
    chart = chart_of(incident, slos=slos, services=services, caller=readers, now=now)
    timeline.attach(caller=request.caller, incident_id=incident.pk, chart=chart, now=now)
    return done(request, incident, "The chart is kept in the timeline.")


def _every_reader(request: AccessRequest, incident: Incident) -> Caller:
    """What all who read the incident may read: a kept chart is shown to each of them."""
    return Caller(
        name="every reader", roles={incident.team_id: Role.VIEWER}, open_team_ids=request.caller.open_team_ids
    )
