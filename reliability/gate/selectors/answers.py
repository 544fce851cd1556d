"""What the gate answers: one service, or many at once, by a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from django.db.models import Q

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.delivery.domain.environments import environment_name
from reliability.delivery.models import Deployment
from reliability.gate.domain import deciding
from reliability.gate.domain.deciding import Question, Verdict
from reliability.gate.domain.kinds import ChangeKind
from reliability.gate.domain.places import PRODUCTION, Place, place_of
from reliability.gate.domain.reasons import InForce, Policy, reasons_of, rules_in_force
from reliability.gate.models import GateOverride
from reliability.gate.selectors.facts import facts_of
from reliability.web.errors import NotFound

_SUGGESTED_AMONG_MAX = 5_000
_RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """override: the one that made it a go, else any that is live for what was asked. in_force: rules of the policy."""

    service: Service
    place: Place
    kind: ChangeKind
    revision: str
    at: datetime
    verdict: Verdict
    policy: Policy | None
    in_force: Sequence[InForce]
    override: GateOverride | None


def service_named(*, caller: Caller, name: str) -> Service:
    """Raises NotFound that names the nearest, for private services of other teams, too."""
    readable = Service.objects.readable_by(caller)
    found: Service | None = readable.select_related("team").filter(name=name).first()
    if found is not None:
        return found
    names = list(readable.order_by("name").values_list("name", flat=True)[:_SUGGESTED_AMONG_MAX])
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    hint = f": did you mean {' or '.join(near)}?" if near else ""
    raise NotFound(f"there is no service {name!r}, or it is not yours to see{hint}", reason="unknown_service")


def answer_of(
    *, service: Service, environment: str, revision: str = "", kind: ChangeKind = ChangeKind.CHANGE, at: datetime
) -> Answer:
    """For one service that the caller may read."""
    name = environment_name(environment) or PRODUCTION
    told = Deployment.objects.filter(service=service, environment=name).order_by()
    place = place_of(name=name, told=list(told.values_list("is_production", flat=True).distinct()))
    return answers_of(asked=[(service, place)], revision=revision, kind=kind, at=at)[0]


def answers_of(
    *,
    asked: Sequence[tuple[Service, Place]],
    revision: str = "",
    kind: ChangeKind = ChangeKind.CHANGE,
    at: datetime,
) -> list[Answer]:
    """In the order of *asked*."""
    services = list({service.pk: service for service, _ in asked}.values())
    facts = facts_of(services=services, at=at)
    live = live_overrides(services=services, at=at)
    found = []
    for service, place in asked:
        rows = {row.pk: row for row in live.get((service.pk, place.name), ())}
        overrides = [deciding.Override(row.pk, row.revision) for row in rows.values()]
        known = facts[service.pk]
        question = Question(kind=kind, revision=revision, overrides=overrides)
        verdict = deciding.decide(reasons=reasons_of(facts=known, place=place, at=at), question=question)
        used = verdict.override_id or next((one.id for one in overrides if one.is_for(revision)), None)
        found.append(
            Answer(
                service=service,
                place=place,
                kind=kind,
                revision=revision,
                at=at,
                verdict=verdict,
                policy=known.policy,
                in_force=rules_in_force(facts=known, at=at) if place.is_production else (),
                override=rows.get(used) if used is not None else None,
            )
        )
    return found


def live_overrides(*, services: Iterable[Service], at: datetime) -> Mapping[tuple[int, str], list[GateOverride]]:
    """By service and environment, the newest first. One query."""
    rows = GateOverride.objects.filter(
        Q(revoked_at=None) | Q(revoked_at__gt=at),
        service_id__in=[one.pk for one in services],
        created_at__lte=at,
        expires_at__gt=at,
    )
    found: dict[tuple[int, str], list[GateOverride]] = defaultdict(list)
    for row in rows.order_by("-created_at", "-pk"):
        found[row.service_id, row.environment].append(row)
    return found


def places_of(*, services: Iterable[Service], now: datetime) -> dict[int, list[Place]]:
    """Environments to which each service was deployed in the last 90 days, production first; "production" when none
    was told. One query."""
    ids = [one.pk for one in services]
    rows = Deployment.objects.filter(service_id__in=ids, finished_at__gte=now - _RECENT, finished_at__lt=now)
    told: dict[int, dict[str, set[bool]]] = {pk: defaultdict(set) for pk in ids}
    for service_id, name, is_production in (
        rows.order_by().values_list("service_id", "environment", "is_production").distinct()
    ):
        told[service_id][name].add(is_production)
    found = {}
    for pk, names in told.items():
        places = [place_of(name=name, told=kinds) for name, kinds in names.items()]
        if not any(place.is_production for place in places):
            places.append(place_of(name=PRODUCTION, told=()))
        found[pk] = sorted(places, key=lambda place: (not place.is_production, place.name))
    return found


def first_production(places: Iterable[Place]) -> str:
    """The environment that is meant when nobody names one."""
    return next((place.name for place in places if place.is_production), PRODUCTION)
