"""`{% load response %}`: incidents on pages of other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import timezone

from incidents.response.domain.phases import OPEN
from incidents.response.selectors.incidents import IncidentFilters, Ordering, list_incidents
from incidents.response.views.now import open_count
from incidents.response.views.rows import rows_of

register = template.Library()

ROWS_MAX = 8


@register.inclusion_tag("response/_overview_section.html", takes_context=True)
def open_incidents(context: Mapping[str, Any]) -> dict[str, Any]:
    """`{% open_incidents %}`: the worst of them; nothing when there are none."""
    request = context["request"]
    total = open_count(request).all
    if not total:
        return {"rows": []}
    filters = IncidentFilters(statuses=OPEN)
    found = list_incidents(caller=request.caller, filters=filters, ordering=Ordering.WORST)[:ROWS_MAX]
    rows = rows_of(list(found), caller=request.caller, now=timezone.now())
    return {"rows": rows, "open_total": total, "request": request}
