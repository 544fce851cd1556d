"""Public incidents: listed, posted, told more of, edited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from incidents.response.models import Incident
from incidents.status_page.domain.shown import state_of_severity
from incidents.status_page.domain.states import Impact, IncidentStatus
from incidents.status_page.forms.composer import (
    IncidentEditForm,
    IncidentForm,
    ReasonForm,
    UpdateEditForm,
    UpdateForm,
)
from incidents.status_page.models import Component, PublicIncident, StatusPage, Template, UpdateComponent
from incidents.status_page.selectors.editing import components_of, incidents_of, updates_of
from incidents.status_page.selectors.pages import list_pages
from incidents.status_page.services import incidents, updates
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.updates import incident_of, update_of
from incidents.status_page.views.answers import saved
from incidents.status_page.views.composing import Preview, act_of, from_template, preview, whole
from incidents.status_page.views.reading import frame, seen
from incidents.status_page.views.simple import confirm_page, form_page
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.web.errors import Forbidden
from reliability.web.pagination import page_of

PER_PAGE = 30
_TEXT_MAX = 100
_IMPACTS = {1: Impact.CRITICAL, 2: Impact.MAJOR, 3: Impact.MINOR}
each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def incident_list(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug)
    text = request.GET.get("q", "").replace("\0", "").strip()[:_TEXT_MAX]
    state = request.GET.get("state", "")
    is_open = {"open": True, "over": False}.get(state)
    shown = page_of(request, incidents_of(page=page, is_open=is_open, text=text), per_page=PER_PAGE)
    context = {**frame(request, page), "page": shown, "text": text, "state": state}
    return render(request, "status_page/incidents.html", context)


@require_safe
def post_from_incident(request: AccessRequest) -> HttpResponse:
    """`?incident=12`, from the menu of one of ours: straight to the composer when there is one page to choose."""
    number = request.GET.get("incident", "")
    suffix = f"?incident={number}" if number.isdecimal() and len(number) < 19 else ""
    found = [one for one in list_pages(caller=request.caller)[:100] if request.caller.may(one.team_id, Role.RESPONDER)]
    if not found:
        raise Forbidden("no status page is yours to write to: an editor makes one first", reason="role_too_low")
    if len(found) == 1:
        return redirect(reverse("status-incident-new", args=[found[0].slug]) + suffix)
    return render(request, "status_page/choose.html", {"pages": found, "suffix": suffix})


@each_method
def incident_new(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    now = timezone.now()
    components = list(components_of(page=page))
    ours = _ours(request)
    data = request.POST if request.method == "POST" else None
    initial = _initial(request, page, components, ours)
    form = IncidentForm(data, zone=page.zone, components=components, initial=initial)
    shown: Preview | None = None
    if form.is_valid():

        def act() -> PublicIncident:
            return incidents.open_incident(
                caller=request.caller, page_id=page.pk, draft=form.incident_draft(), update=form.draft(), now=now
            )

        pressed = act_of(request)
        if pressed == "whole" and (answer := whole(form=form, page=page, act=act, now=now)) is not None:
            return answer
        if pressed == "preview":
            shown = preview(form=form, page=page, act=act, code=lambda one: one.code, now=now)
        elif pressed == "publish":
            made: list[PublicIncident] = []
            if saved(form, lambda: made.append(act())):
                messages.success(request, "It is published.")
                return redirect("status-incident", page.slug, made[0].code)
    context = {
        **frame(request, page),
        "form": form,
        "preview": shown,
        "ours": ours,
        "templates": page.templates.filter(kind=Template.Kind.INCIDENT).order_by("name", "pk"),
    }
    return render(request, "status_page/incident_new.html", context, status=422 if form.errors else 200)


@each_method
def incident_detail(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    """What was told so far, and the composer of the next update."""
    page = seen(request, slug, role=Role.RESPONDER if request.method == "POST" else Role.VIEWER)
    row = incident_of(page=page, code=code)
    now = timezone.now()
    components = list(components_of(page=page))
    data = request.POST if request.method == "POST" else None
    form = UpdateForm(data, zone=page.zone, components=components, initial=_next_update(request, page, row, components))
    shown: Preview | None = None
    if form.is_valid():

        def act() -> str:
            updates.publish(
                caller=request.caller,
                page_id=page.pk,
                incident=row.code,
                draft=form.draft(),
                expected_revision=form.cleaned_data["revision"],
                now=now,
            )
            return row.code

        pressed = act_of(request)
        if pressed == "whole" and (answer := whole(form=form, page=page, act=act, now=now)) is not None:
            return answer
        if pressed == "preview":
            shown = preview(form=form, page=page, act=act, code=str, now=now)
        elif pressed == "publish" and saved(form, act):
            messages.success(request, "The update is published.")
            return redirect("status-incident", page.slug, row.code)
    ours = Incident.objects.readable_by(request.caller).filter(pk=row.incident_id).first() if row.incident_id else None
    context = {
        **frame(request, page),
        "incident": row,
        "ours": ours,
        "updates": updates_of(owner=row),
        "form": form,
        "preview": shown,
        "templates": page.templates.filter(kind=Template.Kind.INCIDENT).order_by("name", "pk"),
    }
    return render(request, "status_page/incident.html", context, status=422 if form.errors else 200)


@each_method
def incident_edit(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    row = incident_of(page=page, code=code)
    initial = {"title": row.title, "impact": row.impact, "started_at": row.started_at, "revision": row.revision}
    form = IncidentEditForm(request.POST if request.method == "POST" else None, zone=page.zone, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        draft = IncidentDraft(data["title"], data["impact"], data["started_at"], row.incident_id)
        if saved(
            form,
            lambda: incidents.edit(
                caller=request.caller,
                page_id=page.pk,
                incident=row.code,
                draft=draft,
                expected_revision=data["revision"],
                now=timezone.now(),
            ),
        ):
            messages.success(request, "It is changed.")
            return redirect("status-incident", page.slug, row.code)
    url = reverse("status-incident", args=[page.slug, row.code])
    delete_url = reverse("status-incident-delete", args=[page.slug, row.code])
    return form_page(
        request, page, form, heading=f"Edit {row.title}", action="Save", cancel_url=url, delete_url=delete_url
    )


@each_method
def incident_delete(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    row = incident_of(page=page, code=code)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and saved(
        form,
        lambda: incidents.delete(
            caller=request.caller,
            page_id=page.pk,
            incident=row.code,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, "It is off the page.")
        return redirect("status-incidents", page.slug)
    return confirm_page(
        request,
        page,
        heading=f"Delete {row.title}?",
        action="Delete it",
        cancel_url=reverse("status-incident", args=[page.slug, row.code]),
        losses=[f"the incident and its {row.updates.count()} updates, from the page, its feeds and its JSON"],
        keeps="The audit trail keeps what was said. Mails that were sent cannot be taken back.",
        form=form,
    )


@each_method
def update_edit(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    """Of an incident or of a maintenance."""
    page = seen(request, slug, role=Role.RESPONDER)
    row = update_of(page=page, code=code)
    initial = {"body": row.body, "at": row.at, "revision": row.revision}
    form = UpdateEditForm(request.POST if request.method == "POST" else None, zone=page.zone, initial=initial)
    name, owner = ("status-incident", row.incident) if row.incident else ("status-maintenance", row.maintenance)
    url = reverse(name, args=[page.slug, owner.code if owner else ""])
    if form.is_valid() and saved(
        form,
        lambda: updates.edit(
            caller=request.caller,
            page_id=page.pk,
            update=row.code,
            body=form.cleaned_data["body"],
            at=form.cleaned_data["at"],
            expected_revision=form.cleaned_data["revision"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, "The update is corrected.")
        return redirect(url)
    return form_page(request, page, form, heading="Correct an update", action="Save", cancel_url=url)


def _ours(request: AccessRequest) -> Incident | None:
    """The internal incident that this starts from."""
    number = (request.POST or request.GET).get("incident", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    found: Incident | None = Incident.objects.readable_by(request.caller).filter(pk=int(number)).first()
    return found


def _initial(
    request: AccessRequest, page: StatusPage, components: list[Component], ours: Incident | None
) -> dict[str, Any]:
    """Nothing of our incident's words: only which components it touches and how bad it is."""
    initial: dict[str, Any] = {"status": IncidentStatus.INVESTIGATING.value}
    touched: list[Component] = []
    if ours is not None:
        services = set(ours.impacted_services.values_list("service_id", flat=True))
        touched = [one for one in components if one.service_id in services]
        state = state_of_severity(ours.severity)
        initial |= {f"component-{one.pk}": state.value for one in touched if state}
        initial |= {"incident": ours.pk, "started_at": ours.started_at}
        initial["impact"] = _IMPACTS.get(ours.severity, Impact.NONE).value
    return initial | _templated(request, page, touched, title="")


def _next_update(
    request: AccessRequest, page: StatusPage, row: PublicIncident, components: list[Component]
) -> dict[str, Any]:
    """As it stands: the status, and the newest word on each component."""
    said = UpdateComponent.objects.filter(update_said__incident=row).order_by("update_said__at", "update_said_id")
    newest = {one.component_id: one.state for one in said}
    initial: dict[str, Any] = {"status": row.status, "revision": row.revision}
    initial |= {f"component-{pk}": state for pk, state in newest.items()}
    return initial | _templated(request, page, [one for one in components if one.pk in newest], title=row.title)


def _templated(request: AccessRequest, page: StatusPage, components: list[Component], *, title: str) -> dict[str, Any]:
    """`?template=3`."""
    number = request.GET.get("template", "")
    if not number.isdecimal() or len(number) > 18:
        return {}
    template = page.templates.filter(pk=int(number), kind=Template.Kind.INCIDENT).first()
    if template is None:
        return {}
    return dict(from_template(template=template, page=page, components=components, title=title, now=timezone.now()))
