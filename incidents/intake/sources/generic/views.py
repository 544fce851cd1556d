"""POST /intake/<key>/generic, or /intake/generic with the key in a header: any JSON, read by the mapping."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.services.bodies import load_json, read_body
from incidents.intake.services.receiving import Taken
from incidents.intake.sources.generic.parse import parse
from incidents.intake.sources.http import Delivery, key_of_header, pushed, retry_after, serve
from reliability.web.api.envelope import error_response

KIND = "generic"
_STATUS = {RejectReason.TOO_LARGE: 413, RejectReason.TOO_MANY: 413, RejectReason.UNSUPPORTED: 415}


class _Answers:
    def taken(self, taken: Taken) -> HttpResponse:
        body = {"alerts": len(taken.parsed.alerts), "outcomes": taken.counts(), "notes": list(taken.parsed.notes)}
        return JsonResponse(body, status=202)

    def unknown_key(self) -> HttpResponse:
        return error_response(
            status=401,
            reason="unknown_key",
            message="no integration has this key: look at its page for the address",
            headers={"WWW-Authenticate": 'Bearer realm="intake"'},
        )

    def rejected(self, error: RejectedError) -> HttpResponse:
        return error_response(
            status=_STATUS.get(error.reason, 400),
            reason=error.reason.value,
            message=error.message,
            details=[{"message": one} for one in error.errors],
        )

    def come_again(self, message: str, *, after: timedelta, is_our_fault: bool) -> HttpResponse:
        reason, status = ("unavailable", 503) if is_our_fault else ("too_many_requests", 429)
        return retry_after(error_response(status=status, reason=reason, message=message), after)


@pushed
def generic(request: HttpRequest, key: str = "") -> HttpResponse:
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
    path("intake/generic", generic, name="intake-generic"),
    path("intake/<str:key>/generic", generic, name="intake-generic-key"),
]
