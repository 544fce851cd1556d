"""How alike two incidents are, with the reasons in words. Sums of what they share, each share weighted by its worth."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]{2,}")
# Words that stand in too many titles to say anything.
_COMMON = frozenset({
    "the", "and", "for", "with", "from", "has", "have", "was", "are", "not", "all", "one", "two", "new", "out",
    "its", "this", "that", "alert", "alerts", "error", "errors", "incident", "high", "low", "too", "many", "firing",
    "fired", "down", "slow", "failed", "failing", "fails", "service", "prod", "production",
})  # fmt: skip
# The same alert says most, a shared label least.
_ALERT, _SERVICE, _WORDS, _LABELS, _OBJECTIVE = 5.0, 3.0, 3.0, 1.0, 4.0


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared. services, objectives: id → title. alerts: (origin, key). labels: "name=value"."""

    title: str
    services: Mapping[int, str]
    objectives: Mapping[int, str]
    alerts: Collection[tuple[str, str]]
    labels: Collection[str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """score: above 0 when anything is shared; comparable within one ranking only."""

    score: float
    reasons: tuple[str, ...]


def words_of(title: str) -> frozenset[str]:
    """The telling words of a title, in lower case."""
    return frozenset(_WORD.findall(title.lower())) - _COMMON


def likeness(*, one: Profile, other: Profile) -> Likeness:
    """What *other* shares with *one*."""
    score, reasons = 0.0, []
    alerts = set(one.alerts) & set(other.alerts)
    if alerts:
        score += _ALERT * min(len(alerts), 3)
        reasons.append("the same alert" if len(alerts) == 1 else f"{len(alerts)} of the same alerts")
    objectives = [title for pk, title in other.objectives.items() if pk in one.objectives]
    if objectives:
        score += _OBJECTIVE * min(len(objectives), 2)
        reasons.append(f"the same objective: {_listed(objectives)}")
    services = [title for pk, title in other.services.items() if pk in one.services]
    if services:
        score += _SERVICE * min(len(services), 2)
        reasons.append(f"the same service: {_listed(services)}")
    own, theirs = words_of(one.title), words_of(other.title)
    shared = own & theirs
    if shared:
        score += _WORDS * len(shared) / len(own | theirs)
        reasons.append(f"words in the title: {_listed(sorted(shared))}")
    labels = set(one.labels) & set(other.labels)
    if labels:
        score += _LABELS * min(len(labels), 3) / 3
        reasons.append(f"the same labels: {_listed(sorted(labels))}")
    return Likeness(score=score, reasons=tuple(reasons))


def _listed(names: Collection[str]) -> str:
    first = list(names)[:3]
    return ", ".join(first) + ("…" if len(names) > len(first) else "")
