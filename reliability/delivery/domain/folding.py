"""How what is told of one thing, in any order and as often as it may be, ends in one row. Pure.

Every rule is a semilattice (least, greatest, union): payloads out of order, repeated or retried make no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

IN_PROGRESS = "in_progress"
# Of two ends at the same instant the graver one is believed.
_RANK = {IN_PROGRESS: 0, "cancelled": 1, "succeeded": 2, "failed": 3}
States = Mapping[str, list[str]]


def with_state(states: States, *, outcome: str, at: datetime) -> dict[str, list[str]]:
    """The states with one more: {outcome: [first told at, last told at]} as RFC 3339 texts in UTC."""
    told = at.isoformat()
    first, last = states.get(outcome, [told, told])
    return {**states, outcome: [min(first, told, key=_instant), max(last, told, key=_instant)]}


def settled(states: States) -> tuple[str, datetime | None]:
    """The outcome that was reached last, and when it was reached first. What is in progress has no end."""
    ends = {outcome: span for outcome, span in states.items() if outcome != IN_PROGRESS}
    if not ends:
        return IN_PROGRESS, None
    outcome = max(ends, key=lambda one: (_instant(ends[one][1]), _RANK[one]))
    return outcome, _instant(ends[outcome][0])


def fold_fields(values: dict[str, Any], stamps: dict[str, str], *, told: Mapping[str, Any], at: datetime) -> list[str]:
    """Put told values over the stored ones where they are newer; returns the names that changed. Empty ones never do.

    values and stamps are changed in place. At the same instant the greater text wins, whoever came first.
    """
    changed = []
    for name, value in told.items():
        if value in ("", None, [], {}, ()):
            continue
        stamp = stamps.get(name)
        if stamp is not None:
            known_at = _instant(stamp)
            if at < known_at or (at == known_at and repr(value) <= repr(values[name])):
                continue
        stamps[name] = at.isoformat()
        if values.get(name) != value:
            values[name] = value
            changed.append(name)
    return changed


def earliest(*instants: datetime | None) -> datetime | None:
    return min((one for one in instants if one is not None), default=None)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
