"""Conditions that people write themselves, beside the default rules."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reliability.kit.durations import DurationError, format_duration, humanize_duration, parse_duration
from slo.domain.alerting_rules import Operator, Origin, Rule, always_reason, never_reason
from slo.domain.naming import NAME_LENGTH_MAX, Mistake, is_name

CONDITIONS_MAX = 20
TITLE_LENGTH_MAX = 120
LOOKBACK_MIN, SHORT_MIN = timedelta(minutes=2), timedelta(minutes=1)
# Of every objective so much is read for burn rates anyway; longer look-backs must lie within its own window.
LOOKBACK_ALWAYS = timedelta(days=3)
AFTER_MAX = timedelta(days=7)
_FIELDS = ("name", "title", "op", "threshold", "lookback", "short", "alert_after", "severity")


@dataclass(frozen=True, slots=True)
class Condition:
    """burn over *lookback* (and *short*, if there is one) compared with *threshold*, true for *alert_after*."""

    name: str
    threshold: float
    lookback: timedelta
    severity: int
    op: Operator = Operator.GT
    short: timedelta | None = None
    alert_after: timedelta = timedelta(0)
    title: str = ""

    def to_json(self) -> dict[str, Any]:
        """The notation `read_conditions` reads."""
        return {
            "name": self.name,
            "title": self.title,
            "op": self.op.value,
            "threshold": self.threshold,
            "lookback": format_duration(self.lookback),
            "short": format_duration(self.short) if self.short else None,
            "alert_after": format_duration(self.alert_after) if self.alert_after else None,
            "severity": self.severity,
        }


def condition_rule(
    condition: Condition,
    *,
    objective: Decimal,
    key: str = "",
    origin: Origin = Origin.OWN,
    tells_resolved: bool = True,
    targets: tuple[str, ...] = (),
) -> Rule:
    """The condition as the rule that is decided by."""
    compared = f"burn {condition.op.sign} {condition.threshold:.4g}× over {humanize_duration(condition.lookback)}"
    return Rule(
        key=key or f"own:{condition.name}",
        title=condition.title or f"{condition.name}: {compared}",
        long=condition.lookback,
        short=condition.short,
        threshold=condition.threshold,
        severity=condition.severity,
        op=condition.op,
        alert_after=condition.alert_after,
        origin=origin,
        never=never_reason(op=condition.op, threshold=condition.threshold, objective=objective),
        tells_resolved=tells_resolved,
        targets=targets,
    )


def read_conditions(
    entries: Iterable[Mapping[str, Any]], *, objective: Decimal, window_length: timedelta
) -> tuple[list[Condition], list[Mistake]]:
    """Conditions as JSON writes them, and every mistake as (field, what to change)."""
    found: list[Condition] = []
    mistakes: list[Mistake] = []
    listed = list(entries)
    if len(listed) > CONDITIONS_MAX:
        return [], [("conditions", f"are {len(listed)}, at most {CONDITIONS_MAX} are: take some away")]
    for index, entry in enumerate(listed):
        condition, own = _read(entry, f"conditions.{index}")
        if condition is not None:
            own += _doubts(condition, f"conditions.{index}", objective=objective, window_length=window_length)
            if any(condition.name == other.name for other in found):
                own.append((f"conditions.{index}.name", f"is used twice: {condition.name!r}"))
            found.append(condition)
        mistakes += own
    return found, mistakes


def stored_conditions(entries: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """Conditions that were checked when they were stored."""
    read = (_read(entry, "") for entry in entries)
    return [condition for condition, _ in read if condition is not None]


def _read(entry: Mapping[str, Any], path: str) -> tuple[Condition | None, list[Mistake]]:
    if not isinstance(entry, Mapping):
        return None, [(path, "must be an object with name, threshold, lookback and severity")]
    mistakes = [(f"{path}.{name}", "is not a field of a condition") for name in entry if name not in _FIELDS]
    name, title = str(entry.get("name") or ""), str(entry.get("title") or "").strip()
    if not is_name(name):
        mistakes.append((f"{path}.name", f"must hold 1 to {NAME_LENGTH_MAX} lower-case letters, digits and hyphens"))
    if len(title) > TITLE_LENGTH_MAX:
        mistakes.append((f"{path}.title", f"must be at most {TITLE_LENGTH_MAX} characters long"))
    operator = str(entry.get("op") or Operator.GT)
    if operator not in Operator._value2member_map_:
        mistakes.append((f"{path}.op", "must be one of gt, gte, lt, lte"))
    threshold = entry.get("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not math.isfinite(threshold):
        mistakes.append((f"{path}.threshold", "must be a number such as 14.4"))
    severity = entry.get("severity")
    if isinstance(severity, bool) or not isinstance(severity, int) or not 1 <= severity <= 5:
        mistakes.append((f"{path}.severity", "must be 1 (worst) to 5"))
    lookback = _duration(entry, "lookback", path, mistakes, low=LOOKBACK_MIN, is_needed=True)
    short = _duration(entry, "short", path, mistakes, low=SHORT_MIN)
    after = _duration(entry, "alert_after", path, mistakes, low=SHORT_MIN, high=AFTER_MAX)
    if short and lookback and short >= lookback:
        mistakes.append((f"{path}.short", "must be shorter than the look-back"))
    if mistakes or lookback is None:
        return None, mistakes
    return (
        Condition(
            name=name,
            title=title,
            op=Operator(operator),
            threshold=float(threshold or 0),
            lookback=lookback,
            short=short,
            alert_after=after or timedelta(0),
            severity=int(severity or 0),
        ),
        [],
    )


def _duration(
    entry: Mapping[str, Any],
    name: str,
    path: str,
    mistakes: list[Mistake],
    *,
    low: timedelta,
    high: timedelta | None = None,
    is_needed: bool = False,
) -> timedelta | None:
    text = str(entry.get(name) or "").strip()
    if not text or text in ("0", "0m", "0s"):
        if is_needed:
            mistakes.append((f"{path}.{name}", "is required: write a duration such as 1h"))
        return None
    try:
        length = parse_duration(text)
    except DurationError as error:
        mistakes.append((f"{path}.{name}", str(error)))
        return None
    if length < low or length % timedelta(minutes=1) or (high is not None and length > high):
        most = f", at most {humanize_duration(high)}" if high else ""
        mistakes.append((f"{path}.{name}", f"must be whole minutes, at least {humanize_duration(low)}{most}"))
        return None
    return length


def _doubts(condition: Condition, path: str, *, objective: Decimal, window_length: timedelta) -> list[Mistake]:
    """What can be written but never means anything."""
    doubts: list[Mistake] = []
    asked: dict[str, Any] = {"op": condition.op, "threshold": condition.threshold, "objective": objective}
    if reason := never_reason(**asked) or always_reason(**asked):
        doubts.append((f"{path}.threshold", reason))
    if reason := too_long_reason(condition.lookback, window_length=window_length):
        doubts.append((f"{path}.lookback", reason))
    return doubts


def too_long_reason(lookback: timedelta, *, window_length: timedelta) -> str:
    """Why a look-back is too long for an objective; blank when it is not."""
    most = max(window_length, LOOKBACK_ALWAYS)
    if lookback <= most:
        return ""
    return f"must be at most {humanize_duration(most)}: looking back further than the objective's window says nothing"
