"""Templates of updates."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.status_page.forms.composer import TemplateForm
from incidents.status_page.services import templates
from incidents.status_page.services.templates import TemplateDraft, template_of
from incidents.status_page.views.answers import saved
from incidents.status_page.views.reading import frame, seen
from incidents.status_page.views.simple import form_page, page_url
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest

each_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def template_list(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug)
    context = {**frame(request, page), "templates": page.templates.order_by("kind", "name", "pk")}
    return render(request, "status_page/templates.html", context)


@each_method
def template_new(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and saved(
        form, lambda: templates.create(caller=request.caller, page_id=page.pk, draft=form.draft(), now=timezone.now())
    ):
        messages.success(request, "The template is kept: the composers offer it.")
        return redirect("status-templates", page.slug)
    url = page_url(page, "status-templates")
    return form_page(request, page, form, heading="New template", action="Keep it", cancel_url=url)


@each_method
def template_edit(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    row = template_of(page=page, template_id=pk)
    initial = {name: getattr(row, name) for name in TemplateDraft.__dataclass_fields__} | {"revision": row.revision}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and saved(
        form,
        lambda: templates.edit(
            caller=request.caller,
            page_id=page.pk,
            template_id=row.pk,
            draft=form.draft(),
            expected_revision=form.cleaned_data["revision"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, "The template is changed.")
        return redirect("status-templates", page.slug)
    url = page_url(page, "status-templates")
    return form_page(request, page, form, heading=f"Edit {row.name}", action="Save", cancel_url=url)


@require_POST
def template_delete(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    templates.delete(caller=request.caller, page_id=page.pk, template_id=pk, now=timezone.now())
    messages.success(request, "The template is deleted.")
    return redirect("status-templates", page.slug)
