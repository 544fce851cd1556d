"""How large a schedule may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    layers: int = 20
    participants: int = 100
    restrictions: int = 50
    handoffs: int = 50


# Of a turn, in its unit: a year or a few; longer ones are mistakes.
LENGTH_MAX = {"hour": 8_784, "day": 366, "week": 104, "month": 24, "custom": 400}
NAME_LENGTH_MAX = 80
PRIORITY_MAX = 1_000
