"""Where an action stands, what may follow, what kind of thing it is, and how it is proven."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class State(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"  # somebody says so; its proof is awaited
    VERIFIED = "verified"  # proven
    UNPROVEN = "unproven"  # closed without proof, with a reason
    CANCELLED = "cancelled"  # not to be done, with a reason

    @property
    def words(self) -> str:
        return {"done": "done, not proven yet", "unproven": "closed without proof"}.get(self, self.replace("_", " "))

    @property
    def heading(self) -> str:
        """As a heading."""
        return _TITLES[self]


_TITLES = {
    State.OPEN: "Open",
    State.IN_PROGRESS: "In progress",
    State.DONE: "Done, to be proven",
    State.VERIFIED: "Proven",
    State.UNPROVEN: "Closed without proof",
    State.CANCELLED: "Cancelled",
}
TODO = (State.OPEN, State.IN_PROGRESS)
LIVE = (*TODO, State.DONE)
CLOSED = (State.VERIFIED, State.UNPROVEN, State.CANCELLED)

# By people. VERIFIED is reached by proof alone.
FOLLOWS: dict[State, tuple[State, ...]] = {
    State.OPEN: (State.IN_PROGRESS, State.DONE, State.UNPROVEN, State.CANCELLED),
    State.IN_PROGRESS: (State.OPEN, State.DONE, State.UNPROVEN, State.CANCELLED),
    State.DONE: (State.IN_PROGRESS, State.OPEN, State.UNPROVEN, State.CANCELLED),
    State.VERIFIED: (State.OPEN,),
    State.UNPROVEN: (State.OPEN,),
    State.CANCELLED: (State.OPEN,),
}


class Kind(StrEnum):
    """After the action items of "The Art of SLOs" and Google's postmortem template."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    CORRECT = "correct"

    @property
    def words(self) -> str:
        return {
            "prevent": "Prevent: it does not happen again",
            "detect": "Detect: we notice sooner",
            "mitigate": "Mitigate: it hurts less, or ends sooner",
            "correct": "Correct: repair what it left behind",
        }[self]


class Priority(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the most urgent: stored, so that lists are ordered by it."""
        return list(Priority).index(self)


class Proof(StrEnum):
    NONE = "none"  # nobody has said yet
    EXPERIMENT = "experiment"
    SLO = "slo"
    CHECK = "check"

    @property
    def words(self) -> str:
        return {
            "none": "Not said yet",
            "experiment": "An experiment that must hold",
            "slo": "An objective that must stay met",
            "check": "A named person who checks",
        }[self]


def needs_reason(*, state: State, to: State) -> str:
    """What to say when a move wants a reason that is not there; blank when none is wanted."""
    if to is State.UNPROVEN:
        return "say why it is closed without proof: it stands with the action for good"
    if to is State.CANCELLED:
        return "say why it is not to be done"
    if state in CLOSED or (state is State.DONE and to in TODO):
        return "say why it is open again"
    return ""


def mistake_of_move(*, state: State, to: State) -> str:
    """Why a person may not move it there; blank: they may."""
    if to in FOLLOWS[state]:
        return ""
    if to is State.VERIFIED:
        return "only its proof makes it proven: mark it done and let the proof happen, or close it without proof"
    allowed = ", ".join(one.heading.lower() for one in FOLLOWS[state])
    return f"it is {state.words}: from there it goes to {allowed}"


def is_overdue(*, state: State | str, due_on: date | None, today: date) -> bool:
    """Still to be done, and the day it was due on is over."""
    return due_on is not None and due_on < today and state in TODO
