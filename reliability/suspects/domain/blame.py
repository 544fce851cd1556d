"""Whom a ranking blames, once people have said what they think of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from reliability.suspects.domain.kinds import VerdictState


class Placed(Protocol):
    """A suspect as it stands now. place None: it is under no suspicion any more."""

    @property
    def place(self) -> int | None: ...

    @property
    def verdict(self) -> str: ...


# The least share of a budget that pages by the Site Reliability Workbook, chapter 5 (2 % in an hour). Noise spends
# less, and is no failed deployment.
MATTERS_SHARE = 0.02

_Suspect = TypeVar("_Suspect", bound=Placed)
_NOWHERE = 10**6


def blamed(suspects: Iterable[_Suspect]) -> tuple[_Suspect, bool] | None:
    """(suspect, whether a person confirmed it): the first confirmed one, else the first that is not rejected.

    None: there is none, and what did it is unknown.
    """
    ordered = in_order(suspects)
    confirmed = next((one for one in ordered if one.verdict == VerdictState.CONFIRMED), None)
    if confirmed is not None:
        return confirmed, True
    inferred = next((one for one in ordered if one.place is not None and one.verdict == VerdictState.OPEN), None)
    return None if inferred is None else (inferred, False)


def in_order(suspects: Iterable[_Suspect]) -> list[_Suspect]:
    """By place, those without one last."""
    return sorted(suspects, key=lambda one: _NOWHERE if one.place is None else one.place)
