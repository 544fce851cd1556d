"""The escalation as a state machine: where it stands, and which step comes next, when and why.

A place is (step, pass). Steps count from 0; the step after the last one is the last resort. A step that reaches
nobody is left at once; when as many steps in a row as there are reach nobody, the last resort comes at once. After
the last pass comes the last resort, and after its delay the escalation is exhausted.

The engine and the simulator call the same functions:

    move = first_move(frozen=frozen, at=now)  # or same_step, by_hand
    plan = plan_step(frozen=frozen, move=move, …)  # of selectors.plans: who is told, by what, when and why
    following = next_move(frozen=frozen, move=move, heard_at=plan.heard_at)

A step whose plan has `heard_at` None reached nobody: what follows is due at the same instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.paging.domain.frozen import FrozenPolicy
from reliability.kit.durations import humanize_duration

# How long the last resort of a policy without one has before the escalation is exhausted.
LAST_RESORT_DELAY = timedelta(minutes=30)


class MoveKind(StrEnum):
    STEP = "step"
    LAST_RESORT = "last_resort"
    EXHAUSTED = "exhausted"  # everything was tried: nothing more happens by itself


class Reason(StrEnum):
    BEGAN = "began"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    REPEATED = "repeated"  # as above, after the last step: the next pass begins
    NOBODY_ON_CALL = "nobody_on_call"  # the step before reached nobody
    NOBODY_AT_ALL = "nobody_at_all"  # no step reaches anybody
    NO_STEPS = "no_steps"  # no policy, or one without steps
    PASSES_DONE = "passes_done"
    LAST_RESORT_SILENT = "last_resort_silent"  # told, and not acknowledged either
    BY_HAND = "by_hand"
    ACK_LAPSED = "ack_lapsed"
    UNACKNOWLEDGED = "unacknowledged"
    REOPENED = "reopened"
    HASTENED = "hastened"  # it may wake people from now on


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """To where, when, and why. silent: how many steps in a row reached nobody before this one."""

    kind: MoveKind
    step: int
    pass_number: int
    at: datetime
    reason: Reason
    words: str
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a button was made. stage: `stage_of` its step and pass, which never comes twice in one epoch."""

    epoch: int
    stage: int


def first_move(*, frozen: FrozenPolicy, at: datetime, reason: Reason = Reason.BEGAN) -> Move:
    """The beginning: BEGAN, or REOPENED. Step 0 of pass 0; without steps the last resort."""
    if not frozen.steps:
        return _last_resort(frozen, at, Reason.NO_STEPS, "there is no step to take, so the last resort is told")
    words = "it was reopened" if reason is Reason.REOPENED else "it began"
    return _step(0, 0, at, reason, words)


def next_move(*, frozen: FrozenPolicy, move: Move, heard_at: datetime | None) -> Move:
    """What follows the step of *move* when nobody acknowledges.

    heard_at: when the first of those it tells may be told (later than move.at in quiet hours), from which on its
    delay counts; None when it reached nobody.
    """
    if move.kind is MoveKind.EXHAUSTED:
        return move
    if move.kind is MoveKind.LAST_RESORT:
        return _exhausted(frozen, move, heard_at)
    if heard_at is None:
        silent = move.silent + 1
        if silent >= len(frozen.steps):
            return _last_resort(
                frozen, move.at, Reason.NOBODY_AT_ALL, "no step reaches anybody, so the last resort is told at once"
            )
        return _after(
            frozen,
            move,
            move.at,
            Reason.NOBODY_ON_CALL,
            f"step {move.step + 1} reached nobody, so the next one is taken at once",
            silent,
        )
    delay = frozen.steps[move.step].delay
    words = f"nobody acknowledged within {humanize_duration(delay)}"
    return _after(frozen, move, heard_at + delay, Reason.NOT_ACKNOWLEDGED, words, 0)


def same_step(*, frozen: FrozenPolicy, step: int, pass_number: int, at: datetime, reason: Reason) -> Move:
    """Where it stood, afresh: UNACKNOWLEDGED, ACK_LAPSED or HASTENED. Told again, with a fresh delay."""
    words = "the acknowledgement lapsed" if reason is Reason.ACK_LAPSED else "the acknowledgement was taken back"
    if reason is Reason.HASTENED:
        words = "it became urgent"
    if reason is Reason.ACK_LAPSED and frozen.ack_timeout:
        words = f"it was acknowledged {humanize_duration(frozen.ack_timeout)} ago and is not resolved"
    if step >= len(frozen.steps):
        return _last_resort(frozen, at, reason, words)
    return _step(step, pass_number, at, reason, words)


def by_hand(*, frozen: FrozenPolicy, standing: Standing, pressed: Standing, at: datetime, by: str) -> Move | None:
    """The next step at once, because *by* asked for it where it stood at *pressed*.

    None when it stands elsewhere by now (a button pressed twice escalates once), and at the last resort.
    """
    if pressed != standing or standing.stage >= len(frozen.steps) * frozen.passes:
        return None
    step, pass_number = place_of_stage(frozen=frozen, stage=standing.stage)
    left = _step(step, pass_number, at, Reason.BY_HAND, "")
    return _after(frozen, left, at, Reason.BY_HAND, f"{by} escalated it", 0)


def stage_of(*, frozen: FrozenPolicy, step: int, pass_number: int) -> int:
    """Step and pass as one number that rises with every move: what a button carries as its step."""
    if step >= len(frozen.steps):
        return len(frozen.steps) * frozen.passes
    return pass_number * len(frozen.steps) + step


def place_of_stage(*, frozen: FrozenPolicy, stage: int) -> tuple[int, int]:
    """(step, pass) of a stage."""
    count = len(frozen.steps)
    if stage >= count * frozen.passes:
        return count, frozen.repeat
    pass_number, step = divmod(stage, count)
    return step, pass_number


def _after(frozen: FrozenPolicy, move: Move, at: datetime, reason: Reason, words: str, silent: int) -> Move:
    if move.step + 1 < len(frozen.steps):
        return _step(move.step + 1, move.pass_number, at, reason, words, silent)
    if move.pass_number < frozen.repeat:
        begins = f"{words}; pass {move.pass_number + 2} of {frozen.passes} begins"
        again = Reason.REPEATED if reason is Reason.NOT_ACKNOWLEDGED else reason
        return _step(0, move.pass_number + 1, at, again, begins, silent)
    done = reason if reason is Reason.BY_HAND else Reason.PASSES_DONE
    return _last_resort(frozen, at, done, f"{words}, and that was the last step")


def _step(step: int, pass_number: int, at: datetime, reason: Reason, words: str, silent: int = 0) -> Move:
    return Move(
        kind=MoveKind.STEP, step=step, pass_number=pass_number, at=at, reason=reason, words=words, silent=silent
    )


def _last_resort(frozen: FrozenPolicy, at: datetime, reason: Reason, words: str) -> Move:
    return Move(
        kind=MoveKind.LAST_RESORT,
        step=len(frozen.steps),
        pass_number=frozen.repeat,
        at=at,
        reason=reason,
        words=words,
    )


def _exhausted(frozen: FrozenPolicy, move: Move, heard_at: datetime | None) -> Move:
    delay = frozen.last_resort.delay if frozen.last_resort else LAST_RESORT_DELAY
    return Move(
        kind=MoveKind.EXHAUSTED,
        step=move.step,
        pass_number=move.pass_number,
        at=(heard_at or move.at) + delay,
        reason=Reason.LAST_RESORT_SILENT,
        words=f"the last resort was told and nobody acknowledged within {humanize_duration(delay)}",
    )
