"""What the public sees of one component: why, since when, and the word of a person that wins."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents.status_page.domain.states import ComponentState
from incidents.status_page.forms.component import OverrideForm
from incidents.status_page.selectors.editing import components_seen
from incidents.status_page.services import components
from incidents.status_page.services.components import of_page
from incidents.status_page.views.answers import saved
from incidents.status_page.views.reading import frame, seen
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest

_CHANGES_MAX = 30
each_method = require_http_methods(["GET", "HEAD", "POST"])


@each_method
def component_override(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    row = of_page(page=page, component_id=pk)
    initial = {"state": row.override_state, "reason": row.override_reason, "until": row.override_until}
    form = OverrideForm(request.POST if request.method == "POST" else None, zone=page.zone, initial=initial)
    if form.is_valid() and saved(
        form,
        lambda: components.override(
            caller=request.caller,
            page_id=page.pk,
            component_id=row.pk,
            state=ComponentState(form.cleaned_data["state"]),
            reason=form.cleaned_data["reason"],
            until=form.cleaned_data["until"],
            now=timezone.now(),
        ),
    ):
        messages.success(request, f"{row.name}: the public sees what you said.")
        return redirect("status-page", page.slug)
    changes = row.changes.order_by("-at", "-pk")[:_CHANGES_MAX]
    seen_row = next((one for one in components_seen(page=page, caller=request.caller) if one.pk == row.pk), None)
    reason = seen_row.automatic_reason if seen_row else ""
    context = {**frame(request, page), "component": row, "reason": reason, "form": form, "changes": changes}
    return render(request, "status_page/override.html", context, status=422 if form.errors else 200)


@require_POST
def component_override_end(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.RESPONDER)
    components.end_override(caller=request.caller, page_id=page.pk, component_id=pk, now=timezone.now())
    messages.success(request, "What is measured counts again.")
    return redirect("status-page", page.slug)
