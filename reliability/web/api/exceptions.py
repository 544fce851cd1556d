"""Every exception of an endpoint as the one error envelope."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from reliability.web.api.envelope import error_response
from reliability.web.errors import ProblemError

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
_REASONS = {400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 429: "too_many_requests"}


def handle_errors(api: NinjaAPI) -> None:
    """Register the handlers of all exceptions an endpoint may raise."""
    api.add_exception_handler(ProblemError, _problem)
    api.add_exception_handler(ValidationError, _validation)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(AuthenticationError, _unauthenticated)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(PermissionDenied, _forbidden)
    api.add_exception_handler(RequestDataTooBig, _too_large)
    api.add_exception_handler(UnreadablePostError, _interrupted)
    api.add_exception_handler(OperationalError, _database_unavailable)
    api.add_exception_handler(InterfaceError, _database_unavailable)
    api.add_exception_handler(Exception, _unexpected)


def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    headers = dict(getattr(error, "headers", None) or {})
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
    return error_response(
        status=error.status, reason=error.reason, message=error.message, details=error.details, headers=headers
    )


def _validation(request: HttpRequest, error: Any) -> HttpResponse:
    details = [problem_of(entry) for entry in error.errors]
    return error_response(status=422, reason="invalid", message=_summary(details), details=details)


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, ProblemError):  # ninja wraps what the body parser raises
        return _problem(request, cause)
    reason = _REASONS.get(error.status_code, HTTPStatus(error.status_code).phrase.lower().replace(" ", "_"))
    return error_response(status=error.status_code, reason=reason, message=error.message)


def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(
        status=401,
        reason="unauthenticated",
        message="sign in, or send Authorization: Bearer <token> with a token that is neither expired nor revoked",
        headers={"WWW-Authenticate": 'Bearer realm="api"'},
    )


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(status=404, reason="not_found", message=_words(error) or "there is nothing at this address")


def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(status=403, reason="forbidden", message=_words(error) or "you may not do this")


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(status=413, reason="too_large", message="the body is too large: send it in smaller parts")


def _interrupted(request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(status=400, reason="malformed", message="the body ended before its announced length")


def _database_unavailable(request: HttpRequest, error: Any) -> HttpResponse:
    """Locked, full, or gone for the moment: nothing was stored, and the sender is told when to try again."""
    log.error("database_unavailable", error=str(error), path=request.path)
    return error_response(
        status=503,
        reason="unavailable",
        message="the database cannot take this now, nothing was stored: send the same request again later",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("unexpected_error", path=request.path, method=request.method, exc_info=error)
    return error_response(
        status=500, reason="internal", message="something went wrong on our side; the log has it under this request id"
    )


def _words(error: Exception) -> str:
    return str(error.args[0]) if error.args and isinstance(error.args[0], str) else ""


def problem_of(entry: dict[str, Any]) -> dict[str, Any]:
    """A pydantic error in plain words: `{"field": "window.unit", "message": …, "in": "body"}`."""
    place, *location = entry["loc"]
    if place == "body" or (len(location) > 1 and isinstance(location[1], str)):
        location = location[1:]  # the name of the endpoint's argument is ours, not the sender's
    return {"field": field_path(location), "message": _sentence(entry), "in": place}


def field_path(location: Sequence[str | int]) -> str:
    """("rows", 3, "start") as `rows[3].start`."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


_SENTENCES = {
    "missing": "is required: add it",
    "extra_forbidden": "is not a known field: remove it or check its spelling",
    "string_type": "must be text",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "model_attributes_type": "must be an object",
    "list_type": "must be a list",
}


def _sentence(entry: dict[str, Any]) -> str:
    kind, message = entry["type"], str(entry["msg"])
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "string_pattern_mismatch" and "[-a-z0-9]*" in message:
        return "must be lower-case letters, digits and dashes, and begin and end with a letter or digit"
    return message.replace("Input should be", "must be").replace("String should", "must")


def _summary(details: Sequence[dict[str, Any]]) -> str:
    if len(details) == 1 and details[0]["field"]:
        return f"{details[0]['field']}: {details[0]['message']}"
    return f"{len(details)} problems in the request: see details"
