"""POST /intake/<key>/alertmanager, or /intake/alertmanager with the key in a header.

Alertmanager repeats what was answered 5xx, and gives up on everything else, 429 included: overload is a 503.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.services.bodies import load_json, read_body
from incidents.intake.services.receiving import Taken
from incidents.intake.sources.alertmanager.parse import parse
from incidents.intake.sources.http import Delivery, key_of_header, pushed, retry_after, serve

KIND = "alertmanager"
_STATUS = {RejectReason.TOO_LARGE: 413, RejectReason.TOO_MANY: 413, RejectReason.UNSUPPORTED: 415}


class _Answers:
    def taken(self, taken: Taken) -> HttpResponse:
        return JsonResponse({"status": "success", "alerts": len(taken.parsed.alerts), "outcomes": taken.counts()})

    def unknown_key(self) -> HttpResponse:
        message = "no integration has this key: look at its page for the address"
        answer = JsonResponse({"status": "error", "error": message}, status=401)
        answer["WWW-Authenticate"] = 'Bearer realm="intake"'
        return answer

    def rejected(self, error: RejectedError) -> HttpResponse:
        body = {"status": "error", "error": error.message, "errors": list(error.errors)}
        return JsonResponse(body, status=_STATUS.get(error.reason, 400))

    def come_again(self, message: str, *, after: timedelta, is_our_fault: bool) -> HttpResponse:
        return retry_after(JsonResponse({"status": "error", "error": message}, status=503), after)


@pushed
def alertmanager(request: HttpRequest, key: str = "") -> HttpResponse:
    delivery = Delivery(
        request=request,
        kind=KIND,
        key=key or key_of_header(request),
        body=lambda: read_body(request, bytes_max=settings.INTAKE_BODY_BYTES_MAX),
        load=load_json,
        parse=lambda body, config: parse(body, config=config, alerts_max=settings.INTAKE_ALERTS_MAX),
        now=timezone.now(),
    )
    return serve(delivery, _Answers())


urlpatterns = [
    path("intake/alertmanager", alertmanager, name="intake-alertmanager"),
    path("intake/<str:key>/alertmanager", alertmanager, name="intake-alertmanager-key"),
]
