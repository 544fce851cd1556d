"""How many objectives are in each state, as links to those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slo.domain.status import State
from slo.views.query import ListQuery

WORST_FIRST = (State.BREACHED, State.AT_RISK, State.NO_DATA, State.MET)


@dataclass(frozen=True, slots=True)
class Tile:
    """A state, its count, and the list with this state alone (or without it, when it is chosen already)."""

    state: State
    count: int
    address: str
    is_chosen: bool


def tiles_of(query: ListQuery, counts: Mapping[State, int]) -> list[Tile]:
    """One tile per state, worst first."""
    return [
        Tile(
            state,
            counts[state],
            query.address(states=() if query.states == (state,) else (state,)),
            state in query.states,
        )
        for state in WORST_FIRST
    ]
