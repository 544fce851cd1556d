"""Incidents in the search of the top bar."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from incidents.response.domain.severity import Severity
from incidents.response.selectors.incidents import IncidentFilters, Ordering, list_incidents
from reliability.access.domain.caller import Caller
from reliability.web.search import Hit


def incidents_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """By number, words of title and summary, and service."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    text = query.replace("\0", "")
    found = list_incidents(caller=caller, filters=IncidentFilters(text=text), ordering=Ordering.URGENCY)
    return [
        Hit(
            "Incident",
            f"#{one.pk} {one.title}",
            reverse("incident-detail", args=[one.pk]),
            detail=f"{Severity(one.severity).word}, {one.status}",
            icon="siren",
        )
        for one in found[:limit]
    ]
