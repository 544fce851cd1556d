"""What must hold before a run begins and while it runs. Pure: numbers in, an answer with its reason out.

Every guard is asked and answered, not only the first that objects: people mend all of it at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self


class Answer(StrEnum):
    GO = "go"
    WAIT = "wait"  # it may hold later by itself
    NO = "no"


class Phase(StrEnum):
    BEFORE = "before"
    DURING = "during"


class Guard(StrEnum):
    """Names of the guards of this room; blockers of other rooms have the names they register."""

    STOP = "global_stop"
    WINDOW = "window"
    DOCUMENT = "document"
    HYPOTHESIS = "hypothesis"
    TARGETS = "targets"
    AGENT = "agent"
    APPROVAL = "approval"
    NOTICE = "notice"
    BUDGET = "error_budget"
    BURN = "burn_rate"
    TELEMETRY = "telemetry"
    SPENT = "budget_spent"
    DEADLINE = "deadline"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a team asks of its runs. Shares are of one, rates are multiples of the sustainable burn.

    Before: approvals_needed by others, each good for approval_hours · budget_left_least of every watched objective ·
    burn_before_most over burn_before_minutes (3 is the burn that opens a ticket, domain.md §1) · allows_no_data: an
    objective of which nothing is known does not object · needs_objectives: a service without any may not be tried ·
    needs_on_call · notice_minutes before the start, needs_acknowledgement by whoever was told.

    During: stop_burn_rate over stop_burn_minutes, from stop_bad_least bad events on (14.4 is the burn that pages) ·
    spend_most of a whole budget by one run · budget_floor: what must be left · telemetry_seconds: how old the newest
    counts may be.
    """

    approvals_needed: int = 0
    approval_hours: int = 24
    budget_left_least: float = 0.25
    burn_before_most: float = 3.0
    burn_before_minutes: int = 60
    allows_no_data: bool = False
    needs_objectives: bool = False
    needs_on_call: bool = True
    notice_minutes: int = 0
    needs_acknowledgement: bool = False
    stop_burn_rate: float = 14.4
    stop_burn_minutes: int = 5
    stop_bad_least: int = 5
    spend_most: float = 0.05
    budget_floor: float = 0.0
    telemetry_seconds: int = 300

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls))

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{name: values[name] for name in cls.names() if name in values})


@dataclass(frozen=True, slots=True)
class GuardResult:
    """What one guard says. waits: it does not hold, and may by itself; until: when to look again, if that is known."""

    name: str
    is_go: bool
    reason: str
    data: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = False
    until: datetime | None = None

    @property
    def answer(self) -> Answer:
        if self.is_go:
            return Answer.GO
        return Answer.WAIT if self.waits else Answer.NO


@dataclass(frozen=True, slots=True)
class Decision:
    """All guards together. until: when to ask again while `kind` is wait."""

    kind: Answer
    until: datetime | None
    results: tuple[GuardResult, ...]

    @property
    def reason(self) -> str:
        """Why not, in words: of all guards that object as this decision does. Blank when it goes."""
        return "; ".join(one.reason for one in self.results if not one.is_go and one.answer is self.kind)


LOOK_AGAIN = timedelta(seconds=15)


def decide(*, results: Sequence[GuardResult], at: datetime, not_after: datetime) -> Decision:
    """One no is no; else one wait is wait, until the earliest instant that may change it, LOOK_AGAIN by default."""
    if any(one.answer is Answer.NO for one in results):
        return Decision(Answer.NO, None, tuple(results))
    waiting = [one for one in results if one.answer is Answer.WAIT]
    if not waiting:
        return Decision(Answer.GO, None, tuple(results))
    until = min((one.until or at + LOOK_AGAIN) for one in waiting)
    return Decision(Answer.WAIT, min(max(until, at + timedelta(seconds=1)), max(not_after, at)), tuple(results))


def go(name: str, reason: str, **data: Any) -> GuardResult:
    return GuardResult(name, True, reason, data)


def no(name: str, reason: str, **data: Any) -> GuardResult:
    return GuardResult(name, False, reason, data)


def wait(name: str, reason: str, *, until: datetime | None = None, **data: Any) -> GuardResult:
    return GuardResult(name, False, reason, data, waits=True, until=until)
