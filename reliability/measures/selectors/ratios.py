"""Ratios over a period and in its buckets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from django.db.models import QuerySet

from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.measures.counts import Scope, counts
from reliability.measures.domain.amounts import Amount, shared_out
from reliability.measures.domain.ratios import BUILT_IN, Kind, Measured, ratio_of
from reliability.measures.models import OwnRatio
from reliability.measures.selectors.figures import figures_by_measure
from reliability.web.errors import NotFound

_UNKNOWN = Amount(None, 0)


def own_ratios(*, caller: Caller, team_slug: str = "") -> QuerySet[OwnRatio]:
    found: QuerySet[OwnRatio] = OwnRatio.objects.readable_by(caller).select_related("team")
    if team_slug:
        found = found.filter(team__slug=team_slug)
    return found.order_by("title", "pk")


def own_ratio(*, caller: Caller, ratio_id: int) -> OwnRatio:
    """Raises NotFound, for those of private teams of others, too."""
    found = own_ratios(caller=caller).filter(pk=ratio_id).first() if ratio_id < 2**63 else None
    if found is None:
        raise NotFound("there is no such ratio, or it is not yours to see")
    return found


def kinds_of(*, caller: Caller, team_slug: str) -> list[Kind]:
    """The built-in ones, and what the team defined. Without a team none are added: each is of its team's services."""
    own = own_ratios(caller=caller, team_slug=team_slug) if team_slug else ()
    return [*BUILT_IN, *(kind_of(one) for one in own)]


def kind_of(one: OwnRatio) -> Kind:
    return Kind(f"{one.team.slug}/{one.name}", one.title, one.numerator, one.denominator, one.unit)


def measured(
    *, caller: Caller, scope: Scope, period: Period, buckets: Sequence[Period], kinds: Sequence[Kind]
) -> list[Measured]:
    """buckets: consecutive, they cover the period. One query for all that was told, and those of each count."""
    kinds = [kind for kind in kinds if scope.service_id is None or not kind.is_of_teams]
    names = {name for kind in kinds for name in (kind.numerator, kind.denominator)}
    in_buckets = _amounts(caller, scope, period, names, buckets)
    found = []
    for kind in kinds:
        above, below = in_buckets.get(kind.numerator), in_buckets.get(kind.denominator)
        rows = [
            (bucket, ratio_of(_at(above, place + 1), _at(below, place + 1))) for place, bucket in enumerate(buckets)
        ]
        found.append(Measured(kind, ratio_of(_at(above, 0), _at(below, 0)), rows))
    return found


def _amounts(
    caller: Caller, scope: Scope, period: Period, names: Collection[str], buckets: Sequence[Period]
) -> Mapping[str, Sequence[Amount]]:
    """Of each name: the amount of the whole period first, then those of the buckets."""
    known = counts()
    told = [name for name in sorted(names) if name not in known]
    found: dict[str, Sequence[Amount]] = {}
    figures = figures_by_measure(caller=caller, scope=scope, period=period, measures=told) if told else {}
    for name, own in figures.items():
        found[name] = [*shared_out(figures=own, buckets=[period]), *shared_out(figures=own, buckets=buckets)]
    for name in sorted(names & known.keys()):
        amounts = known[name].amounts(caller=caller, scope=scope, buckets=buckets)
        if amounts is not None:
            found[name] = [_whole(amounts), *amounts]
    return found


def _whole(amounts: Sequence[Amount]) -> Amount:
    """Of what is counted: no event lies in two buckets, so that sums are exact."""
    values = [one.value for one in amounts if one.value is not None]
    return Amount(sum(values, Fraction(0)) if values else None, sum(one.n for one in amounts))


def _at(amounts: Sequence[Amount] | None, place: int) -> Amount:
    return _UNKNOWN if amounts is None else amounts[place]
