"""What the public sees of a component, by everything that is known of it.

1. The override of a person, until it ends.
2. Maintenance in progress: "under maintenance", unless an open public incident says something worse.
3. The worst of what is measured, of our own open incidents on its service, and of what open public incidents say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incidents.status_page.domain.states import ComponentState


class Cause(StrEnum):
    AUTOMATIC = "automatic"
    OVERRIDE = "override"
    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Override:
    """until: None is until a person ends it."""

    state: ComponentState
    until: datetime | None

    def holds(self, *, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Known:
    """said: by open public incidents. of_incidents: by our own open ones, None without any."""

    automatic: ComponentState
    of_incidents: ComponentState | None = None
    said: tuple[ComponentState, ...] = ()
    is_in_maintenance: bool = False
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    state: ComponentState
    cause: Cause


def shown(*, known: Known, now: datetime) -> Shown:
    """See the rule above."""
    if known.override is not None and known.override.holds(now=now):
        return Shown(known.override.state, Cause.OVERRIDE)
    candidates = [Shown(state, Cause.INCIDENT) for state in known.said]
    if known.is_in_maintenance:
        candidates.append(Shown(ComponentState.UNDER_MAINTENANCE, Cause.MAINTENANCE))
    else:
        candidates.append(Shown(known.automatic, Cause.AUTOMATIC))
        if known.of_incidents is not None:
            candidates.append(Shown(known.of_incidents, Cause.AUTOMATIC))
    return max(candidates, key=lambda one: one.state.rank)


# Our severities as the public feels them; what users do not notice is not theirs to know.
_OF_SEVERITY = {
    1: ComponentState.MAJOR_OUTAGE,
    2: ComponentState.PARTIAL_OUTAGE,
    3: ComponentState.DEGRADED_PERFORMANCE,
}


def state_of_severity(severity: int) -> ComponentState | None:
    return _OF_SEVERITY.get(severity)
