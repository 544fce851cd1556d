"""What every change of a postmortem begins with, and how a refusal of one that has no form of its own is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from incidents.postmortems.models import Postmortem
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid


def opened(request: AccessRequest, number: int) -> Postmortem:
    """The postmortem for somebody who may write it. Raises NotFound, Forbidden."""
    postmortem = get_postmortem(caller=request.caller, number=number)
    require(caller=request.caller, team_id=postmortem.team_id, role=Role.RESPONDER)
    return postmortem


def back(postmortem: Postmortem, *, edit: str = "", anchor: str = "") -> HttpResponse:
    """To its page, with that part open."""
    address = reverse("postmortem-detail", args=[postmortem.pk])
    return redirect(f"{address}{f'?edit={edit}' if edit else ''}{f'#{anchor}' if anchor else ''}")


def tried(request: AccessRequest, act: Callable[[], Any], *, done: str = "") -> bool:
    """Do it and say so, or say above the page why not."""
    try:
        act()
    except (Invalid, Conflict) as problem:
        messages.error(request, problem.message[:1].upper() + problem.message[1:])
        return False
    if done:
        messages.success(request, done)
    return True
