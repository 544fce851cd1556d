"""What was changed before it began, in a plain list: of the impacted services and of what they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.response.models import Incident
from incidents.response.selectors.needs import with_needs
from incidents.response.views.rows import whole_minutes
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.delivery.models import Change
from reliability.delivery.selectors.changes import changes
from reliability.kit.periods import Period

LOOK_BACK = timedelta(hours=24)
ROWS_MAX = 15
CHANGES_MAX = 100


@dataclass(frozen=True, slots=True)
class ChangeView:
    """when: in relation to the start. is_dependency: of something that an impacted service needs."""

    title: str
    url: str
    at: datetime
    when: str
    service: Service | None
    is_dependency: bool


@dataclass(frozen=True, slots=True)
class Suspects:
    changes: Sequence[ChangeView]
    of: str
    since: datetime


def suspects_of(incident: Incident, *, services: Sequence[Service], caller: Caller, now: datetime) -> Suspects:
    since = incident.started_at - LOOK_BACK
    end = max(min(now, incident.resolved_at or now), since)
    found = changes_between(services=services, period=Period(since, end), caller=caller)
    impacted = {service.pk for service in services}
    return Suspects(
        changes=[_view(one, incident, impacted, caller) for one in found[:ROWS_MAX]],
        of=_of(services),
        since=since,
    )


def changes_between(*, services: Sequence[Service], period: Period, caller: Caller) -> list[Change]:
    """Changes of the services and of all they need, as far as the caller may see them; newest first."""
    ids = with_needs({service.pk for service in services})
    return changes(caller=caller, service_ids=ids, period=period, limit=CHANGES_MAX) if ids else []


def _view(change: Change, incident: Incident, impacted: set[int], caller: Caller) -> ChangeView:
    return ChangeView(
        title=change.title,
        url=next((str(link["url"]) for link in change.links if _is_web(link)), ""),
        at=change.at,
        when=_when(change.at, incident.started_at),
        service=visible(caller=caller, related=change.service),
        is_dependency=change.service_id is not None and change.service_id not in impacted,
    )


def _is_web(link: object) -> bool:
    return isinstance(link, dict) and str(link.get("url", "")).startswith(("https://", "http://"))


def _when(at: datetime, started_at: datetime) -> str:
    distance = whole_minutes(abs(started_at - at))
    return f"{distance} before it began" if at <= started_at else f"{distance} after it began"


def _of(services: Sequence[Service]) -> str:
    """Checkout and what it needs; Checkout, Search and what they need."""
    titles = [service.title for service in services]
    if not titles:
        return ""
    others = " and others" if len(titles) > 3 else ""
    needs = "they need" if len(titles) > 1 else "it needs"
    return f"{', '.join(titles[:3])}{others} and what {needs}"
