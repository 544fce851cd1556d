"""One question of a checklist: proven by the system, or answered by evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reliability.readiness.domain.days import Day


class Kind(StrEnum):
    PROOF = "proof"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Item:
    """tiers: of services that must have it; for the others it is good to have. off: why it is switched off.

    expires_days: after which evidence is asked for anew; None: never. needs_second: counts only once somebody else has
    looked at it. asks: what evidence of it looks like, with an example.
    """

    slug: str
    title: str
    day: Day
    why: str
    kind: Kind
    tiers: frozenset[int]
    source: str = ""
    source_url: str = ""
    asks: str = ""
    expires_days: int | None = None
    needs_second: bool = False
    off: str = ""
    is_own: bool = False
    order: int = 50

    def is_required(self, *, tier: int) -> bool:
        return tier in self.tiers

    @property
    def tiers_in_order(self) -> list[int]:
        return sorted(self.tiers)
