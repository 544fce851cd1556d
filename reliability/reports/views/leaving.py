"""A member who does not want the report by mail. GET shows, only POST acts: mail scanners follow links."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from reliability.access.requests import AccessRequest
from reliability.reports.selectors.subscriptions import subscription
from reliability.reports.services import leaving
from reliability.web.errors import NotFound

_GONE = 410


# csrf_exempt: no cookie gives any right here, only the signature in the address; and mail programs send this POST by
# themselves (RFC 8058).
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave_link(request: HttpRequest, token: str) -> HttpResponse:
    """POST ends the report for one member; with `resume` it begins again."""
    now = timezone.now()
    context: dict[str, object] = {}
    status = 200
    try:
        if request.method == "POST":
            notice = leaving.leave_by_link(token=token, wanted="resume" in request.POST, now=now)
        else:
            notice = leaving.notice_of_token(token=token, now=now)
    except NotFound as problem:
        context, status = {"problem": problem.message}, _GONE
    else:
        found, user = notice.report.subscription, notice.user
        is_left = found is not None and user is not None and leaving.is_left(subscription=found, user=user)
        context = {"notice": notice, "subscription": found, "is_left": is_left}
    response = render(request, "reports/leave.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the address is the right
    return response


@require_POST
def subscription_mine(request: AccessRequest, pk: int) -> HttpResponse:
    """`wanted=1`: to me, too; else not to me."""
    found = subscription(caller=request.caller, pk=pk)
    wanted = request.POST.get("wanted") == "1"
    leaving.leave(caller=request.caller, subscription=found, wanted=wanted, now=timezone.now())
    messages.success(request, f"The {found} {'comes to you again' if wanted else 'does not come to you any more'}.")
    return redirect("report-subscriptions")
