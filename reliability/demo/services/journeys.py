"""Loading the demo's composites, through the services people use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.demo.domain.journeys import COMPOSITES
from slo.domain.composite_drafts import PartDraft
from slo.models import Slo
from slo.services import composites


def load_journeys(
    *,
    caller: Caller,
    owners: Mapping[str, Team],
    services: Mapping[str, Service],
    objectives: Mapping[str, Slo],
    now: datetime,
    since: datetime,
) -> None:
    """In force *since* the beginning of the shop's history."""
    for one in COMPOSITES:
        draft = composites.CompositeDraft(
            name=one.name,
            title=one.title,
            team_id=owners[one.team].pk,
            service_id=services[one.service].pk,
            kind=one.kind,
            objective=one.objective,
            window={"rolling": "28d"},
            parts=tuple(
                PartDraft(slo_id=objectives[part.objective].pk, slice_target=part.slice_target) for part in one.parts
            ),
            description=one.description,
            has_page=False,  # its parts page for the same outage
            has_ticket=one.opens_tickets,
        )
        composites.create(caller=caller, draft=draft, now=now, effective_from=since)
