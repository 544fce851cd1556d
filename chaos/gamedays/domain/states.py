"""The states of a game day and of its scenarios, and what may follow each."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    PLANNED = "planned"  # people are invited
    GO = "go"
    NO_GO = "no_go"  # not on this day, with a reason; planned anew it is asked again
    LIVE = "live"
    WRAPPING_UP = "wrapping_up"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ").replace("no go", "no-go")


FOLLOWS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PLANNED, State.CANCELLED}),
    State.PLANNED: frozenset({State.PLANNED, State.GO, State.NO_GO, State.LIVE, State.CANCELLED}),
    State.GO: frozenset({State.PLANNED, State.NO_GO, State.LIVE, State.CANCELLED}),
    State.NO_GO: frozenset({State.PLANNED, State.CANCELLED}),
    State.LIVE: frozenset({State.WRAPPING_UP}),
    State.WRAPPING_UP: frozenset({State.DONE}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}
# Before it began: its plan may be changed.
PLANNING = frozenset({State.DRAFT, State.PLANNED, State.GO, State.NO_GO})
# People were asked to come.
INVITING = frozenset({State.PLANNED, State.GO})
OVER = frozenset({State.DONE, State.CANCELLED})


class ScenarioState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    SKIPPED = "skipped"


class RoleKind(StrEnum):
    OWNER = "owner"
    COORDINATOR = "coordinator"
    REPORTER = "reporter"
    OBSERVER = "observer"  # any number of people


class Answer(StrEnum):
    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class ObservationKind(StrEnum):
    NOTICED = "noticed"
    ACTED = "acted"
    SURPRISED = "surprised"
    FAULT_FOUND = "fault_found"
    NOTE = "note"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class FollowUpKind(StrEnum):
    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    CORRECT = "correct"


class FollowUpState(StrEnum):
    OPEN = "open"
    DONE = "done"  # somebody says so
    VERIFIED = "verified"  # a later run of its experiment held
    DROPPED = "dropped"


class Told(StrEnum):
    """What a message to an invitee is about."""

    INVITE = "invite"
    UPDATE = "update"  # it moved: the answer is asked for anew
    CANCEL = "cancel"
    DAY_BEFORE = "day_before"
    SOON = "soon"


class Tri(StrEnum):
    """An answer that may be pending: pending is not success."""

    YES = "yes"
    NO = "no"
    PENDING = "pending"
