"""Measures and ratios of teams in the search of the whole product."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from reliability.access.domain.caller import Caller
from reliability.measures.counts import title_of
from reliability.measures.selectors.figures import measure_names
from reliability.measures.selectors.ratios import own_ratios
from reliability.web.search import Hit


def ratios_found(request: HttpRequest, query: str, limit: int) -> list[Hit]:
    """Hits by title, name and the measures that it is made of; what was told of a measure is on the page of ratios."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    name = query.lower().replace(" ", "_")
    words = Q(title__icontains=query) | Q(name__icontains=query) | Q(numerator__icontains=name)
    found = own_ratios(caller=caller).filter(words | Q(denominator__icontains=name))[:limit]
    page = reverse("delivery-ratios")
    hits = [Hit("Ratio", one.title, f"{page}?team={one.team.slug}", one.team.name, "equal") for one in found]
    told = [one for one in measure_names(caller=caller) if name in one]
    return (hits + [Hit("Measure", title_of(one), page, icon="equal") for one in told])[:limit]
