"""Changes of an incident that ask for words or a choice: each a page that works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from incidents.response.domain.phases import CloseReason
from incidents.response.domain.severity import Severity
from incidents.response.forms.lifecycle import CloseForm, EditForm, MergeForm, ReasonForm, SeverityForm, SplitForm
from incidents.response.models import Alert, Incident
from incidents.response.selectors.incidents import incident as get_incident
from incidents.response.services import lifecycle
from incidents.response.views.answers import done, form_page, require_responder
from incidents.response.views.burning import closing_words, resolution_words
from incidents.response.views.choices import merge_targets
from incidents.response.views.rows import SEVERITY_CHOICES
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid, ProblemError
from reliability.web.refusals import show_refusal

SPLIT_MAX = 200
REASON_MAX = 2_000

each_method = require_http_methods(["GET", "POST"])


def _opened(request: AccessRequest, number: int) -> Incident:
    incident = get_incident(caller=request.caller, number=number)
    require_responder(request, incident)
    return incident


def _tried(
    form: ReasonForm | SeverityForm | CloseForm | EditForm | MergeForm | SplitForm, act: Callable[[], HttpResponse]
) -> HttpResponse | None:
    """The answer of *act*, or None with the refusal shown in the form."""
    try:
        return act()
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return None


@each_method
def change_severity(request: AccessRequest, number: int) -> HttpResponse:
    incident = _opened(request, number)
    form = SeverityForm(request.POST or None, initial={"severity": incident.severity})

    def act() -> HttpResponse:
        moved = lifecycle.change_severity(
            caller=request.caller,
            incident_id=incident.pk,
            severity=Severity(form.cleaned_data["severity"]),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        return done(request, incident, moved.message, is_changed=moved.is_changed)

    answer = _tried(form, act) if request.method == "POST" and form.is_valid() else None
    words = "Those who were told hear of it. Raised to Sev1 or Sev2 it may wake people."
    return answer or form_page(
        request, incident, form, heading="Change severity", words=words, severities=SEVERITY_CHOICES
    )


@each_method
def resolve(request: AccessRequest, number: int) -> HttpResponse:
    """The button of an incident posts without asking; while an objective burns on, it leads to this page first."""
    incident = get_incident(caller=request.caller, number=number)
    now = timezone.now()
    if request.method == "POST":
        moved = lifecycle.resolve(
            caller=request.caller, incident_id=incident.pk, reason=request.POST.get("reason", "")[:REASON_MAX], now=now
        )
        return done(request, incident, moved.message, is_changed=moved.is_changed, warning=moved.warning)
    require_responder(request, incident)
    burning = resolution_words(incident=incident, now=now)
    words = burning or "Paging ends, and its alerts with it. What fires again opens a new incident."
    action = "Resolve it all the same" if burning else "Resolve"
    return form_page(request, incident, ReasonForm(), heading="Resolve", words=words, action=action)


@each_method
def close(request: AccessRequest, number: int) -> HttpResponse:
    incident = _opened(request, number)
    form = CloseForm(request.POST or None, initial={"close_reason": CloseReason.REAL.value})

    def act() -> HttpResponse:
        moved = lifecycle.close(
            caller=request.caller,
            incident_id=incident.pk,
            close_reason=CloseReason(form.cleaned_data["close_reason"]),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        return done(request, incident, moved.message, is_changed=moved.is_changed, warning=moved.warning)

    answer = _tried(form, act) if request.method == "POST" and form.is_valid() else None
    words = closing_words(incident=incident, now=timezone.now())
    return answer or form_page(request, incident, form, heading="Close", words=words, action="Close the incident")


@each_method
def reopen(request: AccessRequest, number: int) -> HttpResponse:
    incident = _opened(request, number)
    form = ReasonForm(request.POST or None)

    def act() -> HttpResponse:
        moved = lifecycle.reopen(
            caller=request.caller, incident_id=incident.pk, reason=form.cleaned_data["reason"], now=timezone.now()
        )
        return done(request, incident, moved.message, is_changed=moved.is_changed)

    answer = _tried(form, act) if request.method == "POST" and form.is_valid() else None
    words = "Paging begins again at the first step."
    return answer or form_page(request, incident, form, heading="Reopen", words=words, action="Reopen and page")


@each_method
def edit(request: AccessRequest, number: int) -> HttpResponse:
    """Title and summary. A conflict with another editor shows what is stored and asks again."""
    incident = _opened(request, number)
    initial = {"title": incident.title, "summary": incident.summary, "revision": incident.revision}
    form = EditForm(request.POST or None, initial=initial)
    conflict: ProblemError | None = None
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            lifecycle.edit(
                caller=request.caller,
                incident_id=incident.pk,
                title=typed["title"],
                summary=typed["summary"],
                expected_revision=typed["revision"],
                now=timezone.now(),
            )
        except Invalid as problem:
            show_refusal(form, problem)
        except Conflict as problem:
            conflict = problem
            incident.refresh_from_db()
            # Saving again is a decision made with both in sight.
            form.data = dict(form.data.items()) | {"revision": str(incident.revision)}
        else:
            return done(request, incident, "The change is saved.")
    if conflict is None:
        return form_page(request, incident, form, heading="Edit title and summary", action="Save")
    losses = [f"The title is now: {incident.title}", f"The summary is now: {incident.summary or 'empty'}"]
    return form_page(
        request, incident, form, heading="Edit title and summary", action="Save mine", words=conflict.message,
        losses=losses, status=409,
    )  # fmt: skip


@each_method
def merge(request: AccessRequest, number: int) -> HttpResponse:
    incident = _opened(request, number)
    others = merge_targets(incident, caller=request.caller)
    form = MergeForm(request.POST or None, others=others)

    def act() -> HttpResponse:
        into = form.cleaned_data["into"]
        moved = lifecycle.merge(
            caller=request.caller,
            incident_id=incident.pk,
            into_id=into,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
        return done(request, moved.incident, f"#{incident.pk} is merged into #{into}.")

    answer = _tried(form, act) if request.method == "POST" and form.is_valid() else None
    words = f"#{incident.pk} ends as a duplicate: nobody is paged for it any more, and its alerts move over."
    if not others:
        words = f"No other incident of {incident.team.name} is open, so there is nothing to merge this into."
    return answer or form_page(request, incident, form, heading="Merge into another", words=words, action="Merge")


@each_method
def split(request: AccessRequest, number: int) -> HttpResponse:
    incident = _opened(request, number)
    alerts = Alert.objects.filter(incident=incident).order_by("-received_at", "-pk")
    form = SplitForm(request.POST or None, alerts=list(alerts[:SPLIT_MAX]))

    def act() -> HttpResponse:
        new = lifecycle.split(
            caller=request.caller,
            incident_id=incident.pk,
            alert_ids=form.cleaned_data["alerts"],
            title=form.cleaned_data["title"],
            now=timezone.now(),
        )
        return redirect("incident-detail", new.pk)

    answer = _tried(form, act) if request.method == "POST" and form.is_valid() else None
    words = "The alerts chosen become an incident of their own, for which the policy pages anew. One alert stays."
    return answer or form_page(request, incident, form, heading="Split alerts off", words=words, action="Split")
