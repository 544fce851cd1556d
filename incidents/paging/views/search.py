"""Escalation policies in the search of the whole product."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from incidents.paging.selectors.policies import list_policies
from reliability.access.domain.caller import Caller
from reliability.web.search import Hit


def policies_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by name, title and description."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = list_policies(caller=caller, text=query.replace("\0", "")).prefetch_related(None)[:limit]
    return [
        Hit(
            "Escalation policy",
            policy.title,
            reverse("escalation-policy", args=[policy.slug]),
            policy.team.name,
            "bell",
        )
        for policy in found
    ]
