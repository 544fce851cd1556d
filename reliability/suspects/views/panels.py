"""Suspects on the page of an objective, and for that of an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from reliability.access.requests import AccessRequest
from reliability.suspects.selectors.cases import cases_of_slo
from reliability.suspects.selectors.named import SHOWN_MAX, case_view
from slo.models import Slo

BURNS_MAX = 3


def suspects_of_slo(*, request: AccessRequest, slo: Slo, now: datetime) -> dict[str, Any]:
    """Of its newest burns."""
    found = cases_of_slo(caller=request.caller, slo=slo, limit=BURNS_MAX)
    return {
        "cases": [case_view(case=one, caller=request.caller, limit=SHOWN_MAX) for one in found],
        "next": f"{reverse('slo-detail', args=[slo.name])}#suspects",
    }
