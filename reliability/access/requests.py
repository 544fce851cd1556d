"""The type of a request that went through the access middleware."""

from __future__ import annotations

from django.http import HttpRequest

from reliability.access.domain.caller import Caller


class AccessRequest(HttpRequest):
    """A request whose caller is known: what every page view and API operation is given."""

    caller: Caller
