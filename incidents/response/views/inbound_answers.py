"""How signed requests from outside are answered; each is counted and logged."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

from reliability.channels.services import inbound

BODY_BYTES_MAX = 512 * 1024
_MALFORMED = HTTPStatus.BAD_REQUEST


def too_large(request: HttpRequest) -> bool:
    """Before a signature is computed over it; what says its length is not even read."""
    length = request.headers.get("Content-Length", "")
    return (length.isdigit() and int(length) > BODY_BYTES_MAX) or len(request.body) > BODY_BYTES_MAX


def answer(protocol: str, outcome: str, *, channel: str, words: str = "") -> JsonResponse:
    inbound.note(protocol=protocol, outcome=outcome, channel=channel, words=words[:200])
    return JsonResponse({"outcome": outcome})


def refuse(
    protocol: str, reason: str, *, channel: str, words: str = "", status: int = HTTPStatus.UNAUTHORIZED
) -> JsonResponse:
    """401 for what is not believed, 400 for what is signed and none of the protocol. It tells no more than that."""
    inbound.note(protocol=protocol, outcome=reason, channel=channel, words=words[:200], is_refusal=True)
    return JsonResponse({"outcome": reason}, status=_MALFORMED if reason == "malformed" else status)


def too_many(protocol: str, *, channel: str) -> JsonResponse:
    response = refuse(protocol, "too_many", channel=channel, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = "60"
    return response
