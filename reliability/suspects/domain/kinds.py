"""What can be suspected, what of, and what people say of it."""

from __future__ import annotations

from enum import StrEnum


class SuspectKind(StrEnum):
    """What was changed. noun: one of it; deed: what was done, before "4 min before it burnt"."""

    DEPLOYMENT = "deployment"
    CONFIGURATION = "configuration"
    FLAG = "flag"
    CHANGE = "change"
    EXPERIMENT = "experiment"

    @property
    def noun(self) -> str:
        return _NOUNS[self]

    @property
    def plural(self) -> str:
        return f"{_NOUNS[self]}es" if self is SuspectKind.FLAG else f"{_NOUNS[self]}s"

    @property
    def deed(self) -> str:
        return _DEEDS[self]


_NOUNS = {
    SuspectKind.DEPLOYMENT: "deployment",
    SuspectKind.CONFIGURATION: "configuration change",
    SuspectKind.FLAG: "feature flag switch",
    SuspectKind.CHANGE: "change",
    SuspectKind.EXPERIMENT: "experiment",
}
_DEEDS = {
    SuspectKind.DEPLOYMENT: "deployed",
    SuspectKind.CONFIGURATION: "configured",
    SuspectKind.FLAG: "switched",
    SuspectKind.CHANGE: "changed",
    SuspectKind.EXPERIMENT: "fault injected",
}
# What senders call it, in any case of letters.
_TOLD = {
    "flag": SuspectKind.FLAG,
    "feature_flag": SuspectKind.FLAG,
    "feature-flag": SuspectKind.FLAG,
    "configuration": SuspectKind.CONFIGURATION,
    "config": SuspectKind.CONFIGURATION,
}


def kind_of_change(told: object) -> SuspectKind:
    """Of a change that is no deployment, from the word of its sender; what is not known is a change."""
    return _TOLD.get(str(told).strip().lower(), SuspectKind.CHANGE)


class CaseKind(StrEnum):
    """What suspects are looked for. verb: what it did at its start."""

    BURN = "burn"
    INCIDENT = "incident"

    @property
    def verb(self) -> str:
        return "burnt" if self is CaseKind.BURN else "began"


class VerdictState(StrEnum):
    """What people say of a suspect; OPEN: nothing yet, or taken back."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
