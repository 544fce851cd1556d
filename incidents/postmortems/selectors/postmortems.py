"""Postmortems as lists and single ones, and the incidents that still need one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from incidents.postmortems.domain.states import UNFINISHED, State
from incidents.postmortems.models import Postmortem
from incidents.postmortems.selectors.search import matching
from incidents.response.domain.phases import CloseReason, Status
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from reliability.web.errors import NotFound

# Of lesser ones a postmortem may be written, of these one is missed.
NEEDED_SEVERITY_MAX = 2
NEEDED_FOR = timedelta(days=90)
_WORDS_MAX = 8


@dataclass(frozen=True, slots=True)
class PostmortemFilters:
    """Empty fields do not filter. started: when the incident began."""

    text: str = ""
    states: tuple[State, ...] = ()
    team_slug: str = ""
    service_name: str = ""
    severities: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    is_overdue_at: datetime | None = None
    started: Period | None = None


def list_postmortems(*, caller: Caller, filters: PostmortemFilters | None = None) -> QuerySet[Postmortem]:
    """Readable ones, the newest incident first, with team, incident and facilitator joined."""
    wanted = filters or PostmortemFilters()
    found: QuerySet[Postmortem] = Postmortem.objects.readable_by(caller).filter(_conditions(wanted))
    found = matching(postmortems=found, text=wanted.text)
    if wanted.service_name:
        services = Service.objects.readable_by(caller).filter(name=wanted.service_name)
        found = found.filter(pk__in=Postmortem.objects.filter(services__in=services).values("pk"))
    for tag in wanted.tags[:_WORDS_MAX]:
        found = found.filter(pk__in=Postmortem.objects.filter(tags__name=tag).values("pk"))
    if wanted.category:
        found = found.filter(pk__in=Postmortem.objects.filter(factors__category=wanted.category).values("pk"))
    joined = found.select_related("team", "incident", "facilitator").prefetch_related("services", "tags")
    return joined.defer("search_text", "imported_text").order_by("-started_at", "-created_at", "-pk")


def postmortem(*, caller: Caller, number: int) -> Postmortem:
    """The readable one of this number, joined as in lists. Raises NotFound."""
    readable: QuerySet[Postmortem] = Postmortem.objects.readable_by(caller).filter(pk=number)
    joined = readable.select_related("team", "incident", "facilitator").prefetch_related("services", "tags")
    found = joined.defer("search_text").first() if number < 2**63 else None
    if found is None:
        raise NotFound(f"there is no postmortem {number}, or it is not yours to see")
    return found


def of_incident(*, incident: Incident) -> Postmortem | None:
    """That of the incident, if there is one; ask `response.selectors.incidents.incident` for the incident."""
    return Postmortem.objects.filter(incident=incident).select_related("team", "facilitator").first()


def counts_by_state(*, caller: Caller) -> dict[State, int]:
    """How many readable ones there are in each state."""
    rows = Postmortem.objects.readable_by(caller).order_by().values("state").annotate(n=Count("pk"))
    found = {row["state"]: row["n"] for row in rows}
    return {state: found.get(state.value, 0) for state in State}


def incidents_without(*, caller: Caller, now: datetime, severity_max: int = NEEDED_SEVERITY_MAX) -> QuerySet[Incident]:
    """Real incidents that are over, of Sev1 and Sev2, of the last 90 days, without a postmortem; the oldest first."""
    found: QuerySet[Incident] = Incident.objects.readable_by(caller).filter(
        Q(resolved_at__gte=now - NEEDED_FOR) | Q(resolved_at=None, closed_at__gte=now - NEEDED_FOR),
        status__in=(Status.RESOLVED.value, Status.CLOSED.value),
        severity__lte=severity_max,
        merged_into=None,
        postmortem=None,
    )
    unreal = (CloseReason.DUPLICATE.value, CloseReason.FALSE_POSITIVE.value)
    return found.exclude(close_reason__in=unreal).select_related("team").order_by("resolved_at", "pk")


def of_service(*, caller: Caller, service: Service) -> QuerySet[Postmortem]:
    return list_postmortems(caller=caller, filters=PostmortemFilters(service_name=service.name))


def unfinished(*, caller: Caller) -> QuerySet[Postmortem]:
    """Those that are not published yet, what is due first on top."""
    found = list_postmortems(caller=caller, filters=PostmortemFilters(states=UNFINISHED))
    return found.order_by("due_at", "pk")


def _conditions(wanted: PostmortemFilters) -> Q:
    conditions = Q()
    if wanted.states:
        conditions &= Q(state__in=_values(wanted.states))
    if wanted.severities:
        conditions &= Q(severity__in=wanted.severities)
    if wanted.team_slug:
        conditions &= Q(team__slug=wanted.team_slug)
    if wanted.is_overdue_at is not None:
        conditions &= Q(state__in=_values(UNFINISHED), due_at__lt=wanted.is_overdue_at)
    if wanted.started is not None:
        conditions &= Q(started_at__gte=wanted.started.start, started_at__lt=wanted.started.end)
    return conditions


def _values(states: Sequence[State]) -> list[str]:
    return [state.value for state in states]
