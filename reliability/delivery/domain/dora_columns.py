"""Deployments as columns: what a year of a thousand services is reckoned from in one pass.

Whole seconds since 1970 and whole seconds of length. A month of one service in one environment is packed into one
stored row (delivery.models.DeploymentMonth); any number of months joins to one set of columns by joining bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntFlag
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]

ABSENT = -1  # a stage, or an instant, that is not known
STAGES = 4
_SECOND = timedelta(seconds=1)


class Fact(IntFlag):
    """What is known of one deployment.

    REWORK: a rollback, or unplanned to mend production. FIRST: of its service and environment, so that what it ships
    is not known. NO_CHANGES: nothing links it with commits. TRUNCATED: not all of its commits were told. PENDING: its
    commits are still worked out. CLOCKS: one of its commits is younger than itself.
    """

    SUCCEEDED = 1
    REWORK = 2
    FIRST = 4
    NO_CHANGES = 8
    TRUNCATED = 16
    PENDING = 32
    CLOCKS = 64


@dataclass(frozen=True, slots=True)
class Stages:
    """How long the steps of one change request took, in seconds; ABSENT where one of the two instants is missing.

    coding: first commit to opened; pickup: opened to first review; review: first review to merged; release: merged
    to deployed.
    """

    coding: int = ABSENT
    pickup: int = ABSENT
    review: int = ABSENT
    release: int = ABSENT


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """One deployment. leads: (id of the change, seconds from commit to deployed) of each change it shipped first."""

    id: int
    finished_at: datetime
    facts: Fact
    leads: Sequence[tuple[int, int]] = ()
    stages: Sequence[Stages] = ()


class Packed(NamedTuple):
    """Columns as bytes, little-endian: what is made twelve thousand times for a page had better be a tuple."""

    ids: bytes
    finished: bytes
    facts: bytes
    lead_counts: bytes
    leads: bytes
    stage_counts: bytes
    stages: bytes
    change_ids: bytes = b""  # not read where nothing asks for single changes


_DTYPES = {
    "ids": "<i8",
    "finished": "<i8",
    "facts": "<i2",
    "lead_counts": "<i4",
    "leads": "<i4",
    "stage_counts": "<i4",
    "stages": "<i4",
    "change_ids": "<i8",
}
PACKED_NAMES = Packed._fields


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One entry per deployment, in the order (series, finished, id); series: which service and environment.

    change_ids, leads: the changes of all deployments one after the other, lead_counts of each; change_ids is empty
    where they were not read. stages: rows of four (coding, pickup, review, release), stage_counts of each.
    """

    series: Ints
    ids: Ints
    finished: Ints
    facts: Ints
    lead_counts: Ints
    change_ids: Ints
    leads: Ints
    stage_counts: Ints
    stages: Ints


def seconds_of(at: datetime) -> int:
    """Whole seconds since 1970, rounded down."""
    return int(at.timestamp() // 1)


def stages_of(
    *,
    finished_at: datetime,
    first_commit_at: datetime | None,
    opened_at: datetime | None,
    first_review_at: datetime | None,
    merged_at: datetime | None,
) -> Stages:
    """Of one change request. A step that ends before it begins is ABSENT: it says nothing but that clocks disagree."""
    steps = (first_commit_at, opened_at, first_review_at, merged_at, finished_at)
    return Stages(*(_between(steps[index], steps[index + 1]) for index in range(STAGES)))


def _between(start: datetime | None, end: datetime | None) -> int:
    return ABSENT if start is None or end is None or end < start else (end - start) // _SECOND


def packed(deployments: Iterable[DeploymentFacts]) -> Packed:
    """Of one series, in the order of time."""
    ordered = sorted(deployments, key=lambda one: (one.finished_at, one.id))
    values: dict[str, list[Any]] = {
        "ids": [one.id for one in ordered],
        "finished": [seconds_of(one.finished_at) for one in ordered],
        "facts": [int(one.facts) for one in ordered],
        "lead_counts": [len(one.leads) for one in ordered],
        "change_ids": [change_id for one in ordered for change_id, _ in one.leads],
        "leads": [seconds for one in ordered for _, seconds in one.leads],
        "stage_counts": [len(one.stages) for one in ordered],
        "stages": [(s.coding, s.pickup, s.review, s.release) for one in ordered for s in one.stages],
    }
    return Packed(**{name: np.array(found, dtype=_DTYPES[name]).tobytes() for name, found in values.items()})


def joined(months: Sequence[tuple[int, Packed]]) -> Columns:
    """The columns of (series, month) pairs, which come in the order of series and time."""
    columns = list(zip(*(month for _, month in months), strict=True)) or [()] * len(_DTYPES)
    found = {
        name: np.frombuffer(b"".join(blobs), dtype=dtype)
        for (name, dtype), blobs in zip(_DTYPES.items(), columns, strict=True)
    }
    sizes = [len(month.ids) // 8 for _, month in months]
    series = np.repeat(np.array([number for number, _ in months], dtype=np.int64), sizes)
    found["stages"] = found["stages"].reshape(-1, STAGES)
    return Columns(series=series, **found)


def columns_of(series: Sequence[Sequence[DeploymentFacts]]) -> Columns:
    """The columns of whole series; their place is their number."""
    return joined([(number, packed(one)) for number, one in enumerate(series)])
