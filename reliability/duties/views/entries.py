"""A duty is done, or left out this once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.duties.forms.duty import EntryForm
from reliability.duties.selectors.duties import duty as get_duty
from reliability.duties.services import entries
from reliability.duties.views.duties import detail_page
from reliability.web.errors import Conflict, Invalid
from reliability.web.refusals import show_refusal


@require_POST
def duty_end(request: AccessRequest, pk: int) -> HttpResponse:
    """With `skip` it is left out, for the reason in the note."""
    found = get_duty(caller=request.caller, pk=pk)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    form = EntryForm(request.POST)
    if form.is_valid():
        act = entries.skip if "skip" in request.POST else entries.done
        try:
            act(caller=request.caller, duty=found, draft=form.draft(), now=timezone.now())
        except (Invalid, Conflict) as problem:
            show_refusal(form, problem)
        else:
            found = get_duty(caller=request.caller, pk=pk)
            messages.success(request, f"Written down. It is due next on {found.due_at:%Y-%m-%d}.")
            return redirect("duty", pk)
    return detail_page(request, found, form)
