"""The chain of a service: what those it cannot do without promise, and what they delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.catalog.selectors.dependencies import all_edges
from reliability.kit.instants import floor_minute, to_minute
from slo.domain import what_if
from slo.domain.service_links import Edge, chain_links
from slo.domain.spans import spans_of
from slo.models import Slo
from slo.selectors.occurrences import totals_of_windows
from slo.selectors.terms import Terms, terms_of

DELIVERED_OVER = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A dependency. terms: of its highest objective, None without one. delivered: good of valid events of that
    objective over DELIVERED_OVER; None without data."""

    service: Service
    terms: Terms | None
    delivered: Fraction | None

    @property
    def promised(self) -> Fraction | None:
        return None if self.terms is None else Fraction(self.terms.definition.objective)


@dataclass(frozen=True, slots=True)
class ServiceChain:
    """own: the service itself. links: hard dependencies that promise something. silent: those that promise nothing.

    soft: direct ones that it can do without. hidden_count: hard ones of private teams of others, left out of figures.
    """

    own: ChainLink
    links: tuple[ChainLink, ...]
    silent: tuple[ChainLink, ...]
    soft: tuple[ChainLink, ...]
    hidden_count: int

    @property
    def promised(self) -> what_if.Outcome:
        """At their objectives: the bound of what can be promised."""
        return _serial((link.service.title, link.promised) for link in self.links)

    @property
    def delivered(self) -> what_if.Outcome:
        """As they were, of those that were measured."""
        return _serial((link.service.title, link.delivered) for link in self.links)

    @property
    def weakest(self) -> ChainLink | None:
        """The lowest promise; where several are equal, what delivered least of them."""
        known = [link for link in self.links if link.promised is not None]
        return min(known, key=lambda link: (link.promised, _or_one(link.delivered))) if known else None

    @property
    def weakest_delivered(self) -> ChainLink | None:
        """What delivered least; None while nothing of it was lost."""
        known = [link for link in self.links if link.delivered is not None and link.delivered < 1]
        return min(known, key=lambda link: _or_one(link.delivered)) if known else None

    @property
    def unmeasured(self) -> tuple[ChainLink, ...]:
        return tuple(link for link in self.links if link.delivered is None)


def _or_one(value: Fraction | None) -> Fraction:
    return Fraction(1) if value is None else value


def _serial(values: Iterable[tuple[str, Fraction | None]]) -> what_if.Outcome:
    return what_if.serial([what_if.Link(name, value) for name, value in values if value is not None])


def service_chain(*, caller: Caller, service: Service, now: datetime) -> ServiceChain:
    """The chain of *service*, as far as the caller may see it; as many statements for long chains as for short ones."""
    needs, _ = all_edges()
    edges = {key: [Edge(edge.to, edge.is_hard) for edge in found] for key, found in needs.items()}
    reachable = _reachable(service.pk, edges)
    services = {one.pk: one for one in Service.objects.readable_by(caller).filter(pk__in=reachable)}
    slos = Slo.objects.readable_by(caller).filter(service__in=[service.pk, *services]).order_by("title", "name", "pk")
    highest = _highest(terms_of(slos=list(slos), at=now, since=now - DELIVERED_OVER))
    reached = chain_links(root=service.pk, edges=edges, promising=highest.keys(), readable=services.keys())
    shown = [service.pk, *reached.promising, *reached.soft]
    delivered = _delivered([highest[pk] for pk in shown if pk in highest], now)

    def link(pk: int) -> ChainLink:
        terms = highest.get(pk)
        owner = service if pk == service.pk else services[pk]
        return ChainLink(owner, terms, delivered.get(terms.slo.pk) if terms else None)

    return ServiceChain(
        own=link(service.pk),
        links=tuple(link(pk) for pk in reached.promising),
        silent=tuple(link(pk) for pk in reached.silent),
        soft=tuple(link(pk) for pk in reached.soft),
        hidden_count=reached.hidden_count,
    )


def _reachable(root: int, edges: Mapping[int, Sequence[Edge]]) -> set[int]:
    found: set[int] = set()
    waiting = [root]
    while waiting:
        for edge in edges.get(waiting.pop(), ()):
            if edge.to not in found:
                found.add(edge.to)
                waiting.append(edge.to)
    return found


def _highest(terms: Sequence[Terms]) -> dict[int, Terms]:
    """Of each service the highest objective: the others ask for less, such as how quick answers are."""
    found: dict[int, Terms] = {}
    for one in terms:
        service_id = one.slo.service_id
        if service_id is None:
            continue
        best = found.get(service_id)
        if best is None or one.definition.objective > best.definition.objective:
            found[service_id] = one
    return found


def _delivered(terms: Sequence[Terms], now: datetime) -> dict[int, Fraction]:
    found = events_between(terms=terms, start=now - DELIVERED_OVER, end=now)
    return {slo_id: events.ratio for slo_id, events in found.items()}


@dataclass(frozen=True, slots=True)
class Events:
    """good of valid, exact; valid is above 0."""

    good: Fraction
    valid: Fraction

    @property
    def ratio(self) -> Fraction:
        return min(self.good / self.valid, Fraction(1))


def events_between(*, terms: Sequence[Terms], start: datetime, end: datetime) -> dict[int, Events]:
    """The events of each SLO by its id, exclusions left out, by one statement; those without data are left out."""
    if not terms:
        return {}
    first, last = to_minute(floor_minute(start)), to_minute(floor_minute(end))
    totals = totals_of_windows(
        sli_ids=np.array([one.sli_id for one in terms], dtype=np.int64),
        starts=np.full((len(terms), 1), first, dtype=np.int64),
        ends=np.full((len(terms), 1), last, dtype=np.int64),
        spans=[spans_of(one.exclusions) for one in terms],
    )
    columns = zip(terms, totals.good[:, 0].tolist(), totals.valid[:, 0].tolist(), strict=True)
    return {one.slo.pk: Events(Fraction(good), Fraction(valid)) for one, good, valid in columns if valid > 0}
