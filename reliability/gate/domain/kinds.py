"""The words of the gate: what is changed, what it answers, and why."""

from __future__ import annotations

from enum import StrEnum


class ChangeKind(StrEnum):
    """What a change is for, as whoever asks says. Policies let some of them pass."""

    CHANGE = "change"
    SECURITY = "security"
    ROLLBACK = "rollback"
    HOTFIX = "hotfix"
    RELIABILITY = "reliability"

    @property
    def words(self) -> str:
        return _CHANGES[self]


class Decision(StrEnum):
    GO = "go"
    WARNINGS = "go_with_warnings"
    NO_GO = "no_go"

    @property
    def is_go(self) -> bool:
        return self is not Decision.NO_GO

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class ReasonKind(StrEnum):
    BUDGET_FREEZE = "budget_freeze"
    SHIFT_WORK = "shift_work"
    FREEZE_WINDOW = "freeze_window"
    INCIDENT = "incident"
    EXPERIMENT = "experiment"
    NO_DATA = "no_data"
    NO_OBJECTIVE = "no_objective"
    NO_POLICY = "no_policy"
    UNKNOWN_ENVIRONMENT = "unknown_environment"
    NOT_PRODUCTION = "not_production"


class Weight(StrEnum):
    """What a reason does to the answer by itself. A note only says what was, or was not, looked at."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


class Effect(StrEnum):
    """What a reason did to the answer in the end."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"
    EXCEPTED = "excepted"  # it would have blocked, but lets this kind of change pass
    OVERRIDDEN = "overridden"


class Heed(StrEnum):
    """What a team does with something that other rooms know."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"

    @property
    def weight(self) -> Weight | None:
        return {Heed.BLOCK: Weight.BLOCKS, Heed.WARN: Weight.WARNS, Heed.IGNORE: None}[self]


_CHANGES = {
    ChangeKind.CHANGE: "an ordinary change",
    ChangeKind.SECURITY: "a security fix",
    ChangeKind.ROLLBACK: "a rollback",
    ChangeKind.HOTFIX: "a hotfix of what broke production",
    ChangeKind.RELIABILITY: "a change that mends reliability",
}
