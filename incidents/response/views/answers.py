"""How the page of an incident answers a change: htmx refreshes the parts, a plain form gets the page again."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from incidents.response.models import Incident
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require


def done(
    request: HttpRequest, incident: Incident, message: str, *, is_changed: bool = True, warning: str = ""
) -> HttpResponse:
    """What was done, or why there was nothing to do. warning: what of it has to be seen even where the page itself
    shows the rest.
    """
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        response = HttpResponse(status=204)
        words = warning if is_changed else message
        notice = {"incident-notice": {"message": words}} if words else {}
        response["HX-Trigger"] = json.dumps({"incident-changed": {}, **notice})
        return response
    level = messages.WARNING if warning else messages.SUCCESS if is_changed else messages.INFO
    messages.add_message(request, level, message)
    return redirect("incident-detail", incident.pk)


def form_page(
    request: AccessRequest,
    incident: Incident,
    form: forms.Form,
    *,
    heading: str,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """One change on a page of its own; 422 when it came back with mistakes."""
    shown = {"incident": incident, "title": f"#{incident.pk}", "form": form, "heading": heading}
    return render(request, "response/form.html", shown | context, status=status or (422 if form.errors else 200))


def require_responder(request: AccessRequest, incident: Incident) -> None:
    """Before a form is shown. Raises Forbidden; services ask again."""
    require(caller=request.caller, team_id=incident.team_id, role=Role.RESPONDER)
