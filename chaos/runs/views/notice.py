"""The page behind the link in a notice: what comes, and one button. Only POST acts: mail scanners follow links."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from chaos.runs.domain.states import State
from chaos.runs.services import notices
from reliability.web.errors import Conflict, NotFound

_GONE = 410


# csrf_exempt: no cookie gives any right here, only the signature in the address.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notice_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what it is about. POST acknowledges as the place that was told."""
    now = timezone.now()
    try:
        if request.method == "POST":
            notices.acknowledge_by_link(token=token, now=now)
        notice = notices.notice_of_token(token=token, now=now)
    except (NotFound, Conflict) as problem:
        return _page(request, {"problem": problem.message}, status=_GONE)
    run = notice.run
    return _page(
        request,
        {
            "notice": notice,
            "run": run,
            "is_over": run.state == State.ENDED,
            "may_acknowledge": notice.acknowledged_at is None and run.state == State.WAITING,
        },
    )


def _page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(request, "runs/notice.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the address is the right
    return response
