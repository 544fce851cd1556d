"""The states of a run and what may follow each; the verdicts it may end in."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    WAITING = "waiting"  # for its instant, for approvals, for notice to be acknowledged
    READY = "ready"  # the guards let it go; the next agent with room takes it
    STARTING = "starting"  # taken by an agent; never given to a second one
    RUNNING = "running"
    UNDOING = "undoing"  # faults are being taken back and verified
    ENDED = "ended"


class Verdict(StrEnum):
    HELD = "held"
    DEVIATED = "deviated"
    ABORTED = "aborted"
    FAILED_TO_UNDO = "failed_to_undo"
    INCONCLUSIVE = "inconclusive"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class Mode(StrEnum):
    REAL = "real"
    DRY = "dry"  # nothing is called, injected or probed


OPEN = frozenset({State.WAITING, State.READY, State.STARTING, State.RUNNING, State.UNDOING})
# A run in these states may have a fault in place: it is held by a lease, or taken over.
LEASED = frozenset({State.STARTING, State.RUNNING, State.UNDOING})
FOLLOWS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.READY, State.ENDED}),
    State.READY: frozenset({State.WAITING, State.STARTING, State.ENDED}),
    State.STARTING: frozenset({State.RUNNING, State.UNDOING, State.ENDED}),
    State.RUNNING: frozenset({State.UNDOING, State.ENDED}),
    State.UNDOING: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
}


class UndoState(StrEnum):
    RECORDED = "recorded"  # committed before the injection: the fault may be in place
    UNDONE = "undone"  # taken back, not yet seen to be gone
    VERIFIED = "verified"
    FAILED = "failed"  # given up: an incident is open


# The fault may still be in place.
UNSURE = frozenset({UndoState.RECORDED, UndoState.UNDONE, UndoState.FAILED})
