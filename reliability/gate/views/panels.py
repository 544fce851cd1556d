"""The gate on the page of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.gate.domain.places import PRODUCTION
from reliability.gate.selectors.answers import answer_of, places_of
from reliability.gate.views.frames import row_of_answer


def gate_of_service(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
    """The decision now for its first production environment, and the policy with what is in force."""
    places = places_of(services=[service], now=now)[service.pk]
    environment = next((place.name for place in places if place.is_production), PRODUCTION)
    answer = answer_of(service=service, environment=environment, at=now)
    return {"row": row_of_answer(answer, caller=request.caller), "answer": answer}
