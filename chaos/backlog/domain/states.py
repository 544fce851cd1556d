"""What is known of a vulnerability, where it came from, and what a run of an experiment on it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chaos.runs.domain.states import Mode, Verdict


class State(StrEnum):
    OPEN = "open"  # feared; nobody has tried it
    TRYING = "trying"  # an experiment on it exists
    CONFIRMED = "confirmed"  # a run deviated: it is true
    REFUTED = "refuted"  # a run held: it is not so, as far as was tried
    MENDED = "mended"
    ACCEPTED = "accepted"  # known and left as it is, with a reason

    @property
    def words(self) -> str:
        return "being tried" if self is State.TRYING else self.value


# There is nothing more to do: they stand behind all others.
CLOSED = frozenset({State.MENDED, State.ACCEPTED})


class Origin(StrEnum):
    PERSON = "person"
    GAME_DAY = "game_day"
    COVERAGE = "coverage"
    INCIDENT = "incident"

    @property
    def words(self) -> str:
        return {"person": "somebody", "game_day": "a game day", "coverage": "the coverage map"}.get(self, "an incident")


@dataclass(frozen=True, slots=True)
class Move:
    """What a run changes. state: None when it stays as it is."""

    state: State | None
    reason: str


def move_after(*, state: State, mode: Mode, verdict: Verdict) -> Move | None:
    """What a run that ended says of a vulnerability; None when it says nothing.

    A dry run touched nothing. Of an aborted or inconclusive run, or one that failed to undo, it is not known whether
    the hypothesis held. A run that held does not unmake one that deviated: only a person says that it is mended.
    What was accepted stays so; what was mended and deviates has come back.
    """
    if mode is not Mode.REAL or verdict not in (Verdict.HELD, Verdict.DEVIATED):
        return None
    if verdict is Verdict.DEVIATED:
        if state in (State.CONFIRMED, State.ACCEPTED):
            return Move(None, "it deviated once more")
        again = " again, though it was mended" if state is State.MENDED else ""
        return Move(State.CONFIRMED, f"the hypothesis deviated: it is true{again}")
    if state in (State.OPEN, State.TRYING):
        return Move(State.REFUTED, "the hypothesis held")
    return Move(None, "the hypothesis held")
