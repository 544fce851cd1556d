"""What other rooms tell of services and of what they need, with the weight that their teams give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reliability.catalog.domain.graph import Edges
from reliability.catalog.models import Service
from reliability.catalog.selectors.dependencies import all_edges
from reliability.gate.blockers import Blocker, blockers_of
from reliability.gate.domain.deciding import Reason
from reliability.gate.domain.kinds import ChangeKind, Heed, ReasonKind, Weight
from reliability.gate.models import TeamGate

# What ends an incident, and what has to be done whatever is tried at the moment.
_PASSES = {
    ReasonKind.INCIDENT: frozenset({ChangeKind.ROLLBACK, ChangeKind.HOTFIX, ChangeKind.RELIABILITY}),
    ReasonKind.EXPERIMENT: frozenset({ChangeKind.ROLLBACK, ChangeKind.HOTFIX}),
}


def reasons_elsewhere(
    *, services: Sequence[Service], gates: Mapping[int, TeamGate], at: datetime
) -> dict[int, list[Reason]]:
    """By service. A fixed number of queries, however many services."""
    edges, _ = all_edges()
    needs = {one.pk: needed_by(edges=edges, service_id=one.pk) for one in services}
    ids = {one.pk for one in services}.union(*needs.values())
    told = blockers_of(service_ids=ids, at=at)
    named = Service.objects.in_bulk(set(told) - {one.pk for one in services})
    found: dict[int, list[Reason]] = {}
    for service in services:
        gate = gates[service.team_id]
        reasons = [_own(one, gate) for one in told.get(service.pk, ())]
        for needed_id in sorted(needs[service.pk] & set(told)):
            needed = named.get(needed_id) or next(one for one in services if one.pk == needed_id)
            reasons += [_of_needed(one, needed, gate) for one in told[needed_id]]
        found[service.pk] = _once([one for one in reasons if one is not None])
    return found


def needed_by(*, edges: Edges, service_id: int) -> set[int]:
    """Everything that the service cannot do without, itself left out."""
    found: set[int] = set()
    waiting = [service_id]
    while waiting:
        for edge in edges.get(waiting.pop(), ()):
            if edge.is_hard and edge.to not in found:
                found.add(edge.to)
                waiting.append(edge.to)
    return found - {service_id}


def _own(one: Blocker, gate: TeamGate) -> Reason | None:
    heed = Heed(gate.incidents if one.kind is ReasonKind.INCIDENT else gate.experiments)
    return _reason(one, heed.weight, one.words, one.hidden_words, one.team_ids)


def _of_needed(one: Blocker, needed: Service, gate: TeamGate) -> Reason | None:
    """A fault in what the service needs is a warning at most: it was put there to see whether the service bears it."""
    if one.kind is ReasonKind.INCIDENT:
        weight = Heed(gate.incidents_of_needs).weight
    else:
        weight = None if gate.experiments == Heed.IGNORE else Weight.WARNS
    words = f"{one.words}, on {needed.title}, which it needs"
    return _reason(
        one, weight, words, f"{one.hidden_words}, on something that it needs", one.team_ids | {needed.team_id}
    )


def _reason(
    one: Blocker, weight: Weight | None, words: str, hidden_words: str, team_ids: frozenset[int]
) -> Reason | None:
    if weight is None:
        return None
    return Reason(
        kind=one.kind,
        weight=weight,
        words=words,
        url=one.url,
        until=one.until,
        passes=_PASSES[one.kind],
        team_ids=team_ids,
        hidden_words=hidden_words,
    )


def _once(reasons: Sequence[Reason]) -> list[Reason]:
    """An incident on a service and on what it needs is told once, as what is heaviest and nearest."""
    found: dict[tuple[ReasonKind, str], Reason] = {}
    for one in sorted(reasons, key=lambda one: one.weight is not Weight.BLOCKS):
        found.setdefault((one.kind, one.url), one)
    return list(found.values())
