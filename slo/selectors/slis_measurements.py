"""What an indicator measured when: its versions as stretches of minutes, each with its source and spec."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.models import Sli, SliVersion

_EVER = 1 << 40  # minutes


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """One definition, in force for the minutes [start_minute, end_minute). is_current: nothing newer replaced it."""

    source_id: int
    spec: dict[str, Any]
    start_minute: int
    end_minute: int
    is_current: bool

    @property
    def is_read(self) -> bool:
        """Whether a source is asked for it; pushed counts come by themselves."""
        return self.spec.get("kind") != "pushed"


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Consecutive minutes under one measurement."""

    measurement: Measurement
    period: Period


def measurements_of(*, slis: Sequence[Sli]) -> dict[int, list[Measurement]]:
    """Per SLI, oldest first and without a gap. The first version holds for the time before it, too."""
    rows: dict[int, list[SliVersion]] = defaultdict(list)
    for version in SliVersion.objects.filter(sli__in=slis).order_by("sli_id", "effective_from", "pk"):
        rows[version.sli_id].append(version)
    return {sli.pk: _of_one(sli, rows[sli.pk]) for sli in slis}


def stretches(*, measurements: Sequence[Measurement], start_minute: int, end_minute: int) -> list[Stretch]:
    """The minutes [start_minute, end_minute) cut where one measurement took over from another, oldest first."""
    found = []
    for one in measurements:
        first, end = max(start_minute, one.start_minute), min(end_minute, one.end_minute)
        if first < end:
            found.append(Stretch(one, Period.from_minutes(first, end)))
    return found


def _of_one(sli: Sli, versions: list[SliVersion]) -> list[Measurement]:
    """Versions that measure the same are one."""
    current = (sli.source_id, sli.spec)
    changes: list[tuple[int, tuple[int, dict[str, Any]]]] = [(0, current)]
    if versions:
        changes = [(to_minute(version.effective_from), (version.source_id, version.spec)) for version in versions[:-1]]
        changes.append((to_minute(versions[-1].effective_from), current))
        changes[0] = (0, changes[0][1])
    distinct = [change for place, change in enumerate(changes) if not place or change[1] != changes[place - 1][1]]
    ends = [*(start for start, _ in distinct[1:]), _EVER]
    return [
        Measurement(source_id, spec, start, end, is_current=end == _EVER)
        for (start, (source_id, spec)), end in zip(distinct, ends, strict=True)
    ]
