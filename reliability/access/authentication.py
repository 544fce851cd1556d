"""Authentication of the API: a session with its CSRF token, or a bearer token."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from reliability.access.domain.caller import Caller
from reliability.access.selectors.callers import caller_of_api_token, token_in_force
from reliability.access.services.tokens import note_use
from reliability.web.errors import Forbidden


class ApiAuth(AuthBase):
    """Give to ninja as `auth=`. Sets `request.caller`; an answer of None becomes 401.

    A request that presents a token is judged by it alone: a wrong token never falls back to a session.
    """

    openapi_type: ClassVar[str] = "http"
    openapi_scheme: ClassVar[str] = "bearer"

    def __call__(self, request: HttpRequest) -> Caller | None:
        header = request.headers.get("Authorization", "")
        caller = _caller_of_header(header) if header else _caller_of_session(request)
        if caller is not None:
            request.caller = caller  # type: ignore[attr-defined]  # AccessRequest declares it
        return caller


def _caller_of_header(header: str) -> Caller | None:
    scheme, _, presented = header.partition(" ")
    if scheme.lower() != "bearer" or not presented.strip():
        return None
    now = timezone.now()
    token = token_in_force(presented=presented.strip(), now=now)
    if token is None:
        return None
    note_use(token=token, now=now)
    return caller_of_api_token(token=token)


def _caller_of_session(request: HttpRequest) -> Caller | None:
    if not request.user.is_authenticated:
        return None
    if check_csrf(request):
        raise Forbidden(
            "the request carries a session but no valid CSRF token: send the csrftoken cookie's value as X-CSRFToken, "
            "or use an API token",
            reason="csrf",
        )
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return caller
