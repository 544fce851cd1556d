"""The pages behind the links of a message: I have read this, and tell me no more. GET shows, only POST acts: mail
scanners follow links and confirm nothing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents.stakeholders.services import reading
from reliability.web.errors import NotFound

_GONE = 410


# csrf_exempt: no cookie gives any right here, only the signature in the address.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def read_link(request: HttpRequest, token: str) -> HttpResponse:
    """The message, and a button that says it was read."""
    now = timezone.now()
    try:
        if request.method == "POST":
            recipient = reading.confirm(token=token, now=now)
        else:
            recipient = reading.recipient_of_token(token=token, now=now)
    except NotFound as problem:
        return _page(request, "stakeholders/read.html", {"problem": problem.message}, status=_GONE)
    return _page(request, "stakeholders/read.html", {"recipient": recipient, "text": recipient.text})


# csrf_exempt: as above, and mail programs send this POST by themselves (RFC 8058).
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_link(request: HttpRequest, token: str) -> HttpResponse:
    """POST stops it; with `resume` it begins again."""
    now = timezone.now()
    try:
        if request.method != "POST":
            recipient = reading.recipient_of_token(token=token, now=now)
        elif "resume" in request.POST:
            recipient = reading.resume(token=token, now=now)
        else:
            recipient = reading.stop(token=token, now=now)
    except NotFound as problem:
        return _page(request, "stakeholders/stop.html", {"problem": problem.message}, status=_GONE)
    person = recipient.stakeholder
    context = {"recipient": recipient, "is_stopped": person is None or person.unsubscribed_at is not None}
    return _page(request, "stakeholders/stop.html", context | {"is_gone": person is None})


def _page(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the address is the right
    return response
