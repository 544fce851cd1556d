"""POST /delivery/in/<integration>: what forges, pipelines and clusters send. The answer comes after the commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from reliability.access.lockout import address_of
from reliability.access.services.wrong_keys import TooManyWrongKeysError, note_wrong_key
from reliability.delivery.domain import cloudevents
from reliability.delivery.domain.kinds import KINDS, Kind
from reliability.delivery.domain.signatures import key_of_bearer, key_of_github, key_of_gitlab
from reliability.delivery.domain.told import UnreadableError
from reliability.delivery.models import DeliveryIntegration, DeliveryKey, RawDelivery
from reliability.delivery.selectors.integrations import integration_addressed
from reliability.delivery.services.keys import keys, texts_of
from reliability.delivery.services.receiving import Arrived, Received, receive
from reliability.web.api.bodies import body_of, content_type_of
from reliability.web.api.envelope import error_response
from reliability.web.errors import ProblemError, TooLarge

log = structlog.get_logger(__name__)
_GITLAB = "gitlab"
_FORM = "application/x-www-form-urlencoded"


@csrf_exempt  # the signature or the key is the proof
def incoming(request: HttpRequest, name: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        response = _answer(request, name)
    except ProblemError as error:
        response = error_response(
            status=error.status, reason=error.reason, message=error.message, details=error.details
        )
    except TooManyWrongKeysError as error:
        wait = {"Retry-After": str(int(error.retry_after.total_seconds()))}
        response = error_response(
            status=429, reason=error.reason, message="too many wrong keys from this address: wait", headers=wait
        )
    except UnreadablePostError:
        response = error_response(status=400, reason="malformed", message="the body ended before its announced length")
    except (OperationalError, InterfaceError) as error:
        log.warning("delivery_unavailable", integration=name, error=str(error))
        words = "the database cannot take this now, nothing was stored: come again"
        response = error_response(status=503, reason="unavailable", message=words, headers={"Retry-After": "5"})
    response["Cache-Control"] = "no-store"
    return response


incoming.login_required = False  # type: ignore[attr-defined]  # Django's marker: no session is asked for


def _answer(request: HttpRequest, name: str) -> HttpResponse:
    now = timezone.now()
    headers = {key.lower(): value for key, value in request.headers.items()}
    body = body_of(request, bytes_max=settings.BODY_BYTES_MAX)
    integration = integration_addressed(name=name)
    key = None if integration is None else _proven(integration, headers, request.body, now)
    if integration is None or key is None:
        # A right key is taken whatever its address has tried before: many senders stand behind one proxy.
        note_wrong_key(kind="delivery", address=address_of(request) or "", now=now)
        return error_response(
            status=401,
            reason="unknown_key",
            message="no key of an integration of this name fits: look at its page for the address and how to sign",
            headers={"WWW-Authenticate": 'Bearer realm="delivery"'},
        )
    keys.note_use(key=key, now=now)
    if not integration.is_enabled:
        # Not refused: GitLab switches a hook off for good that is answered 4xx too often.
        return JsonResponse({"states": {"ignored": 1}, "note": "this integration is switched off"}, status=202)
    arrived = _arrived(KINDS[integration.kind], request, headers, body)
    return _said(integration, receive(integration=integration, arrived=arrived, now=now))


def _proven(integration: DeliveryIntegration, headers: Mapping[str, str], body: bytes, now: Any) -> DeliveryKey | None:
    known = texts_of(keys.in_force(integration=integration, now=now))
    texts = [text for _, text in known]
    proof = KINDS[integration.kind].proof
    if proof == "github":
        index = key_of_github(headers=headers, body=body, keys=texts)
    elif proof == _GITLAB:
        index = key_of_gitlab(headers=headers, body=body, keys=texts, now=now)
    else:
        index = key_of_bearer(headers=headers, keys=texts)
    return None if index is None else known[index][0]


def _arrived(kind: Kind, request: HttpRequest, headers: Mapping[str, str], body: bytes) -> list[Arrived]:
    """Raises TooLarge. What is neither an event nor a batch of CloudEvents is kept, too."""
    content_type = content_type_of(request)
    if kind.name == "cloudevents":
        return _events(content_type, headers, body)
    if content_type == _FORM:
        # GitHub's other content type: the JSON is a field.
        body = parse_qs(body.decode(errors="replace")).get("payload", [""])[0].encode()
    key = next((f"{name}:{headers[name]}" for name in kind.key_headers if headers.get(name)), "")
    kept = {name: headers[name] for name in (kind.event_header, *kind.key_headers) if headers.get(name)}
    return [Arrived(event=headers.get(kind.event_header, ""), key=key, body=body, headers=kept)]


def _events(content_type: str, headers: Mapping[str, str], body: bytes) -> list[Arrived]:
    try:
        value = orjson.loads(body) if body else None
    except orjson.JSONDecodeError as error:
        refused = UnreadableError("malformed", f"the body is not valid JSON: {error}")
        named = cloudevents.Malformed(cloudevents.attributes_of(headers), refused)
        return [Arrived(event=named.type[:120], key="", body=body, headers={}, refused=refused)]
    events = cloudevents.events_of(content_type=content_type, headers=headers, value=value)
    if len(events) > settings.DELIVERY_ROWS_MAX:
        raise TooLarge(f"{len(events):,} events in one request: send at most {settings.DELIVERY_ROWS_MAX:,}")
    return [_of_event(event) for event in events]


def _of_event(event: cloudevents.Event | cloudevents.Malformed) -> Arrived:
    if isinstance(event, cloudevents.Malformed):
        return Arrived(event=event.type[:120], key="", body=event.to_json(), headers={}, refused=event.error)
    return Arrived(event=event.attributes["type"], key=event.key, body=event.to_json(), headers={})


def _said(integration: DeliveryIntegration, received: Received) -> HttpResponse:
    """A payload that was rejected is kept; who can mend it is told, save GitLab."""
    rejected = received.states.get(RawDelivery.State.REJECTED, 0)
    is_all = rejected and rejected == sum(received.states.values())
    if is_all and KINDS[integration.kind].proof != _GITLAB:
        first = received.errors[0]
        return error_response(
            status=422, reason=str(first["reason"]), message=str(first["message"]), details=received.errors[:100]
        )
    return JsonResponse({"states": dict(received.states), "errors": list(received.errors[:100])}, status=202)
