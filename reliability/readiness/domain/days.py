"""When in the life of a service an item matters."""

from __future__ import annotations

from enum import StrEnum


class Day(StrEnum):
    DAY_0 = "day_0"
    DAY_1 = "day_1"
    DAY_2 = "day_2"
    DAY_N = "day_n"

    @property
    def label(self) -> str:
        return {"day_0": "Day 0", "day_1": "Day 1", "day_2": "Day 2", "day_n": "Day N"}[self.value]

    @property
    def words(self) -> str:
        """What the day is about."""
        return {
            "day_0": "before it is built: whose it is and what it promises",
            "day_1": "before users come: it is measured, watched and can be rolled back",
            "day_2": "while it runs: people are called, and know what to do",
            "day_n": "for as long as it runs: what was true once is tried again",
        }[self.value]
