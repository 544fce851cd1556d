"""States of components, incidents and maintenance, in the words of the Statuspage v2 API."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class ComponentState(StrEnum):
    """UNKNOWN: never measured and never said by a person. It is not "operational"."""

    OPERATIONAL = "operational"
    UNKNOWN = "unknown"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"

    @property
    def words(self) -> str:
        return _STATE_WORDS[self]

    @property
    def rank(self) -> int:
        """How bad: higher is worse."""
        return _RANKS[self]


class Impact(StrEnum):
    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def words(self) -> str:
        return _IMPACT_WORDS[self]

    @property
    def rank(self) -> int:
        return list(Impact).index(self)


class IncidentStatus(StrEnum):
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"

    @property
    def words(self) -> str:
        return self.value.capitalize()


class MaintenanceStatus(StrEnum):
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ").capitalize()


_STATE_WORDS = {
    ComponentState.OPERATIONAL: "Operational",
    ComponentState.UNKNOWN: "Not measured yet",
    ComponentState.UNDER_MAINTENANCE: "Under maintenance",
    ComponentState.DEGRADED_PERFORMANCE: "Degraded performance",
    ComponentState.PARTIAL_OUTAGE: "Partial outage",
    ComponentState.MAJOR_OUTAGE: "Major outage",
}
_RANKS = {state: rank for rank, state in enumerate(ComponentState)}
_IMPACT_WORDS = {
    Impact.NONE: "No impact",
    Impact.MINOR: "Minor impact",
    Impact.MAJOR: "Major impact",
    Impact.CRITICAL: "Critical impact",
}

UNRESOLVED = (IncidentStatus.INVESTIGATING, IncidentStatus.IDENTIFIED, IncidentStatus.MONITORING)
ACTIVE = (MaintenanceStatus.IN_PROGRESS, MaintenanceStatus.VERIFYING)
SAYABLE = tuple(state for state in ComponentState if state is not ComponentState.UNKNOWN)  # by a person


def worst(states: Iterable[ComponentState]) -> ComponentState | None:
    """The worst of *states*; None of none."""
    return max(states, key=lambda state: state.rank, default=None)
