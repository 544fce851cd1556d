"""The order of milestones: started, detected, acknowledged, mitigated, resolved, closed. Durations between two of them
are never negative, because an instant out of order is refused where it is set.

An acknowledgement has no place between mitigation and resolution: what mends itself is acknowledged late, or never.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from incidents.response.domain.phases import Milestone

Instants = Mapping[Milestone, datetime | None]

# Each milestone and those that must not lie after it.
_AFTER: dict[Milestone, tuple[Milestone, ...]] = {
    Milestone.STARTED: (),
    Milestone.DETECTED: (Milestone.STARTED,),
    Milestone.ACKNOWLEDGED: (Milestone.DETECTED,),
    Milestone.MITIGATED: (Milestone.STARTED,),
    Milestone.RESOLVED: (Milestone.DETECTED, Milestone.MITIGATED),
    Milestone.CLOSED: (Milestone.RESOLVED,),
}
# Every incident has begun and was seen.
ALWAYS_SET = frozenset({Milestone.STARTED, Milestone.DETECTED})


def mistake_of(*, milestone: Milestone, at: datetime | None, instants: Instants, now: datetime) -> str:
    """Why *milestone* cannot be at *at* (None: not reached) among the other *instants*; empty when it can."""
    if at is None:
        return f"{milestone.value} cannot be empty: every incident has it" if milestone in ALWAYS_SET else ""
    if at > now:
        return "lies in the future: a milestone is what has happened"
    for earlier in _AFTER[milestone]:
        known = instants.get(earlier)
        if known is not None and at < known:
            return f"lies before {earlier.value} at {_text(known)}: correct that first, or choose a later instant"
    for later, before in _AFTER.items():
        known = instants.get(later)
        if milestone in before and known is not None and at > known:
            return f"lies after {later.value} at {_text(known)}: correct that first, or choose an earlier instant"
    return ""


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
