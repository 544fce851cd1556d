"""What may be done with an incident in which status, and why not. Source: domain.md §3; GoAlert's and PagerDuty's
statuses, where acknowledging twice or resolving twice is no error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from incidents.response.domain.phases import Phase, Status


class Action(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    ESCALATE = "escalate"
    MERGE = "merge"
    SPLIT = "split"
    CHANGE_SEVERITY = "change_severity"


class Verdict(StrEnum):
    """Also the reason that a refusal carries."""

    ALLOWED = "allowed"
    ALREADY = "already"  # it is so: nothing to do, no error
    MERGED = "merged"
    RESOLVED = "resolved"
    CLOSED = "closed"
    NOT_ACKNOWLEDGED = "not_acknowledged"

    @property
    def is_refusal(self) -> bool:
        return self not in (Verdict.ALLOWED, Verdict.ALREADY)


@dataclass(frozen=True, slots=True)
class Decision:
    """to: the status afterwards. message: what to do instead, for refusals."""

    verdict: Verdict
    to: Status
    message: str = ""


_T, _A, _R, _C = Status.TRIGGERED, Status.ACKNOWLEDGED, Status.RESOLVED, Status.CLOSED
_OVER = {
    _R: Decision(Verdict.RESOLVED, _R, "the incident is resolved: reopen it if it is not over"),
    _C: Decision(Verdict.CLOSED, _C, "the incident is closed: reopen it if it is not over"),
}


def _go(to: Status) -> Decision:
    return Decision(Verdict.ALLOWED, to)


def _already(status: Status) -> Decision:
    return Decision(Verdict.ALREADY, status)


_WHILE_OPEN = {_T: _go(_T), _A: _go(_A), **_OVER}
_TABLE: dict[Action, dict[Status, Decision]] = {
    Action.ACKNOWLEDGE: {_T: _go(_A), _A: _already(_A), **_OVER},
    Action.UNACKNOWLEDGE: {_T: _already(_T), _A: _go(_T), **_OVER},
    Action.RESOLVE: {_T: _go(_R), _A: _go(_R), _R: _already(_R), _C: _already(_C)},
    Action.REOPEN: {_T: _already(_T), _A: _already(_A), _R: _go(_T), _C: _go(_T)},
    # Closing what is open resolves it first: a false positive takes one step, not two.
    Action.CLOSE: {_T: _go(_C), _A: _go(_C), _R: _go(_C), _C: _already(_C)},
    Action.ESCALATE: _WHILE_OPEN,
    Action.MERGE: {_T: _go(_C), _A: _go(_C), **_OVER},
    Action.SPLIT: _WHILE_OPEN,
    Action.CHANGE_SEVERITY: {_T: _go(_T), _A: _go(_A), _R: _go(_R), _C: _go(_C)},
}

# Where the work stands after a change of status.
PHASE_AFTER = {
    Status.TRIGGERED: Phase.DETECTION,
    Status.ACKNOWLEDGED: Phase.RESPONSE,
    Status.RESOLVED: Phase.ANALYSIS,
    Status.CLOSED: Phase.READINESS,
}


def decide(*, action: Action, status: Status, merged_into: int | None = None) -> Decision:
    """May *action* be done now? An incident that was merged takes no action but those of its target."""
    if merged_into is not None:
        message = f"the incident was merged into #{merged_into}: do this there"
        return Decision(Verdict.MERGED, status, message)
    return _TABLE[action][status]
