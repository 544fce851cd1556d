"""Maintenance: listed, announced, told more of, moved, cancelled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from incidents.status_page.domain.states import MaintenanceStatus
from incidents.status_page.forms.composer import CancelForm, MaintenanceForm, UpdateForm
from incidents.status_page.models import Maintenance, StatusPage, Template
from incidents.status_page.selectors.editing import components_of, maintenances_of, updates_of
from incidents.status_page.services import maintenances
from incidents.status_page.services.maintenances import maintenance_of
from incidents.status_page.views.answers import saved
from incidents.status_page.views.composing import Preview, act_of, from_template, preview, whole
from incidents.status_page.views.reading import frame, seen
from incidents.status_page.views.simple import confirm_page, form_page
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.web.pagination import page_of

PER_PAGE = 30
each_method = require_http_methods(["GET", "HEAD", "POST"])
_STATUSES = {
    MaintenanceStatus.SCHEDULED: ("scheduled", "in_progress"),
    MaintenanceStatus.IN_PROGRESS: ("in_progress", "verifying", "completed"),
    MaintenanceStatus.VERIFYING: ("verifying", "in_progress", "completed"),
    MaintenanceStatus.COMPLETED: ("completed",),
}
_WORDS = {
    "scheduled": "Still scheduled",
    "in_progress": "In progress: the work is under way",
    "verifying": "Verifying: the work is done, we look whether all is well",
    "completed": "Completed: it is over",
}


@require_safe
def maintenance_list(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug)
    state = request.GET.get("state", "")
    is_over = {"coming": False, "over": True}.get(state)
    shown = page_of(request, maintenances_of(page=page, is_over=is_over), per_page=PER_PAGE)
    return render(request, "status_page/maintenances.html", {**frame(request, page), "page": shown, "state": state})


@each_method
def maintenance_new(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    now = timezone.now()
    data = request.POST if request.method == "POST" else None
    form = MaintenanceForm(
        data,
        zone=page.zone,
        components=components_of(page=page),
        is_new=True,
        initial=_templated(request, page) | {"is_automatic": True},
    )
    shown: Preview | None = None
    if form.is_valid():

        def act() -> Maintenance:
            return maintenances.plan(
                caller=request.caller,
                page_id=page.pk,
                draft=form.draft(),
                body=form.cleaned_data["body"],
                is_told=form.cleaned_data["is_told"],
                now=now,
            )

        pressed = act_of(request)
        if pressed == "whole" and (answer := whole(form=form, page=page, act=act, now=now)) is not None:
            return answer
        if pressed == "preview":
            shown = preview(form=form, page=page, act=act, code=lambda one: one.code, now=now)
        elif pressed == "publish":
            made: list[Maintenance] = []
            if saved(form, lambda: made.append(act())):
                messages.success(request, "It is announced.")
                return redirect("status-maintenance", page.slug, made[0].code)
    context = {
        **frame(request, page),
        "form": form,
        "preview": shown,
        "templates": page.templates.filter(kind=Template.Kind.MAINTENANCE).order_by("name", "pk"),
    }
    return render(request, "status_page/maintenance_new.html", context, status=422 if form.errors else 200)


@each_method
def maintenance_detail(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER if request.method == "POST" else Role.VIEWER)
    row = maintenance_of(page=page, code=code)
    now = timezone.now()
    data = request.POST if request.method == "POST" else None
    statuses = [(name, _WORDS[name]) for name in _STATUSES[MaintenanceStatus(row.status)]]
    initial: dict[str, Any] = {"status": row.status, "revision": row.revision}
    form = UpdateForm(
        data, zone=page.zone, components=[], statuses=statuses, initial=initial | _templated(request, page)
    )
    shown: Preview | None = None
    if form.is_valid():

        def act() -> str:
            maintenances.say(
                caller=request.caller,
                page_id=page.pk,
                maintenance=row.code,
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
            return redirect("status-maintenance", page.slug, row.code)
    context = {
        **frame(request, page),
        "maintenance": row,
        "components": row.components.order_by("position", "pk"),
        "effects": [
            one
            for one in row.effects.select_related("exclusion__slo", "silence__service").order_by("pk")
            if request.caller.may_read((one.exclusion or one.silence).team_id)  # type: ignore[union-attr]  # one of both
        ],
        "updates": updates_of(owner=row),
        "form": form,
        "preview": shown,
        "templates": page.templates.filter(kind=Template.Kind.MAINTENANCE).order_by("name", "pk"),
    }
    return render(request, "status_page/maintenance.html", context, status=422 if form.errors else 200)


@each_method
def maintenance_edit(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    row = maintenance_of(page=page, code=code)
    draft = maintenances.draft_of(maintenance=row)
    names = ("title", "starts_at", "ends_at", "is_automatic", "excludes_budget", "silences_alerts")
    initial = {name: getattr(draft, name) for name in names}
    initial |= {"components": list(draft.component_ids), "revision": row.revision}
    data = request.POST if request.method == "POST" else None
    form = MaintenanceForm(data, zone=page.zone, components=components_of(page=page), is_new=False, initial=initial)
    url = reverse("status-maintenance", args=[page.slug, row.code])
    if form.is_valid() and saved(
        form,
        lambda: maintenances.edit(
            caller=request.caller,
            page_id=page.pk,
            maintenance=row.code,
            draft=form.draft(),
            expected_revision=form.cleaned_data["revision"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, "It is changed. Tell the public why with an update.")
        return redirect(url)
    return form_page(request, page, form, heading=f"Edit {row.title}", action="Save", cancel_url=url)


@each_method
def maintenance_cancel(request: AccessRequest, slug: str, code: str) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    row = maintenance_of(page=page, code=code)
    form = CancelForm(request.POST if request.method == "POST" else None, initial={"is_told": True})
    url = reverse("status-maintenance", args=[page.slug, row.code])
    if form.is_valid() and saved(
        form,
        lambda: maintenances.cancel(
            caller=request.caller,
            page_id=page.pk,
            maintenance=row.code,
            body=form.cleaned_data["body"],
            is_told=form.cleaned_data["is_told"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, "It is cancelled.")
        return redirect(url)
    return confirm_page(
        request,
        page,
        heading=f"Cancel {row.title}?",
        action="Cancel it",
        cancel_url=url,
        losses=["the announcement as something to come", "what it excluded from budgets and silenced from now on"],
        keeps="The history of the page keeps it, marked as cancelled.",
        form=form,
    )


def _templated(request: AccessRequest, page: StatusPage) -> dict[str, Any]:
    """`?template=3`."""
    number = request.GET.get("template", "")
    if not number.isdecimal() or len(number) > 18:
        return {}
    template = page.templates.filter(pk=int(number), kind=Template.Kind.MAINTENANCE).first()
    if template is None:
        return {}
    return dict(from_template(template=template, page=page, components=[], title="", now=timezone.now()))
