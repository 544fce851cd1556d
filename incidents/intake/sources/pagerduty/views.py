"""POST /v2/enqueue, /v2/change/enqueue and the older generic API: addresses and answers as PagerDuty has them.

The key stands in the body, so the body is read before anybody is known; a body that cannot be read belongs to nobody.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from incidents.intake.domain.events import Parsed
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.services.bodies import load_json, read_body
from incidents.intake.services.receiving import Taken
from incidents.intake.sources.http import Delivery, key_of_header, pushed, retry_after, serve
from incidents.intake.sources.pagerduty.parse import parse_change, parse_event, parse_generic_v1
from reliability.web.metrics import INTAKE_REQUESTS

KIND = "pagerduty"
EVENT_BYTES_MAX = 512 * 1024  # source: "the maximum permitted payload size is 512 KB"
_STATUS = {RejectReason.TOO_LARGE: 413, RejectReason.UNSUPPORTED: 415}


class _Answers:
    """key_name: what the protocol calls the key of an alert in its answers; blank for change events."""

    def __init__(self, *, key_name: str, accepted: int = 202) -> None:
        self._key_name = key_name
        self._accepted = accepted

    def taken(self, taken: Taken) -> HttpResponse:
        message = "Event processed" if self._key_name else "Change event processed"
        body = {"status": "success", "message": message}
        if self._key_name:
            body[self._key_name] = taken.parsed.alerts[0].key
        return JsonResponse(body, status=self._accepted)

    def unknown_key(self) -> HttpResponse:
        return _invalid("Event object is invalid", ["Invalid routing key"], status=400)

    def rejected(self, error: RejectedError) -> HttpResponse:
        return _invalid(error.message, list(error.errors), status=_STATUS.get(error.reason, 400))

    def come_again(self, message: str, *, after: timedelta, is_our_fault: bool) -> HttpResponse:
        status, word = (503, "unavailable") if is_our_fault else (429, "throttle exceeded")
        body = {"status": word, "message": message, "errors": [message]}
        return retry_after(JsonResponse(body, status=status), after)


@pushed
def enqueue(request: HttpRequest) -> HttpResponse:
    made_key = uuid.uuid4().hex
    return _serve(
        request,
        key_name="routing_key",
        parse=lambda body, config: parse_event(body, config=config, made_key=made_key),
        answers=_Answers(key_name="dedup_key"),
    )


@pushed
def change_enqueue(request: HttpRequest) -> HttpResponse:
    return _serve(
        request,
        key_name="routing_key",
        parse=lambda body, config: parse_change(body, made_key=_digest(request.body)),
        answers=_Answers(key_name=""),
    )


@pushed
def create_event(request: HttpRequest) -> HttpResponse:
    made_key = uuid.uuid4().hex
    return _serve(
        request,
        key_name="service_key",
        parse=lambda body, config: parse_generic_v1(body, config=config, made_key=made_key),
        answers=_Answers(key_name="incident_key", accepted=200),
    )


def _serve(
    request: HttpRequest,
    *,
    key_name: str,
    parse: Callable[[Mapping[str, Any], Mapping[str, Any]], Parsed],
    answers: _Answers,
) -> HttpResponse:
    try:
        raw = read_body(request, bytes_max=EVENT_BYTES_MAX)
        body = _object(raw)
    except RejectedError as error:
        return _refuse_unread(request, error, answers)
    key = body.get(key_name)
    delivery = Delivery(
        request=request,
        kind=KIND,
        key=key if isinstance(key, str) else key_of_header(request),
        body=lambda: raw,
        load=lambda _: body,
        parse=parse,
        now=timezone.now(),
    )
    return serve(delivery, answers)


def _object(raw: bytes) -> dict[str, Any]:
    body = load_json(raw)
    if not isinstance(body, dict):
        raise RejectedError(RejectReason.INVALID, "Event object is invalid", errors=["the body is no object"])
    return body


def _refuse_unread(request: HttpRequest, error: RejectedError, answers: _Answers) -> HttpResponse:
    """A body that names no key: kept with its integration when a header names one, else only counted."""
    key = key_of_header(request)
    if not key:
        INTAKE_REQUESTS.labels(kind=KIND, outcome=error.reason.value).inc()
        return answers.rejected(error)

    def fail() -> bytes:
        raise error

    delivery = Delivery(
        request=request, kind=KIND, key=key, body=fail, load=load_json, parse=_nothing, now=timezone.now()
    )
    return serve(delivery, answers)


def _nothing(_body: Any, _config: Mapping[str, Any]) -> Parsed:
    return Parsed()


def _digest(body: bytes) -> str:
    """Change events have no key: the same bytes are the same event, so that a repeat after a time-out counts once."""
    return hashlib.sha256(body).hexdigest()


def _invalid(message: str, errors: list[str], *, status: int) -> HttpResponse:
    return JsonResponse({"status": "invalid event", "message": message, "errors": errors}, status=status)


urlpatterns = [
    path("v2/enqueue", enqueue, name="events-enqueue"),
    path("v2/change/enqueue", change_enqueue, name="events-change-enqueue"),
    path("generic/2010-04-15/create_event.json", create_event, name="events-create"),
]
