"""What spent the budgets of objectives: rooms above tell at start-up what they know, as they add marks and panels.

    register_causes("incidents", incident_causes)

`incident_causes(slo=…, period=…, burns=…, limit=…)` returns at most *limit* causes that touch the period, the newest,
by a fixed number of queries. `burns` are the stretches of the period in which the budget burnt, for those who look for
what was changed before. They are asked for all that there is, whoever reads the ledger, so that its figures are the
same for everyone; `Cause.team_ids` says who may be told their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reliability.kit.periods import Period
from slo.domain.causes import Cause
from slo.models import Slo

CAUSES_MAX = 500  # of each source


class CausesOf(Protocol):
    def __call__(self, *, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> Sequence[Cause]: ...


@dataclass(frozen=True, slots=True)
class Causes:
    """is_cut: a source has more than it may tell; the minutes of the others are unknown."""

    found: Sequence[Cause]
    is_cut: bool


_SOURCES: dict[str, CausesOf] = {}


def register_causes(name: str, fn: CausesOf) -> None:
    """Add a source of causes. Raises ValueError when another has its name."""
    if _SOURCES.setdefault(name, fn) is not fn:
        raise ValueError(f"there are causes {name!r} already: choose another name")


def causes_of(*, slo: Slo, period: Period, burns: Sequence[Period]) -> Causes:
    """What every source tells of *period*."""
    if period.is_empty:
        return Causes((), is_cut=False)
    told = [fn(slo=slo, period=period, burns=burns, limit=CAUSES_MAX + 1) for fn in _SOURCES.values()]
    return Causes(
        [cause for found in told for cause in found[:CAUSES_MAX]],
        is_cut=any(len(found) > CAUSES_MAX for found in told),
    )


def announced(*, slo: Slo, period: Period) -> Sequence[Cause]:
    """Maintenance that was announced for the objective's service: of the source that registered as `maintenance`."""
    fn = _SOURCES.get("maintenance")
    return () if fn is None or period.is_empty else fn(slo=slo, period=period, burns=(), limit=CAUSES_MAX)
