"""An incident that is going on, as the room opens it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services.incidents import open_incident
from tests.cast import Cast

Declare = Callable[..., Incident]


@pytest.fixture
def declare(cast: Cast, now: datetime) -> Declare:
    """An incident of Payments, declared by its responder unless told otherwise."""

    def call(title: str = "Checkout fails", **fields: Any) -> Incident:
        wanted: dict[str, Any] = {
            "caller": cast.caller("responder"),
            "team_id": cast.payments.pk,
            "severity": Severity.SEV2,
            "now": now,
        }
        return open_incident(**(wanted | fields), title=title)

    return call
