"""Which change is the likeliest cause of a burn or an incident.

    score = time × distance × record, each in (0, 1)

- time = 1 ÷ (1 + lag ÷ 1 h). "Some 70 % of outages are due to changes in a live system" (Site Reliability
  Engineering, chapter 1), most of them seen at once; a hyperbola and no exponential, because leaks and caches take
  hours, and a tail that vanished would order what is left of a day by noise.
- distance = 0.6 ^ steps of the dependency graph. A fault of what is needed reaches users through retries, caches and
  fallbacks: a change of a direct dependency in the minute of the burn weighs as much as one of the service itself
  40 minutes before.
- record = p ÷ (p + 0.1), p = (failed + 10 × 0.1) ÷ (total + 10): the share of past changes of this kind and service
  that failed, drawn towards 10 % with the weight of ten cases, so that one case does not decide. 10 % is the change
  fail rate of the medium cluster in DORA's Accelerate State of DevOps Report 2024. A change with an average past has
  0.5, one whose every change failed less than 0.91.

The factors are multiplied as likelihoods of independent signs are; no weight is fitted to anybody's data, and how often
the first suspect was right is measured instead (`domain.precision`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.suspects.domain.kinds import SuspectKind

HALF_LAG = timedelta(hours=1)
STEP_FACTOR = 0.6
USUAL_FAIL_RATE = 0.1
USUAL_WEIGHT = 10
# Of a change that names no service: it may be of anything its team runs.
TEAM_DISTANCE = 1
# Burns are known to the minute.
GRAIN = timedelta(minutes=1)
WINDOW_DEFAULT = timedelta(hours=24)
WINDOW_MIN, WINDOW_MAX = timedelta(minutes=5), timedelta(days=14)
PLACES_MAX = 10


@dataclass(frozen=True, slots=True)
class Record:
    """How earlier changes of this kind and service ended."""

    failed: int = 0
    total: int = 0

    @property
    def rate(self) -> float:
        """The share that failed, smoothed; USUAL_FAIL_RATE where nothing is known."""
        return (self.failed + USUAL_WEIGHT * USUAL_FAIL_RATE) / (self.total + USUAL_WEIGHT)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What suspects are wanted for. burning_since: the earliest burn that it is part of; None: its own start."""

    began_at: datetime
    burning_since: datetime | None = None

    @property
    def earliest(self) -> datetime:
        return self.began_at if self.burning_since is None else min(self.began_at, self.burning_since)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that may have done it. key: unique, and what decides between equals.

    began_at, ended_at: of the change itself, such as a rollout; ended_at None: nobody told of its end. mends: a
    rollback or a hotfix. distance: steps of the dependency graph.
    """

    key: str
    kind: SuspectKind
    began_at: datetime
    ended_at: datetime | None
    distance: int = 0
    mends: bool = False
    record: Record = Record()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its place, 1 for the first. is_running: it had begun, but not ended, when the trouble began."""

    candidate: Candidate
    place: int
    score: float
    lag: timedelta
    is_running: bool


def rank(
    *, candidates: Iterable[Candidate], trouble: Trouble, window: timedelta, limit: int = PLACES_MAX
) -> tuple[Ranked, ...]:
    """The likeliest first, whatever the order of *candidates*; those outside of the window have no place."""
    suspected = [one for one in candidates if is_suspect(candidate=one, trouble=trouble, window=window)]
    ordered = sorted(suspected, key=lambda one: _order(one, trouble))
    return tuple(
        Ranked(one, place, score(candidate=one, trouble=trouble), lag_of(one, trouble), _is_running(one, trouble))
        for place, one in enumerate(ordered[:limit], 1)
    )


def is_suspect(*, candidate: Candidate, trouble: Trouble, window: timedelta) -> bool:
    """Whether the change was over less than *window* before the trouble, and had begun by its first minute.

    A rollback or hotfix is no suspect of what it mends: it must have been over before anything burnt.
    """
    if candidate.mends:
        is_before = candidate.ended_at is not None and candidate.ended_at <= trouble.earliest
    else:
        is_before = candidate.began_at <= trouble.began_at + GRAIN
    return is_before and _last_seen(candidate) > trouble.began_at - window


def score(*, candidate: Candidate, trouble: Trouble) -> float:
    """In (0, 1): falls with lag and distance, rises with the share of earlier changes that failed."""
    rate = candidate.record.rate
    time = 1 / (1 + lag_of(candidate, trouble) / HALF_LAG)
    return time * STEP_FACTOR**candidate.distance * rate / (rate + USUAL_FAIL_RATE)


def lag_of(candidate: Candidate, trouble: Trouble) -> timedelta:
    """From the end of the change to the trouble; 0 for what went on then. Without an end: from its beginning, since a
    rollout whose end is never told would else be under suspicion for ever."""
    return max(trouble.began_at - _last_seen(candidate), timedelta(0))


def _last_seen(candidate: Candidate) -> datetime:
    return candidate.began_at if candidate.ended_at is None else candidate.ended_at


def _is_running(candidate: Candidate, trouble: Trouble) -> bool:
    is_open = candidate.ended_at is None or candidate.ended_at > trouble.began_at
    return is_open and candidate.began_at < trouble.began_at


def _order(candidate: Candidate, trouble: Trouble) -> tuple[float, timedelta, int, str]:
    return -score(candidate=candidate, trouble=trouble), lag_of(candidate, trouble), candidate.distance, candidate.key
