"""What was changed before it began: the ranked suspects, and all changes for the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from incidents.response.models import Incident
from incidents.response.selectors.needs import with_needs
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.delivery.models import Change
from reliability.delivery.selectors.changes import changes
from reliability.kit.periods import Period
from reliability.suspects.selectors.named import CaseView
from reliability.suspects.showing import suspects_of_incident

CHANGES_MAX = 100


@dataclass(frozen=True, slots=True)
class Suspects:
    """case None: not ranked yet. of: what is impacted, in words; blank: nothing is named. next: back to the page."""

    case: CaseView | None
    of: str
    next: str


def suspects_of(incident: Incident, *, services: Sequence[Service], caller: Caller) -> Suspects:
    return Suspects(
        case=suspects_of_incident(caller=caller, incident_id=incident.pk),
        of=_of(services),
        next=f"{reverse('incident-detail', args=[incident.pk])}#suspects",
    )


def changes_between(*, services: Sequence[Service], period: Period, caller: Caller) -> list[Change]:
    """Changes of the services and of all they need, as far as the caller may see them; newest first."""
    ids = with_needs({service.pk for service in services})
    return changes(caller=caller, service_ids=ids, period=period, limit=CHANGES_MAX) if ids else []


def _of(services: Sequence[Service]) -> str:
    """Checkout and what it needs; Checkout, Search and what they need."""
    titles = [service.title for service in services]
    if not titles:
        return ""
    others = " and others" if len(titles) > 3 else ""
    needs = "they need" if len(titles) > 1 else "it needs"
    return f"{', '.join(titles[:3])}{others} and what {needs}"
