"""An incident of Payments that is over, with what it spent, and the postmortem drafted from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pytest

from incidents.postmortems.models import Postmortem
from incidents.postmortems.services.drafting import draft_from
from incidents.response.models import ImpactedService, ImpactedSlo, Incident, IncidentRole, TimelineEntry
from reliability.catalog.models import Service
from reliability.delivery.models import Change
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.services.series import store
from tests.cast import Cast, IncidentFactory, ServiceFactory, SliFactory, SloFactory

MINUTE = timedelta(minutes=1)
LASTED = 37  # minutes


@dataclass(frozen=True)
class Outage:
    """37 minutes, in 20 of which one call in five failed, of 100 a minute; three hours ago."""

    incident: Incident
    service: Service
    slo: Slo


@pytest.fixture
def outage(cast: Cast, now: datetime) -> Outage:
    began = now - timedelta(hours=3)
    service = ServiceFactory(team=cast.payments, name="checkout")
    slo = SloFactory(team=cast.payments, service=service, name="checkout-works", sli=SliFactory(team=cast.payments))
    start, end = int(began.timestamp() // 60) - 600, int(now.timestamp() // 60)
    valid = np.full(end - start, 100.0)
    good = valid.copy()
    good[600:620] = 80.0
    store(sli_id=slo.sli_id, counts=MinuteSeries(start, good, valid, np.ones(end - start, dtype=np.bool_)), now=now)
    incident = IncidentFactory(
        team=cast.payments,
        title="Checkout fails",
        summary="One in five payments failed.",
        status="resolved",
        started_at=began,
        detected_at=began + 6 * MINUTE,
        acknowledged_at=began + 8 * MINUTE,
        mitigated_at=began + 20 * MINUTE,
        resolved_at=began + LASTED * MINUTE,
    )
    ImpactedService.objects.create(incident=incident, service=service)
    ImpactedSlo.objects.create(incident=incident, slo=slo)
    IncidentRole.objects.create(
        incident=incident, role="commander", user=cast.responder, taken_at=began, left_at=incident.resolved_at
    )
    for kind, is_human, text in (
        ("opened", False, "Opened."),
        ("page", False, "Paged Responder."),
        ("comment", True, "Rolling back."),
    ):
        TimelineEntry.objects.create(
            incident=incident,
            at=began + 7 * MINUTE,
            recorded_at=now,
            kind=kind,
            is_human=is_human,
            author_name="Responder",
            text=text,
        )
    Change.objects.create(
        team=cast.payments,
        service=service,
        origin="integration:1",
        key="4.18",
        title="checkout 4.18",
        at=began - 12 * MINUTE,
        received_at=now,
    )
    return Outage(incident, service, slo)


@pytest.fixture
def draft(cast: Cast, outage: Outage, now: datetime) -> Callable[[], Postmortem]:
    return lambda: draft_from(caller=cast.caller("responder"), incident=outage.incident, now=now)


@pytest.fixture
def postmortem(draft: Callable[[], Postmortem]) -> Postmortem:
    return draft()
