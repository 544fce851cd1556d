"""Composing what is told: texts from templates, and the look at it before it is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse

from incidents.status_page.domain.content import Content, IncidentView, MaintenanceView
from incidents.status_page.domain.filling import fill, listed
from incidents.status_page.domain.overall import Overall, overall
from incidents.status_page.models import Component, StatusPage, Template
from incidents.status_page.selectors.pages import public_root
from incidents.status_page.services.previewing import rendered_after, seen_after
from reliability.access.requests import AccessRequest
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@dataclass(frozen=True, slots=True)
class Preview:
    """What the public would see. one: the incident or maintenance as it would stand on the page."""

    content: Content
    overall: Overall
    incident: IncidentView | None
    maintenance: MaintenanceView | None


def act_of(request: AccessRequest) -> str:
    """publish, preview or whole: which button was pressed; anything else only fills the form again."""
    found = request.POST.get("act", "publish")
    return found if found in ("publish", "preview", "whole") else "preview"


def preview(
    *, form: forms.Form, page: StatusPage, act: Callable[[], Any], code: Callable[[Any], str], now: datetime
) -> Preview | None:
    """None: it would be refused, and *form* says why. code: of what *act* returns."""
    made: list[Any] = []
    try:
        content = seen_after(page_id=page.pk, act=lambda: made.append(act()), root=public_root(page), now=now)
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return None
    wanted = code(made[0])
    return Preview(
        content,
        overall(content),
        next((one for one in content.incidents if one.code == wanted), None),
        next((one for one in content.maintenances if one.code == wanted), None),
    )


def whole(*, form: forms.Form, page: StatusPage, act: Callable[[], Any], now: datetime) -> HttpResponse | None:
    """The page itself, byte for byte, as it would be; None: it would be refused, and *form* says why."""
    try:
        body = rendered_after(page_id=page.pk, act=act, root=public_root(page), now=now)
    except (Invalid, Conflict) as problem:
        show_refusal(form, problem)
        return None
    response = HttpResponse(body, content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def from_template(
    *,
    template: Template,
    page: StatusPage,
    components: list[Component],
    title: str,
    now: datetime,
) -> dict[str, str]:
    """Title, status and body with placeholders filled in; what has no value stays for whoever writes."""
    local = now.astimezone(ZoneInfo(page.zone))
    values = {
        "component": listed([one.name for one in components]),
        "title": title,
        "page": page.title,
        "time": f"{local:%H:%M %Z}",
        "date": f"{local.day} {local:%B}",
    }
    filled = fill(template.title, values=values)
    return {
        "title": filled or title,
        "status": template.status,
        "body": fill(template.body, values=values | {"title": title or filled}),
    }
