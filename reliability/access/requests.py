"""The type of a request that went through the access middleware."""

from __future__ import annotations

from django.http import HttpRequest

from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.web.errors import Forbidden


class AccessRequest(HttpRequest):
    """A request whose caller is known: what every page view and API operation is given."""

    caller: Caller


def person_of(request: HttpRequest) -> User:
    """The signed-in person. Raises Forbidden for a request without one, such as that of a token."""
    if not isinstance(request.user, User):
        raise Forbidden("this needs a signed-in person", reason="not_a_person")
    return request.user
