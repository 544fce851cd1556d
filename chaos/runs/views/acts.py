"""What people do with a run besides stopping it: approve, decline, acknowledge a notice."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from chaos.runs.selectors.runs import run as get_run
from chaos.runs.services import approvals, notices
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid

REASON_MAX = 500


@require_POST
def run_decide(request: AccessRequest, number: int, word: str) -> HttpResponse:
    """`approve` or `decline`, with a reason; declining needs one."""
    run = get_run(caller=request.caller, run_id=number)
    require(caller=request.caller, team_id=run.team_id, role=Role.RESPONDER)
    reason = request.POST.get("reason", "")[:REASON_MAX]
    now = timezone.now()
    try:
        if word == "approve":
            approvals.approve(caller=request.caller, run_id=run.pk, reason=reason, now=now)
            messages.success(request, "Approved. It begins as soon as every guard lets it go.")
        else:
            approvals.decline(caller=request.caller, run_id=run.pk, reason=reason, now=now)
            messages.success(request, "Declined. It will not begin.")
    except (Invalid, Conflict) as problem:
        messages.error(request, f"Not done: {problem.message}.")
    return redirect("run-detail", run.pk)


@require_POST
def notice_acknowledge(request: AccessRequest, number: int, pk: int) -> HttpResponse:
    run = get_run(caller=request.caller, run_id=number)
    try:
        notice = notices.acknowledge(caller=request.caller, run_id=run.pk, notice_id=pk, now=timezone.now())
    except Conflict as problem:
        messages.error(request, f"Not done: {problem.message}.")
    else:
        messages.success(request, f"The notice to {notice.place} is acknowledged.")
    return redirect("run-detail", run.pk)
