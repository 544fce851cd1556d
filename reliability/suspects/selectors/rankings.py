"""Rankings worked out from what is known now: of one trouble, or of many at once by the same queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reliability.catalog.selectors.dependencies import all_edges
from reliability.kit.periods import Period
from reliability.suspects.candidates import Told
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.domain.ranking import GRAIN, TEAM_DISTANCE, Candidate, Ranked, Trouble, rank
from reliability.suspects.domain.reach import distances
from reliability.suspects.domain.reasons import Facts
from reliability.suspects.selectors.known_changes import known_changes
from reliability.suspects.selectors.records import Records, records_of


@dataclass(frozen=True, slots=True)
class RankedChange:
    """A change with its place, and what it is called."""

    ranked: Ranked
    told: Told

    def facts(self, *, case: CaseKind) -> Facts:
        candidate = self.ranked.candidate
        return Facts(
            kind=candidate.kind,
            case=case,
            lag=self.ranked.lag,
            is_running=self.ranked.is_running,
            distance=candidate.distance,
            failed=candidate.record.failed,
            total=candidate.record.total,
            service=None if self.told.service is None else self.told.service.title,
            of="it",
        )


@dataclass(frozen=True)
class Field:
    """Everything that troubles of the same services can be ranked by."""

    known: Sequence[Told]
    steps: Mapping[int, int]
    records: Records
    window: timedelta

    def ranking(self, trouble: Trouble) -> tuple[RankedChange, ...]:
        """The likeliest first; only what lies in the blame window."""
        told = {one.key: one for one in self.known}
        first = trouble.began_at - self.window
        near = [
            self._candidate(one, trouble)
            for one in told.values()
            if one.began_at <= trouble.began_at + GRAIN and (one.ended_at or one.began_at) > first
        ]
        ranked = rank(candidates=near, trouble=trouble, window=self.window)
        return tuple(RankedChange(one, told[one.candidate.key]) for one in ranked)

    def _candidate(self, told: Told, trouble: Trouble) -> Candidate:
        service_id = None if told.service is None else told.service.pk
        return Candidate(
            key=told.key,
            kind=told.kind,
            began_at=told.began_at,
            ended_at=told.ended_at,
            distance=TEAM_DISTANCE if service_id is None else self.steps.get(service_id, TEAM_DISTANCE),
            mends=told.mends,
            record=self.records.of(
                kind=told.kind, service_id=service_id, before=told.began_at, known_at=trouble.began_at
            ),
        )


def field_of(*, team_id: int, roots: Collection[int], window: timedelta, began: Period) -> Field:
    """For troubles of the services *roots* that began in the period *began*, its end included. A fixed number of
    queries, however many troubles and services."""
    needs, _ = all_edges() if roots else ({}, {})
    steps = distances(needs=needs, roots=roots)
    reach = Period(began.start - window, began.end + GRAIN + timedelta(microseconds=1))
    return Field(
        known=known_changes(service_ids=set(steps), team_id=team_id, period=reach),
        steps=steps,
        records=records_of(service_ids=set(steps), period=Period(began.start, began.end + GRAIN)),
        window=window,
    )
