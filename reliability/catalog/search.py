"""Services in the search of the top bar."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.catalog.selectors.services import list_services
from reliability.web.search import Hit


def find_services(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return [
        Hit(
            "Service", found.title, reverse("service-detail", args=(found.name,)), detail=found.team.name, icon="layers"
        )
        for found in list_services(caller=caller, text=query)[:limit]
    ]
