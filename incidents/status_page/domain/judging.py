"""What a component's state is by what is measured. The rule, worst first, for each of its objectives:

1. A burn alert that pages is open, and of the events of the last 5 minutes
   - at least half were bad: major outage;
   - at least the outage share were bad: partial outage;
   - fewer were bad: degraded performance.
2. The budget is overspent, and still burns (burn rate of the last hour above 1): degraded performance.
3. Otherwise: operational. A budget that was overspent earlier does not make a service bad that serves well now.

The outage share is ten times the error budget, at least 5 % and at most 50 %: 5 % at 99.9 %, 10 % at 99 %. An alert is
asked for because it has looked at long and short windows and at how many events there were: one bad event of two at
night is no outage. An objective without fresh data says nothing: the component keeps its last known state, marked as
not measured, and worse news of its other objectives still count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from incidents.status_page.domain.states import ComponentState, worst

FRESH_FOR = timedelta(minutes=15)
MAJOR_SHARE = 0.5
_OUTAGE_SHARE_MIN = 0.05
_BUDGETS = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """One objective now. bad_share: of the events of the last minutes, None when none were measured.

    burn_1h: burn rate of the last hour. measured_until: end of its newest measured minute.
    """

    name: str
    objective: Decimal
    has_data: bool
    measured_until: datetime | None
    is_alerting: bool
    bad_share: float | None
    is_overspent: bool
    burn_1h: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """reason: for the team. is_measured: every objective has fresh data."""

    state: ComponentState
    is_measured: bool
    reason: str


def outage_share(objective: Decimal) -> float:
    """The share of bad events from which an objective's service counts as partly out."""
    return min(MAJOR_SHARE, max(_OUTAGE_SHARE_MIN, _BUDGETS * float(1 - objective)))


def judge(*, readings: Sequence[Reading], last_known: ComponentState, now: datetime) -> Judgement:
    """The state by *readings*; what is not measured leaves *last_known* as the least that is said."""
    if not readings:
        return Judgement(last_known, is_measured=False, reason="no objective measures it: its state is set by hand")
    fresh = [one for one in readings if is_fresh(one, now=now)]
    judged = [(_state_of(one), one) for one in fresh]
    found = [state for state, _ in judged]
    silent = [one.name for one in readings if one not in fresh]
    if silent:
        known = last_known if last_known is not ComponentState.UNKNOWN or not found else worst(found)
        state = worst([*found, known or last_known]) or last_known
        return Judgement(state, is_measured=False, reason=f"no fresh data of {', '.join(silent)}: last known state")
    state = worst(found) or last_known
    telling = next((words for one_state, one in judged if one_state is state and (words := _words(one, state))), "")
    return Judgement(state, is_measured=True, reason=telling)


def is_fresh(reading: Reading, *, now: datetime) -> bool:
    return reading.has_data and reading.measured_until is not None and now - reading.measured_until <= FRESH_FOR


def _state_of(one: Reading) -> ComponentState:
    if one.is_alerting:
        share = one.bad_share or 0.0
        if share >= MAJOR_SHARE:
            return ComponentState.MAJOR_OUTAGE
        return (
            ComponentState.PARTIAL_OUTAGE
            if share >= outage_share(one.objective)
            else ComponentState.DEGRADED_PERFORMANCE
        )
    if one.is_overspent and (one.burn_1h or 0.0) > 1:
        return ComponentState.DEGRADED_PERFORMANCE
    return ComponentState.OPERATIONAL


def _words(one: Reading, state: ComponentState) -> str:
    if state is ComponentState.OPERATIONAL:
        return "every objective is served well now"
    if one.is_alerting:
        share = "" if one.bad_share is None else f", {one.bad_share:.1%} of the last events were bad"
        return f"“{one.name}” burns its budget: an alert that pages is open{share}"
    return f"“{one.name}” has overspent its budget and still burns it"
