"""Subscribers of a page, for its editors: counts, a list with masked addresses, add, remove, a file of all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.status_page.forms.subscribers import AddForm
from incidents.status_page.models import Subscriber
from incidents.status_page.selectors.subscribers import (
    SubscriberFilters,
    components_of,
    counts_of,
    list_subscribers,
)
from incidents.status_page.services import curating
from incidents.status_page.services.subscribing import shown
from incidents.status_page.views.answers import saved
from incidents.status_page.views.reading import frame, seen
from incidents.status_page.views.simple import confirm_page, form_page, page_url
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.web.errors import NotFound
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file

_TEXT_MAX = 320


@never_cache
@require_safe
def subscriber_list(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    given = {name: request.GET.get(name, "").replace("\0", "").strip()[:_TEXT_MAX] for name in ("kind", "state", "q")}
    filters = SubscriberFilters(kind=given["kind"], state=given["state"], text=given["q"])
    found = page_of(request, list_subscribers(page=page, filters=filters))
    context = {
        **frame(request, page),
        "page": found,
        "rows": [(one, shown(one)) for one in found.object_list],
        "counts": counts_of(page=page),
        "filters": filters,
        "is_narrowed": bool(filters.kind or filters.state or filters.text),
        "kinds": Subscriber.Kind.choices,
        "states": Subscriber.State.choices,
    }
    return render(request, "status_page/subscribers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def subscriber_add(request: AccessRequest, slug: str) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    form = AddForm(request.POST if request.method == "POST" else None, components=components_of(page=page))
    new: list[Subscriber] = []
    if form.is_valid() and saved(
        form,
        lambda: new.extend(
            curating.add(
                caller=request.caller,
                page_id=page.pk,
                addresses=form.typed(),
                component_codes=form.cleaned_data.get("components", ()),
                now=timezone.now(),
            )
        ),
    ):
        messages.success(request, f"{len(new)} asked; those who were known already stay as they are.")
        return redirect("status-subscribers", page.slug)
    return form_page(
        request,
        page,
        form,
        heading="Ask people whether they want updates",
        action="Ask them",
        cancel_url=page_url(page, "status-subscribers"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def subscriber_remove(request: AccessRequest, slug: str, pk: int) -> HttpResponse:
    page = seen(request, slug, role=Role.EDITOR)
    row = Subscriber.objects.filter(page=page, pk=pk).first()
    if row is None:
        raise NotFound("there is no such subscriber of this page: perhaps they have left")
    if request.method == "POST":
        curating.remove(caller=request.caller, page_id=page.pk, subscriber_id=pk, now=timezone.now())
        messages.success(request, "Nothing more is sent there.")
        return redirect("status-subscribers", page.slug)
    return confirm_page(
        request,
        page,
        heading=f"Remove {shown(row)}?",
        action="Remove the subscriber",
        cancel_url=reverse("status-subscribers", args=[page.slug]),
        losses=["the subscription, its choice of components, and the record of what was sent"],
        keeps="They may subscribe again themselves.",
    )


@require_POST
def subscriber_export(request: AccessRequest, slug: str) -> HttpResponse:
    """A POST, since whole addresses leave here: that is in the audit trail."""
    page = seen(request, slug, role=Role.EDITOR)
    columns, rows = curating.export(caller=request.caller, page_id=page.pk, now=timezone.now())
    return table_file(columns=columns, rows=rows, filename=f"subscribers-of-{page.slug}.csv")
