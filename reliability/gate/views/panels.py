"""The gate on the page of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.gate.selectors.answers import answer_of, first_production, places_of
from reliability.gate.views.frames import row_of_answer


def gate_of_service(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
    """The decision now for its first production environment, and the policy with what is in force."""
    places = places_of(services=[service], now=now)[service.pk]
    answer = answer_of(service=service, environment=first_production(places), at=now)
    return {"row": row_of_answer(answer, caller=request.caller), "answer": answer}
