"""How well services withstood what was tried on them, over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chaos.runs.domain.score import FORGOTTEN_AFTER, ServiceScore, Tried, service_score
from chaos.runs.domain.states import Mode, State, Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Layer, Service

LAYERS: tuple[str, ...] = tuple(layer.value for layer in Layer)


@dataclass(frozen=True, slots=True)
class ServiceResilience:
    service: Service
    found: ServiceScore


def resilience_of(*, caller: Caller, services: Sequence[Service], now: datetime) -> list[ServiceResilience]:
    """Of each service by the runs that the caller may see, in the order given. One query.

    A layer without a run that counts is there with no score: never tried is not unbroken.
    """
    by_service: dict[int, list[Tried]] = defaultdict(list)
    rows = (
        Run.objects.readable_by(caller)
        .filter(
            service__in=[one.pk for one in services],
            state=State.ENDED,
            mode=Mode.REAL,
            score__isnull=False,
            ended_at__gt=now - FORGOTTEN_AFTER,
            ended_at__lte=now,
        )
        .order_by("ended_at", "pk")
        .values_list("service_id", "experiment__layer", "verdict", "score", "experiment__weight", "ended_at")
    )
    for service_id, layer, verdict, score, weight, ended_at in rows:
        by_service[service_id].append(Tried(layer, Verdict(verdict), score, weight, ended_at))
    return [ServiceResilience(one, service_score(tried=by_service[one.pk], layers=LAYERS, now=now)) for one in services]


def resilience_at(
    *, caller: Caller, service: Service, instants: Sequence[datetime]
) -> list[tuple[datetime, float | None]]:
    """The score of one service at each of *instants*, for a chart. One query for each."""
    return [(at, resilience_of(caller=caller, services=[service], now=at)[0].found.score) for at in instants]
