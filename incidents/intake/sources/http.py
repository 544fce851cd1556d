"""What all kinds that are sent over HTTP have in common: the order of steps, and what is kept of a refusal.

Authenticate, bound, parse, store; a kind brings the parser and the answers of its protocol.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import UnreadablePostError

from incidents.intake.domain.events import Parsed
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.models import Integration
from incidents.intake.services.authentication import UnknownKeyError, integration_of_key
from incidents.intake.services.receiving import Taken, commit, take
from incidents.intake.services.rejects import keep_note, keep_reject
from incidents.intake.services.throttling import ALLOWANCE, OverloadedError, require_patience
from reliability.access.lockout import address_of
from reliability.access.services.wrong_keys import TooManyWrongKeysError
from reliability.web.errors import Unavailable
from reliability.web.metrics import INTAKE_REQUESTS, INTAKE_SECONDS

log = structlog.get_logger(__name__)
Parse = Callable[[Any, Mapping[str, Any]], Parsed]


class Answers(Protocol):
    """How a protocol says what became of a request."""

    def taken(self, taken: Taken) -> HttpResponse: ...

    def unknown_key(self) -> HttpResponse: ...

    def rejected(self, error: RejectedError) -> HttpResponse: ...

    def come_again(self, message: str, *, after: timedelta, is_our_fault: bool) -> HttpResponse:
        """Nothing was stored. is_our_fault: the database cannot write, rather than the sender sending too much."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it came. body and load, the bytes and their value, may raise RejectedError."""

    request: HttpRequest
    kind: str
    key: str
    body: Callable[[], bytes]
    load: Callable[[bytes], Any]
    parse: Parse
    now: datetime


def serve(delivery: Delivery, answers: Answers) -> HttpResponse:
    """Take the delivery and answer; every refusal has its answer, and none is a 500."""
    began = time.perf_counter()
    kind = delivery.kind
    try:
        require_patience(waited_seconds=_waited(delivery.request))
        taken = _take(delivery)
    except UnknownKeyError:
        return answers.unknown_key()
    except TooManyWrongKeysError as error:
        return answers.come_again("too many wrong keys from this address", after=error.retry_after, is_our_fault=False)
    except RejectedError as error:
        INTAKE_REQUESTS.labels(kind=kind, outcome=error.reason.value).inc()
        return answers.rejected(error)
    except OverloadedError as error:
        INTAKE_REQUESTS.labels(kind=kind, outcome="overloaded").inc()
        return answers.come_again(error.message, after=error.retry_after, is_our_fault=False)
    except (OperationalError, InterfaceError, Unavailable) as error:
        INTAKE_REQUESTS.labels(kind=kind, outcome="unavailable").inc()
        log.warning("intake_unavailable", kind=kind, error=str(error))
        return answers.come_again(
            "the database cannot take this now, nothing was stored", after=timedelta(seconds=5), is_our_fault=True
        )
    INTAKE_REQUESTS.labels(kind=kind, outcome="taken").inc()
    INTAKE_SECONDS.labels(kind=kind).observe(time.perf_counter() - began)
    return answers.taken(taken)


def _take(delivery: Delivery) -> Taken:
    """The body is read here; whose it is and what becomes of it is one piece of work with one commit."""
    body = _Body(delivery)
    outcome = commit(lambda: _work(delivery, body))
    if isinstance(outcome, RejectedError):
        raise outcome
    return outcome


class _Body:
    """The body as bytes and as a value, read once; `error` is why it could not be."""

    def __init__(self, delivery: Delivery) -> None:
        self.raw = b""
        self.value: Any = None
        self.error: RejectedError | None = None
        try:
            self.raw = _read(delivery)
            self.value = delivery.load(self.raw)
        except RejectedError as error:
            self.error = error
            self.raw = self.raw or _raw(delivery)


def _work(delivery: Delivery, body: _Body) -> Taken | RejectedError:
    """A rejection is returned, not raised: what is kept of it is committed."""
    now = delivery.now
    integration = integration_of_key(
        presented=delivery.key, kind=delivery.kind, address=address_of(delivery.request) or "", now=now
    )
    try:
        parsed = _parsed(delivery, body, integration)
    except RejectedError as error:
        keep_reject(integration=integration, error=error, body=_without_key(body.raw, delivery.key), now=now)
        return error
    ALLOWANCE.take(integration_id=integration.pk, alerts=len(parsed.alerts), now=now)
    taken = take(integration=integration, parsed=parsed, now=now)
    if parsed.notes:
        keep_note(integration=integration, note="; ".join(parsed.notes), now=now)
    return taken


def _parsed(delivery: Delivery, body: _Body, integration: Integration) -> Parsed:
    """Raises RejectedError."""
    _require_fitting(integration, delivery.kind)
    if body.error is not None:
        raise body.error
    parsed = delivery.parse(body.value, integration.config)
    _require_few(parsed)
    return parsed


def _without_key(body: bytes, key: str) -> bytes:
    """Keys of events stand in their bodies: what is kept for people to read must not hold them."""
    return body.replace(key.encode(), b"***")


def _require_few(parsed: Parsed) -> None:
    if len(parsed.alerts) > settings.INTAKE_ALERTS_MAX:
        raise RejectedError(
            RejectReason.TOO_MANY,
            f"{len(parsed.alerts)} alerts in one request: send at most {settings.INTAKE_ALERTS_MAX}",
        )


def _read(delivery: Delivery) -> bytes:
    try:
        return delivery.body()
    except UnreadablePostError as error:
        raise RejectedError(RejectReason.MALFORMED, "the body ended before its announced length") from error


def _raw(delivery: Delivery) -> bytes:
    """What came over the wire, when it could not be read: its beginning is kept."""
    try:
        return delivery.request.body[: settings.INTAKE_REJECT_BYTES_MAX]
    except (UnreadablePostError, RequestDataTooBig, ValueError):
        return b""


def _require_fitting(integration: Integration, kind: str) -> None:
    if integration.kind != kind:
        raise RejectedError(
            RejectReason.WRONG_ADDRESS,
            f"this key belongs to an integration of the kind {integration.kind}: its address is another one",
        )
    if not integration.is_enabled:
        raise RejectedError(RejectReason.DISABLED, "this integration is switched off: an editor can switch it on")


def _waited(request: HttpRequest) -> float:
    """Seconds since the request's headers arrived; 0 where the server does not say."""
    asked_at = getattr(request, "scope", {}).get("asked_at")
    return 0.0 if asked_at is None else time.perf_counter() - float(asked_at)


def key_of_header(request: HttpRequest) -> str:
    """The key as a bearer token, or as the password of basic authentication; blank when there is none."""
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    presented = presented.strip()
    if scheme.lower() == "bearer":
        return presented
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(presented, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return request.headers.get("X-Integration-Key", "").strip()


def pushed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that machines post to with a key of their own: no session, no CSRF token, POST only."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(request, *args, **kwargs)

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]  # Django's marker: the key is the proof
    wrapped.login_required = False  # type: ignore[attr-defined]  # Django's marker: no session is asked for
    wrapped.is_intake = True  # type: ignore[attr-defined]  # ours: IntakeMiddleware serves it before sessions
    return wrapped


def retry_after(answer: HttpResponse, after: timedelta) -> HttpResponse:
    answer["Retry-After"] = str(max(int(after.total_seconds()), 1))
    return answer
