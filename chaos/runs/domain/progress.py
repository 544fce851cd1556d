"""A run as a stepper: what is done, what is under way, what is still to come, and what never came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chaos.experiments.domain.outline import Outline, Step, short, value_text
from chaos.runs.domain.looks import AFTER, BEFORE, DURING, RECOVERY, Look, since_fault
from chaos.runs.domain.states import Mode, State, UndoState, Verdict

METHOD, ROLLBACKS = "method", "rollbacks"


class Mark(StrEnum):
    """How a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CUT = "cut_short"  # begun, and ended by a stop
    SKIPPED = "skipped"

    @property
    def words(self) -> str:
        return "not reached" if self is Mark.SKIPPED else self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the log: kind activity_began, activity_ended or planned."""

    at: datetime
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One undo record. how it was seen to be gone is in the log."""

    state: UndoState


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One activity of the document with what became of it. words: its answer or its error."""

    step: Step
    mark: Mark
    words: str = ""
    at: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A phase of the run. slug: unique on the page."""

    slug: str
    title: str
    mark: Mark
    words: str = ""
    at: datetime | None = None
    steps: Sequence[StepSeen] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a run's rows say of it."""

    state: State
    mode: Mode
    verdict: Verdict | None
    waits_for: str
    started_at: datetime | None
    fault_began_at: datetime | None
    fault_ended_at: datetime | None
    steady_again_at: datetime | None
    ended_at: datetime | None
    looks: Sequence[Look]
    happened: Sequence[Happened]
    faults: Sequence[Fault]


def stages_of(*, outline: Outline, facts: Facts) -> list[Stage]:
    """Let go · steady before · method · steady after · taken back · steady again. Of a dry run only what it plans."""
    if facts.mode is Mode.DRY:
        return [_let_go(facts), _planned(outline, facts)]
    stages = [_let_go(facts)]
    if outline.probes:
        stages.append(_looked("before", "Steady before", BEFORE, facts, later=facts.fault_began_at is not None))
    stages.append(_method(outline, facts))
    if outline.probes:
        later = facts.state in (State.UNDOING, State.ENDED)
        stages.append(_looked("after", "Steady at the end of it", AFTER, facts, later=later))
    stages.append(_taken_back(outline, facts))
    if outline.probes:
        stages.append(_steady_again(facts))
    return stages


def _let_go(facts: Facts) -> Stage:
    if facts.started_at is not None:
        return Stage("guards", "Let go by its guards", Mark.DONE, at=facts.started_at)
    if facts.state is State.ENDED:
        return Stage("guards", "Not let go", Mark.FAILED, "it was never begun", at=facts.ended_at)
    if facts.state is State.WAITING:
        return Stage("guards", "Waits", Mark.RUNNING, facts.waits_for)
    return Stage("guards", "Let go by its guards", Mark.RUNNING, "the next free agent takes it")


def _looked(slug: str, title: str, phase: str, facts: Facts, *, later: bool) -> Stage:
    looks = [one for one in facts.looks if one.phase == phase]
    if looks:
        last = looks[-1]
        words = "" if last.is_met else _out(last)
        return Stage(slug, title, Mark.DONE if last.is_met else Mark.FAILED, words, at=last.at)
    if later or facts.state is State.ENDED:
        return Stage(slug, title, Mark.SKIPPED, _nobody_looked(phase, facts))
    return Stage(slug, title, _when(facts, is_now=slug == "before" and facts.started_at is not None))


def _nobody_looked(phase: str, facts: Facts) -> str:
    """Looks while the method ran are not lost on who reads that its end was never reached."""
    during = [one for one in facts.looks if one.phase == DURING]
    if phase != AFTER or not during:
        return "nobody looked"
    met = sum(one.is_met for one in during)
    return f"it ended before; steady at {met} of {len(during)} look{'' if len(during) == 1 else 's'} until then"


def _method(outline: Outline, facts: Facts) -> Stage:
    steps = _seen(outline.method, METHOD, facts)
    marks = [one.mark for one in steps]
    at = next((one.at for one in steps if one.at is not None), None)
    if not steps:
        return Stage("method", "Nothing is done", Mark.SKIPPED if facts.state is State.ENDED else Mark.WAITING)
    if Mark.RUNNING in marks:
        mark = Mark.RUNNING
    elif Mark.FAILED in marks:
        mark = Mark.FAILED
    elif all(one is Mark.DONE for one in marks):
        mark = Mark.DONE
    elif all(one is Mark.SKIPPED for one in marks):
        mark = Mark.SKIPPED
    else:
        is_over, has_begun = facts.state in (State.UNDOING, State.ENDED), at is not None
        mark = Mark.CUT if is_over else Mark.RUNNING if has_begun else Mark.WAITING
    return Stage("method", "What is done", mark, at=at, steps=steps)


def _taken_back(outline: Outline, facts: Facts) -> Stage:
    steps = _seen(outline.rollbacks, ROLLBACKS, facts) if outline.rollbacks else []
    title = "Taken back"
    left = [one for one in facts.faults if one.state is not UndoState.VERIFIED]
    if not facts.faults:
        over = facts.state is State.ENDED
        words = "no fault was put in place" if over else ""
        return Stage("undo", title, Mark.SKIPPED if over else Mark.WAITING, words, steps=steps)
    total = len(facts.faults)
    words = f"{total - len(left)} of {total} seen to be gone"
    if not left:
        return Stage("undo", title, Mark.DONE, words, facts.fault_ended_at, steps)
    if any(one.state is UndoState.FAILED for one in left):
        return Stage("undo", title, Mark.FAILED, f"{words}; an incident is open", steps=steps)
    if facts.state is State.UNDOING:
        return Stage("undo", title, Mark.RUNNING, words, steps=steps)
    return Stage("undo", title, Mark.WAITING, f"{len(left)} to take back", steps=steps)


def _steady_again(facts: Facts) -> Stage:
    title = "Steady again"
    looks = [one for one in facts.looks if one.phase == RECOVERY]
    is_over = facts.state is State.ENDED
    if facts.steady_again_at is not None:
        since = since_fault(facts.looks, began_at=facts.fault_began_at)
        if all(one.is_met for one in since):
            return Stage("again", "Still steady", Mark.DONE, "it never was out", since[-1].at if since else None)
        return Stage("again", title, Mark.DONE, at=facts.steady_again_at)
    if looks and looks[-1].is_met:
        return Stage("again", title, Mark.DONE, at=looks[-1].at)
    if looks:
        return Stage("again", title, Mark.FAILED if is_over else Mark.RUNNING, _out(looks[-1]), looks[-1].at)
    return Stage("again", title, Mark.SKIPPED if is_over else Mark.WAITING, "nobody looked" if is_over else "")


def _planned(outline: Outline, facts: Facts) -> Stage:
    told = [one for one in facts.happened if one.kind == "planned"]
    is_over = facts.state is State.ENDED
    steps = [StepSeen(step, Mark.DONE if told else _when(facts, is_now=False)) for step in outline.method]
    mark = Mark.DONE if told and is_over else Mark.SKIPPED if is_over else Mark.RUNNING if told else Mark.WAITING
    return Stage("method", "What it would do", mark, "nothing was called, injected or probed", steps=steps)


def _seen(steps: Sequence[Step], section: str, facts: Facts) -> list[StepSeen]:
    """Each step with its events, in their order: a name that stands twice is told twice."""
    began = _by_name(one for one in facts.happened if one.kind == "activity_began" and _is_of(one, section))
    ended = _by_name(one for one in facts.happened if one.kind == "activity_ended" and _is_of(one, section))
    return [_step(step, began, ended, facts) for step in steps]


def _step(
    step: Step, began: Mapping[str, list[Happened]], ended: Mapping[str, list[Happened]], facts: Facts
) -> StepSeen:
    first = began[step.name].pop(0) if began.get(step.name) else None
    last = ended[step.name].pop(0) if ended.get(step.name) else None
    if last is not None:
        data = last.data
        is_well = data.get("status") == "succeeded"
        words = short(str(data.get("error") or "")) if not is_well else _answer(step, data)
        seconds = data.get("seconds")
        number = float(seconds) if isinstance(seconds, int | float) else None
        return StepSeen(step, Mark.DONE if is_well else Mark.FAILED, words, (first or last).at, number)
    if first is not None:
        is_over = facts.state in (State.UNDOING, State.ENDED)
        return StepSeen(step, Mark.CUT if is_over else Mark.RUNNING, at=first.at)
    return StepSeen(step, _when(facts, is_now=False))


def _answer(step: Step, data: Mapping[str, Any]) -> str:
    return f"answered {value_text(data.get('output'))}" if step.kind == "probe" else ""


def _when(facts: Facts, *, is_now: bool) -> Mark:
    if facts.state in (State.UNDOING, State.ENDED):
        return Mark.SKIPPED
    return Mark.RUNNING if is_now else Mark.WAITING


def _is_of(one: Happened, section: str) -> bool:
    return str(one.data.get("section", METHOD)) == section


def _by_name(happened: Iterable[Happened]) -> dict[str, list[Happened]]:
    found: dict[str, list[Happened]] = {}
    for one in happened:
        found.setdefault(str(one.data.get("name", "")), []).append(one)
    return found


def _out(look: Look) -> str:
    words = [f"{one.name}: {one.error or value_text(one.value)}" for one in look.out]
    return short("; ".join(words) or "not steady")
