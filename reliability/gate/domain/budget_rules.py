"""Rules of an error-budget policy, and whether one is in force.

After the example policy of the Site Reliability Workbook (Google, 2018), appendix B: when the budget of the preceding
window is spent, changes other than urgent and security fixes wait until the service is within its objective again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reliability.kit.durations import humanize_duration
from reliability.kit.percent import share_text


class Action(StrEnum):
    """The two schools: changes wait, or people turn to reliability while changes go on."""

    FREEZE = "freeze"
    SHIFT_WORK = "shift_work"

    @property
    def words(self) -> str:
        return {Action.FREEZE: "freeze", Action.SHIFT_WORK: "shift work"}[self]


class Measure(StrEnum):
    BUDGET_LEFT = "budget_left"
    BURN_RATE_1H = "burn_rate_1h"

    @property
    def words(self) -> str:
        return {Measure.BUDGET_LEFT: "budget left", Measure.BURN_RATE_1H: "burn rate over 1 h"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When *measure* of any objective of the service (or the one named *slo*) crosses *threshold*, *action* holds.

    threshold, until: shares of the budget (0.25) for BUDGET_LEFT: in force at or below the first, over above the
    second. For BURN_RATE_1H multiples (1 spends the budget exactly in its window): in force above the first, over at or
    below the second. hold_minutes: it stays in force at least so long. work_percent: of the team's work, SHIFT_WORK.
    """

    action: Action
    measure: Measure = Measure.BUDGET_LEFT
    threshold: float = 0.0
    until: float = 0.0
    hold_minutes: int = 0
    slo: str = ""
    work_percent: int = 0

    @property
    def key(self) -> str:
        """A policy has one rule of each key: while it is changed, what is in force stays in force."""
        return f"{self.action}:{self.measure}:{self.slo}"


@dataclass(frozen=True, slots=True)
class Reading:
    """An objective now. None: nothing was measured, which is neither good nor bad. is_stale: what was measured last is
    too old to say that it is back: bad minutes leave a rolling window also while nothing is measured."""

    slo: str
    title: str
    budget_left: float | None
    burn_rate_1h: float | None
    is_stale: bool = False

    def of(self, measure: Measure) -> float | None:
        return self.budget_left if measure is Measure.BUDGET_LEFT else self.burn_rate_1h


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a rule is in force, and in words what makes it so. slo: the objective that decides, blank for none."""

    is_in_force: bool
    reason: str
    slo: str = ""


def standing_of(*, rule: Rule, readings: Sequence[Reading], since: datetime | None, now: datetime) -> Standing:
    """since: when it came into force; None: it is not in force.

    It comes into force by any objective. It is over when all are back, it was in force for long enough, and every one
    of them was measured: what is not measured neither brings it into force nor ends it.
    """
    concerned = [one for one in readings if rule.slo in ("", one.slo)]
    if not concerned:
        return Standing(False, "the service has no such objective")
    measured = [(value, one) for one in concerned if (value := one.of(rule.measure)) is not None]
    worst = _worst(rule, measured)
    if worst is not None and _crosses(rule, worst[0]):
        return Standing(True, _words(rule, *worst), worst[1].slo)
    if since is None:
        return Standing(False, _words(rule, *worst) if worst else "none of its objectives was measured")
    return _leaving(rule, concerned, measured, since, now)


def words_of(rule: Rule) -> str:
    """`any objective has 25 % of its budget or less, until it has more than 40 %, at least for 60 min`."""
    who = f"the objective {rule.slo}" if rule.slo else "any objective"
    if rule.measure is Measure.BUDGET_LEFT:
        text = f"{who} has {share_text(rule.threshold)} of its budget or less, until it has more than "
        text += share_text(rule.until)
    else:
        text = f"{who} burns more than {rule.threshold:g}× over 1 h, until it burns at most {rule.until:g}×"
    hold = timedelta(minutes=rule.hold_minutes)
    return f"{text}, at least for {humanize_duration(hold)}" if rule.hold_minutes else text


def _leaving(
    rule: Rule, concerned: Sequence[Reading], measured: list[tuple[float, Reading]], since: datetime, now: datetime
) -> Standing:
    """Of a rule in force that nothing would bring into force now."""
    for one in concerned:
        if one.of(rule.measure) is None or one.is_stale:
            return Standing(True, f"“{one.title}” is not measured, so nobody knows that it is back", one.slo)
    for value, one in measured:
        if not _is_back(rule, value):
            return Standing(True, f"{_words(rule, value, one)}, and it is over {_goal(rule)}", one.slo)
    ends_at = since + timedelta(minutes=rule.hold_minutes)
    if now < ends_at:
        return Standing(True, f"all is back, but it stays in force until {ends_at:%Y-%m-%d %H:%M} UTC")
    worst = _worst(rule, measured)
    return Standing(False, f"{_words(rule, *worst)}: it is back" if worst else "it is back")


def _worst(rule: Rule, measured: list[tuple[float, Reading]]) -> tuple[float, Reading] | None:
    pick = min if rule.measure is Measure.BUDGET_LEFT else max
    return pick(measured, key=lambda pair: (pair[0], pair[1].slo)) if measured else None


def _crosses(rule: Rule, value: float) -> bool:
    return value <= rule.threshold if rule.measure is Measure.BUDGET_LEFT else value > rule.threshold


def _is_back(rule: Rule, value: float) -> bool:
    return value > rule.until if rule.measure is Measure.BUDGET_LEFT else value <= rule.until


def _goal(rule: Rule) -> str:
    if rule.measure is Measure.BUDGET_LEFT:
        return f"with more than {share_text(rule.until)}"
    return f"at {rule.until:g}× or less"


def _words(rule: Rule, value: float, one: Reading) -> str:
    if rule.measure is Measure.BUDGET_LEFT:
        if value < 0:
            return f"“{one.title}” has spent its budget: {share_text(value)} is left"
        return f"“{one.title}” has {share_text(value)} of its budget left"
    return f"“{one.title}” burns its budget {value:.3g}× as fast as its window allows, over 1 h"
