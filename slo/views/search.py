"""Objectives, composites, agreements and indicators in the search of the whole product."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.search import Hit
from slo.selectors.agreements import AgreementFilters, list_agreements
from slo.selectors.composites import CompositeFilters, list_composites
from slo.selectors.slis import SliFilters, list_slis
from slo.selectors.slos import SloFilters, SloOrdering, list_slos
from slo.views.wording import target_of


def objectives_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by name, title, description and service."""
    found = list_slos(caller=_caller(request), filters=SloFilters(text=query), ordering=SloOrdering.NAME)[:limit]
    return [
        Hit(
            "Objective",
            slo.title,
            reverse("slo-detail", args=[slo.name]),
            detail=target_of(slo.status.version) if hasattr(slo, "status") else "",
        )
        for slo in found
    ]


def indicators_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by name, title and description."""
    caller = _caller(request)
    found = list_slis(caller=caller, filters=SliFilters(text=query))[:limit]
    return [
        Hit(
            "Indicator",
            str(sli),
            reverse("sli-detail", args=[sli.name]),
            detail=str(visible(caller=caller, related=sli.source) or ""),
            icon="equal",
        )
        for sli in found
    ]


def composites_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by name, title and description."""
    found = list_composites(caller=_caller(request), filters=CompositeFilters(text=query))[:limit]
    return [Hit("Composite", one.title, reverse("composite-detail", args=[one.name])) for one in found]


def agreements_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by name, title, customer and contract."""
    found = list_agreements(caller=_caller(request), filters=AgreementFilters(text=query))[:limit]
    return [Hit("Agreement", one.title, reverse("agreement", args=[one.name]), one.customer, "book") for one in found]


def _caller(request: HttpRequest) -> Caller:
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    return caller
