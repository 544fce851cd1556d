"""Error-budget policies and freezes in the search of the whole product."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.gate.selectors.policies import list_policies
from reliability.gate.selectors.windows import list_windows
from reliability.web.search import Hit


def policies_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by title."""
    found = list_policies(caller=_caller(request)).filter(title__icontains=query)[:limit]
    return [
        Hit("Budget policy", one.title, reverse("gate-policy", args=[one.pk]), one.team.name, "book") for one in found
    ]


def freezes_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by title and reason, the newest first."""
    words = Q(title__icontains=query) | Q(reason__icontains=query)
    found = list_windows(caller=_caller(request)).filter(words)[:limit]
    return [
        Hit(
            "Freeze",
            one.title,
            reverse("gate-freeze", args=[one.pk]),
            one.team.name if one.team else "Everybody",
            "lock",
        )
        for one in found
    ]


def _caller(request: HttpRequest) -> Caller:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    return caller
