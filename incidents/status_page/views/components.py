"""Components and groups: ordered without a script, made, edited, removed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.status_page.forms.component import ComponentForm, GroupForm
from incidents.status_page.models import Component, ComponentGroup
from incidents.status_page.selectors.editing import components_seen
from incidents.status_page.services import components, groups
from incidents.status_page.services.components import of_page
from incidents.status_page.views.answers import attempt, saved
from incidents.status_page.views.reading import frame, seen
from incidents.status_page.views.simple import confirm_page, form_page, page_url
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest

each_method = require_http_methods(["GET", "HEAD", "POST"])
_STEPS = {"up": -1, "down": 1}


@require_safe
def component_list(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug)
    rows = components_seen(page=page, caller=request.caller)
    in_order = [None, *page.groups.order_by("position", "pk")]
    sections: list[tuple[ComponentGroup | None, list[Component]]] = [
        (group, [one for one in rows if one.group_id == (group.pk if group else None)]) for group in in_order
    ]
    context = {**frame(request, page), "sections": sections, "is_empty": not rows and len(sections) == 1}
    return render(request, "status_page/components.html", context)


@each_method
def component_new(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    data = request.POST if request.method == "POST" else None
    initial = {"show_uptime": True, "group": request.GET.get("group", "")[:20]}
    form = ComponentForm(data, caller=request.caller, page=page, initial=initial)
    if form.is_valid() and saved(
        form,
        lambda: components.create(caller=request.caller, page_id=page.pk, draft=form.draft(), now=timezone.now()),
    ):
        messages.success(request, f"{form.cleaned_data['name']} is on the page.")
        return redirect("status-components", page.slug)
    url = page_url(page, "status-components")
    return form_page(request, page, form, heading="New component", action="Add it", cancel_url=url)


@each_method
def component_edit(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    row = of_page(page=page, component_id=pk)
    draft = components.draft_of(component=row)
    initial = {
        "name": draft.name,
        "description": draft.description,
        "group": draft.group_id,
        "service": draft.service_id,
        "slos": list(draft.slo_ids),
        "show_uptime": draft.show_uptime,
        "started_on": draft.started_on,
        "revision": row.revision,
    }
    data = request.POST if request.method == "POST" else None
    form = ComponentForm(data, caller=request.caller, page=page, initial=initial)
    if form.is_valid() and saved(
        form,
        lambda: components.edit(
            caller=request.caller,
            page_id=page.pk,
            component_id=row.pk,
            draft=form.draft(),
            expected_revision=form.cleaned_data["revision"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, f"{form.cleaned_data['name']} is changed.")
        return redirect("status-components", page.slug)
    url = page_url(page, "status-components")
    return form_page(request, page, form, heading=f"Edit {row.name}", action="Save", cancel_url=url)


@require_POST
def component_move(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    steps = _STEPS.get(request.POST.get("to", ""), 0)
    components.shift(caller=request.caller, page_id=page.pk, component_id=pk, steps=steps, now=timezone.now())
    return redirect(f"{page_url(page, 'status-components')}#component-{pk}")


@each_method
def component_remove(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    row = of_page(page=page, component_id=pk)
    if request.method == "POST":
        components.remove(caller=request.caller, page_id=page.pk, component_id=row.pk, now=timezone.now())
        messages.success(request, f"{row.name} is off the page.")
        return redirect("status-components", page.slug)
    return confirm_page(
        request,
        page,
        heading=f"Remove {row.name}?",
        action="Remove it",
        cancel_url=page_url(page, "status-components"),
        losses=[f"{row.name} and its 90 days, for the public and for clients of the JSON"],
        keeps="Incidents that named it still do. Its service and objectives stay.",
    )


@each_method
def group_new(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and saved(
        form, lambda: groups.create(caller=request.caller, page_id=page.pk, draft=form.draft(), now=timezone.now())
    ):
        messages.success(request, "The group is there; it shows once a component stands in it.")
        return redirect("status-components", page.slug)
    url = page_url(page, "status-components")
    return form_page(request, page, form, heading="New group", action="Add it", cancel_url=url)


@each_method
def group_edit(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    group = groups.group_of(page=page, group_id=pk)
    initial = {"name": group.name, "description": group.description}
    form = GroupForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and saved(
        form,
        lambda: groups.edit(
            caller=request.caller, page_id=page.pk, group_id=group.pk, draft=form.draft(), now=timezone.now()
        ),
    ):
        messages.success(request, "The group is changed.")
        return redirect("status-components", page.slug)
    url = page_url(page, "status-components")
    return form_page(request, page, form, heading=f"Edit {group.name}", action="Save", cancel_url=url)


@require_POST
def group_move(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    steps = _STEPS.get(request.POST.get("to", ""), 0)
    groups.shift(caller=request.caller, page_id=page.pk, group_id=pk, steps=steps, now=timezone.now())
    return redirect(f"{page_url(page, 'status-components')}#group-{pk}")


@require_POST
def group_remove(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    attempt(
        request,
        lambda: groups.remove(caller=request.caller, page_id=page.pk, group_id=pk, now=timezone.now()),
        words="The group is gone; its components stand without one.",
    )
    return redirect("status-components", page.slug)
