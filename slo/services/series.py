"""The series store: minutes in, prefix sums kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class MinuteCounts(Protocol):
    """Counts per minute as sources answer them: arrays of one length, one entry per minute from start_minute."""

    @property
    def start_minute(self) -> int: ...
    @property
    def good(self) -> NDArray[np.float64]: ...
    @property
    def valid(self) -> NDArray[np.float64]: ...
    @property
    def covered(self) -> NDArray[np.bool_]: ...


class StoreMode(StrEnum):
    """How new minutes meet stored ones. Minutes that are not covered change nothing in either mode."""

    REPLACE = "replace"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What a store did. refused: minutes outside acceptable_minutes(). faulty: good > valid, NaN, negative."""

    stored: int = 0
    refused: int = 0
    faulty: int = 0


def acceptable_minutes(*, now: datetime) -> tuple[int, int]:
    """The epoch minutes [first, end) that may be stored: within retention, at most five minutes ahead of now."""
    raise NotImplementedError


def store(*, sli_id: int, counts: MinuteCounts, now: datetime, mode: StoreMode = StoreMode.REPLACE) -> StoreResult:
    """Store the covered minutes of *counts* for one SLI, in one transaction."""
    raise NotImplementedError


def store_many(
    *, counts: Mapping[int, MinuteCounts], now: datetime, mode: StoreMode = StoreMode.REPLACE
) -> StoreResult:
    """Store counts of many SLIs (id to counts) in one transaction and a fixed number of statements."""
    raise NotImplementedError


def store_points(
    *,
    sli_ids: NDArray[np.int64],
    minutes: NDArray[np.int64],
    good: NDArray[np.float64],
    valid: NDArray[np.float64],
    now: datetime,
    mode: StoreMode = StoreMode.REPLACE,
) -> StoreResult:
    """Store single minutes given as columns (the intake path); of a repeated pair the last wins, or all add up."""
    raise NotImplementedError
