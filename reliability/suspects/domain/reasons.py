"""Why something is suspected: what the score was made of, as values and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from reliability.kit.durations import humanize_duration
from reliability.suspects.domain.kinds import CaseKind, SuspectKind

_MINUTE = timedelta(minutes=1)


class ReasonKind(StrEnum):
    TIME = "time"
    DISTANCE = "distance"
    RECORD = "record"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Reason:
    """value: seconds, steps, or the share of earlier ones that failed (None: none are known)."""

    kind: ReasonKind
    text: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a suspicion rests on. service, of: titles; service None: it names none. is_late: it was named only after
    the first ranking."""

    kind: SuspectKind
    case: CaseKind
    lag: timedelta
    is_running: bool
    distance: int
    failed: int
    total: int
    service: str | None
    of: str
    is_late: bool = False


def reasons_of(facts: Facts) -> tuple[Reason, ...]:
    """Time, distance and record; and that it came in late, if it did."""
    reasons = (
        Reason(ReasonKind.TIME, _time(facts), facts.lag.total_seconds()),
        Reason(ReasonKind.DISTANCE, _distance(facts), float(facts.distance)),
        Reason(ReasonKind.RECORD, _record(facts), facts.failed / facts.total if facts.total else None),
    )
    if not facts.is_late:
        return reasons
    return (*reasons, Reason(ReasonKind.LATE, "named only after the first ranking", None))


def _time(facts: Facts) -> str:
    verb = facts.case.verb
    if facts.is_running and not facts.lag:
        going_on = "a fault was in place" if facts.kind is SuspectKind.EXPERIMENT else f"was being {facts.kind.deed}"
        return f"{going_on} when it {verb}"
    if facts.lag < _MINUTE:
        return f"{facts.kind.deed} in the minute it {verb}"
    whole = timedelta(minutes=facts.lag // _MINUTE)
    return f"{facts.kind.deed} {humanize_duration(whole)} before it {verb}"


def _distance(facts: Facts) -> str:
    if facts.service is None:
        return "of the whole team: it names no service"
    if facts.distance == 0:
        return f"of {facts.service} itself"
    of = facts.of or "what broke"
    if facts.distance == 1:
        return f"of {facts.service}, which {of} needs directly"
    return f"of {facts.service}, which {of} needs {facts.distance} steps down"


def _record(facts: Facts) -> str:
    if not facts.total:
        return f"no earlier {facts.kind.noun} of it is known"
    plural = f"{facts.total} {facts.kind.noun if facts.total == 1 else facts.kind.plural}"
    if facts.kind is SuspectKind.DEPLOYMENT:
        return f"{facts.failed} of its last {plural} failed"
    return f"{facts.failed} of {plural} of it that were judged did it"
