"""Where deployments and changes come in, in the search of the whole product."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.delivery.domain.kinds import KINDS
from reliability.delivery.selectors.integrations import list_integrations
from reliability.web.search import Hit


def integrations_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by name and title."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    return [
        Hit(
            "Integration",
            one.title,
            reverse("delivery-integration", args=[one.name]),
            f"{KINDS[one.kind].title}, deployments and changes",
            "merge",
        )
        for one in list_integrations(caller=caller, text=query)[:limit]
    ]
