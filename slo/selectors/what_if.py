"""From what a what-if begins: the links of a service or of a composite, as promised or as delivered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from reliability.access.domain.caller import Caller
from slo.domain.composites import CompositeKind
from slo.domain.what_if import Link, Outcome, serial, weighted
from slo.selectors.composite_phrases import title_of
from slo.selectors.composite_status import CompositeStatus, status_under
from slo.selectors.service_chains import ChainLink, ServiceChain, events_between


class Basis(StrEnum):
    """Which availabilities it begins with."""

    PROMISED = "promised"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Start:
    """links: (key of the address, link). objective: of the whole, None without one. left_out: who is not reckoned with.

    put_together: how links make the whole. measured: what was delivered as a whole, where that is known.
    """

    links: tuple[tuple[str, Link], ...]
    objective: Fraction | None
    put_together: Callable[[Sequence[Link]], Outcome]
    left_out: tuple[str, ...]
    measured: float | None = None


def start_of_service(*, chain: ServiceChain, basis: Basis) -> Start:
    """Hard dependencies are needed by all requests, soft ones by none until somebody says otherwise."""
    found: list[tuple[str, Link]] = []
    left_out = [link.service.title for link in chain.silent]
    for needed, links in ((1, chain.links), (0, chain.soft)):
        for link in links:
            value = _value(link, basis)
            if value is None:
                left_out.append(link.service.title)
            else:
                found.append((link.service.name, Link(link.service.title, value, Fraction(needed))))
    if chain.hidden_count:
        left_out.append(f"{chain.hidden_count} of other teams")
    return Start(tuple(found), chain.own.promised, serial, tuple(left_out))


def _value(link: ChainLink, basis: Basis) -> Fraction | None:
    return link.promised if basis is Basis.PROMISED else link.delivered


@dataclass(frozen=True, slots=True)
class _Was:
    """What a part delivered, and how many events it weighs."""

    availability: Fraction
    events: Fraction


def start_of_composite(*, caller: Caller, status: CompositeStatus, basis: Basis) -> Start:
    """Its parts over its window, nested ones over theirs. Where slices are judged, a part delivered its good slices."""
    kind = status.terms.definition.kind
    delivered = _delivered(status)
    found: list[tuple[str, Link]] = []
    left_out: list[str] = []
    for place, part in enumerate(status.terms.parts):
        title = title_of(part.row, caller=caller)
        was = delivered.get(place)
        own = part.slo or part.nested
        # What a part took is told to who may read the composite; what it promises only to who may read the part.
        may_know = part.team_id is not None and caller.may_read(part.team_id)
        promised = Fraction(own.definition.objective) if own is not None and may_know else None
        value = promised if basis is Basis.PROMISED else was.availability if was else None
        if value is None or (kind is CompositeKind.WEIGHTED and was is None):
            left_out.append(title)
            continue
        group = part.row.group if kind is CompositeKind.CHAIN else ""
        weight = was.events * part.row.weight if kind is CompositeKind.WEIGHTED and was else Fraction(1)
        found.append((f"part{part.row.position}", Link(title, value, group=group, weight=weight)))
    together = weighted if kind is CompositeKind.WEIGHTED else serial
    measured = status.sli if basis is Basis.DELIVERED and not left_out else None
    return Start(tuple(found), Fraction(status.objective), together, tuple(left_out), measured)


def _delivered(status: CompositeStatus) -> dict[int, _Was]:
    """By the place of the part; those without data are left out."""
    parts = status.terms.parts
    if status.terms.definition.kind is CompositeKind.ALL_OF:
        if status.shares is None or not status.valid:
            return {}
        judged = Fraction(status.valid)
        return {place: _Was(1 - one.slices / judged, judged) for place, one in enumerate(status.shares.parts)}
    leaves = [part.slo for part in parts if part.slo is not None]
    events = events_between(terms=leaves, start=status.window.start, end=status.at)
    nested = [part.nested for part in parts if part.nested is not None]
    wholes = {one.terms.composite.pk: one for one in status_under(terms=nested, at=status.at)}
    found: dict[int, _Was] = {}
    for place, part in enumerate(parts):
        if part.slo is not None and part.slo.slo.pk in events:
            own = events[part.slo.slo.pk]
            found[place] = _Was(own.ratio, own.valid)
        elif part.nested is not None:
            below = wholes[part.nested.composite.pk]
            if below.sli is not None and below.valid is not None:
                found[place] = _Was(Fraction(below.sli), Fraction(below.valid))
    return found
