"""The verdict on a run: what was seen, what was done, and what ended it; one answer with its reasons in words.

Our own and not the toolkit's: there a run whose actions failed is "completed", and one that was never looked at after
its fault has not "deviated".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chaos.runs.domain.looks import AFTER, DURING, RECOVERY, Look, Seen
from chaos.runs.domain.recovery import Objective
from chaos.runs.domain.score import run_score
from chaos.runs.domain.states import Verdict
from reliability.kit.cutting import cut

_NAMES_MAX = 5


class StopKind(StrEnum):
    """What ended a run before its own end."""

    NONE = ""
    PERSON = "person"
    GLOBAL_STOP = "global_stop"
    GUARD = "guard"
    DEADLINE = "deadline"
    AGENT_LOST = "agent_lost"
    PROCESS_LOST = "process_lost"  # of the run alone: killed, or it broke off
    AGENT_ENDED = "agent_ended"  # told to end, such as at a deployment of the platform
    NOT_STARTED = "not_started"  # guards, missed, or given up before its method


# Guards that stop because users are hurt. Such an end counts against the service, others say nothing of it.
HARM = frozenset({"burn_rate", "budget_spent", "error_budget", "incidents"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """What the supervisor of a run knows at its end, for `services.concluding.conclude`.

    fence: of the lease it holds; who holds an older one concludes nothing. outcome: of the child's End, empty when it
    did not end by itself. guard: the name of the guard that stopped it.
    """

    fence: int
    stop: StopKind = StopKind.NONE
    stop_reason: str = ""
    guard: str = ""
    outcome: Mapping[str, Any] = field(default_factory=dict)
    journal: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that a verdict is made of. was_begun: an agent took it. not_undone: faults not seen to be gone, in words.

    weights: of the hypothesis' probes. stop_after: so many looks out in a row are a deviation; 0: only the last one
    decides. fault_began_at: None when no fault was put in place. objectives: of a disaster recovery trial.
    """

    is_dry: bool = False
    was_begun: bool = True
    looks: Sequence[Look] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    stop_after: int = 2
    fault_began_at: datetime | None = None
    stop: StopKind = StopKind.NONE
    stop_reason: str = ""
    guard: str = ""
    has_begun_method: bool = False
    has_completed_method: bool = False
    has_deviated: bool = False
    was_steady: bool | None = None
    failed_actions: Sequence[str] = ()
    error: str = ""
    not_undone: Sequence[str] = ()
    objectives: Sequence[Objective] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """score: 0 to 1, None when the run says nothing about its service."""

    verdict: Verdict
    reasons: tuple[str, ...]
    score: float | None

    @property
    def reason(self) -> str:
        return "; ".join(self.reasons)


def judge(outcome: Outcome) -> Judgement:
    """The first that is so: a fault may be left · never begun · dry · deviated · stopped · inconclusive · held.

    A deviation seen before a stop stays one: the stop came upon what was already known. Whatever is left unknown is
    inconclusive, never held. A trial that misses an objective of recovery has deviated, one that did not measure it
    is inconclusive.
    """
    if outcome.not_undone:
        return Judgement(
            Verdict.FAILED_TO_UNDO, (f"not seen to be gone: {_listed(outcome.not_undone)}", *_stopped(outcome)), 0.0
        )
    if not outcome.was_begun:
        return Judgement(Verdict.ABORTED, (outcome.stop_reason or "it was never begun",), None)
    if outcome.is_dry:
        return _dry(outcome)
    if outcome.was_steady is False and not outcome.has_begun_method:
        before = next((one for one in outcome.looks if not one.is_met), None)
        seen = f": {_out(before)}" if before else ""
        return Judgement(Verdict.INCONCLUSIVE, (f"not steady before the method, so nothing was tried{seen}",), None)
    deviation = _deviation(outcome)
    if deviation:
        extra = (*_stopped(outcome), *_failed(outcome))
        return Judgement(Verdict.DEVIATED, (deviation, *extra), _score(outcome))
    if outcome.stop is not StopKind.NONE:
        is_harm = outcome.stop is StopKind.GUARD and outcome.guard in HARM
        return Judgement(Verdict.ABORTED, (*_stopped(outcome), *_failed(outcome)), 0.0 if is_harm else None)
    unknown = _unknown(outcome)
    if unknown:
        return Judgement(Verdict.INCONCLUSIVE, unknown, None)
    said = tuple(one.words for one in outcome.objectives)
    if any(one.is_met is False for one in outcome.objectives):
        return Judgement(Verdict.DEVIATED, (*said, *_held(outcome)), _score(outcome))
    if any(one.is_met is None for one in outcome.objectives):
        return Judgement(Verdict.INCONCLUSIVE, (*said, *_held(outcome)), None)
    return Judgement(Verdict.HELD, (*_held(outcome), *said), _score(outcome))


def _dry(outcome: Outcome) -> Judgement:
    if outcome.stop is not StopKind.NONE:
        return Judgement(Verdict.ABORTED, _stopped(outcome), None)
    said = (outcome.error,) if outcome.error else ()
    planned = (f"could not be planned: {_listed(outcome.failed_actions)}",) if outcome.failed_actions else ()
    return Judgement(Verdict.INCONCLUSIVE, ("a dry run: nothing was called, injected or probed", *planned, *said), None)


def _deviation(outcome: Outcome) -> str:
    """What left its bounds, in words; blank when that was not seen. Looks before the method never count."""
    during = [one for one in outcome.looks if one.phase == DURING]
    row, needed = 0, outcome.stop_after
    for look in during:
        row = 0 if look.is_met else row + 1
        if needed and row >= needed:
            times = f"{row} looks in a row" if row > 1 else "a look"
            return f"the hypothesis deviated during the method, {times}: {_out(look)}"
    after = next((one for one in reversed(outcome.looks) if one.phase == AFTER), None)
    if after is not None and not after.is_met:
        return f"the hypothesis deviated after the method: {_out(after)}"
    if outcome.has_deviated:
        return "the hypothesis deviated"
    recovery = [one for one in outcome.looks if one.phase == RECOVERY]
    if recovery and not recovery[-1].is_met and outcome.stop is StopKind.NONE:
        seconds = (recovery[-1].at - recovery[0].at).total_seconds()
        return f"not steady again {seconds:.0f} s after the faults were gone: {_out(recovery[-1])}"
    return ""


def _unknown(outcome: Outcome) -> tuple[str, ...]:
    """Why it cannot be said that the hypothesis held."""
    reasons = []
    if outcome.error:
        reasons.append(f"the run broke: {outcome.error}")
    reasons += _failed(outcome)
    if not outcome.has_begun_method:
        reasons.append("the method was never begun")
    elif not outcome.has_completed_method:
        reasons.append("the method did not come to its end")
    if not outcome.weights:
        reasons.append("there is no hypothesis that could hold")
    elif not any(one.phase == AFTER for one in outcome.looks):
        reasons.append("the hypothesis was not looked at after the method")
    return tuple(reasons)


def _held(outcome: Outcome) -> tuple[str, ...]:
    counted = [one for one in outcome.looks if one.phase in (DURING, AFTER)]
    out = [one for one in counted if not one.is_met]
    steady = f"the hypothesis held at {len(counted) - len(out)} of {len(counted)} looks"
    if not out:
        return (steady,)
    return (steady, f"for a moment it did not: {_out(out[0])}")


def _stopped(outcome: Outcome) -> tuple[str, ...]:
    words = {
        StopKind.NONE: "",
        StopKind.PERSON: "stopped by a person",
        StopKind.GLOBAL_STOP: "stopped by the global stop",
        StopKind.GUARD: f"stopped by the guard {outcome.guard.replace('_', ' ')}".strip(),
        StopKind.DEADLINE: "stopped at its deadline",
        StopKind.AGENT_LOST: "its agent was lost",
        StopKind.PROCESS_LOST: "its process was lost",
        StopKind.AGENT_ENDED: "its agent was told to end",
        StopKind.NOT_STARTED: "not begun",
    }[outcome.stop]
    if not words:
        return ()
    return (f"{words}: {outcome.stop_reason}" if outcome.stop_reason else words,)


def _failed(outcome: Outcome) -> tuple[str, ...]:
    if not outcome.failed_actions:
        return ()
    return (f"failed, so it is not known what was tried: {_listed(outcome.failed_actions)}",)


def _score(outcome: Outcome) -> float | None:
    """Of the hypothesis, times the share of the objectives of recovery that were met."""
    score = run_score(weights=outcome.weights, looks=outcome.looks, fault_began_at=outcome.fault_began_at)
    if score is None or not outcome.objectives:
        return score
    return score * sum(one.is_met is True for one in outcome.objectives) / len(outcome.objectives)


def _out(look: Look) -> str:
    return _listed([_probe(one) for one in look.out]) or "a probe was out"


def _probe(seen: Seen) -> str:
    if seen.error:
        return f"{seen.name} failed ({seen.error})"
    if not isinstance(seen.value, str | int | float | bool):
        return f"{seen.name} was out of its tolerance"
    tolerance = _tolerance(seen.tolerance)
    return f"{seen.name} was {_short(seen.value)}, {f'tolerance {tolerance}' if tolerance else 'out of its tolerance'}"


def _tolerance(tolerance: object) -> str:
    """In few words where it is a value, a list or a range; blank where it is another probe."""
    if isinstance(tolerance, Mapping):
        inner = next((tolerance[name] for name in ("range", "pattern", "count") if name in tolerance), None)
        return "" if inner is None else _short(inner)
    return _short(tolerance) if isinstance(tolerance, str | int | float | bool | list) else ""


def _short(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return cut(text, length_max=80)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_MAX])
    return f"{shown} and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else shown
