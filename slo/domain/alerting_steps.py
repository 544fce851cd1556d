"""From what a rule reads at an instant and what it remembers: whether it fires, holds or is over, and why.

The same function decides each minute and over history: it knows no clock and no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reliability.kit.durations import humanize_duration
from reliability.kit.percent import share_text
from slo.domain.alerting_readings import Guards, Reading, WindowReading
from slo.domain.alerting_rules import Rule

COVERAGE_MIN = 0.5  # of the long window: below it the burn speaks of too little to wake anybody


class Why(StrEnum):
    """The reason of a decision: text, log field and label of a metric."""

    CALM = "calm"
    LONG_ONLY = "long_only"
    SHORT_ONLY = "short_only"
    FEW_BAD_EVENTS = "few_bad_events"
    FEW_VALID_EVENTS = "few_valid_events"
    COLD_START = "cold_start"
    PENDING = "pending"
    FIRES = "fires"
    BURNS_ON = "burns_on"
    CALMING = "calming"
    RESOLVES = "resolves"
    NO_DATA = "no_data"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known from before: since when the condition is true, the alert fires, the burn is over."""

    pending_since: datetime | None = None
    firing_since: datetime | None = None
    calm_since: datetime | None = None

    @property
    def is_firing(self) -> bool:
        return self.firing_since is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """The memory from now on, and why. began, ended: an alert fires, or is over, with this decision."""

    memory: Memory
    why: Why
    reason: str
    began: bool = False
    ended: bool = False


_NOTHING = Memory()


def decide(*, rule: Rule, reading: Reading, guards: Guards, memory: Memory, at: datetime) -> Decision:
    """Fires when both windows exceed the threshold; over when the short one has not for `rule.hold`.

    Source: Site Reliability Workbook, chapter 5. Taking the same step twice changes nothing. Without data nothing
    changes; minutes that are all excluded end an alert, for nobody expects service in them.
    """
    if reading.newest.live == 0:
        return _excluded(memory)
    if reading.is_stale or reading.newest.burn is None or reading.long.burn is None:
        return _frozen(reading, memory)
    if memory.is_firing:
        return _while_firing(rule, reading, memory, at)
    return _while_calm(rule, reading, guards, memory, at)


def _excluded(memory: Memory) -> Decision:
    words = "every minute of the short window is excluded"
    if memory.is_firing:
        return Decision(_NOTHING, Why.EXCLUDED, f"resolved: {words}", ended=True)
    return Decision(_NOTHING, Why.EXCLUDED, f"not watched: {words}")


def _frozen(reading: Reading, memory: Memory) -> Decision:
    what = "no minute was measured" if reading.is_stale or not reading.newest.covered else "no valid event was counted"
    state = "keeps firing" if memory.is_firing else "stays as it is"
    kept = Memory(memory.pending_since, memory.firing_since)  # being over is to be seen, not assumed
    return Decision(kept, Why.NO_DATA, f"{state}: {what} lately, and no data decide nothing")


def _while_firing(rule: Rule, reading: Reading, memory: Memory, at: datetime) -> Decision:
    if rule.is_breached_by(_burn(reading.newest)):
        kept = Memory(firing_since=memory.firing_since)
        return Decision(kept, Why.BURNS_ON, f"still fires: {_compared(rule, reading.newest, _newest(rule))}")
    calm_since = memory.calm_since or at
    words = f"{_compared(rule, reading.newest, _newest(rule), is_breached=False)}"
    if at - calm_since < rule.hold:
        kept = Memory(firing_since=memory.firing_since, calm_since=calm_since)
        left = humanize_duration(rule.hold - (at - calm_since))
        return Decision(kept, Why.CALMING, f"still fires, but {words}: over in {left} if it stays so")
    over = f"resolved: {words} for {humanize_duration(at - calm_since)}"
    return Decision(_NOTHING, Why.RESOLVES, over, ended=True)


def _while_calm(rule: Rule, reading: Reading, guards: Guards, memory: Memory, at: datetime) -> Decision:
    long = rule.is_breached_by(_burn(reading.long))
    short = reading.short is None or rule.is_breached_by(_burn(reading.short))
    if not long and (not short or reading.short is None):
        return Decision(_NOTHING, Why.CALM, f"calm: {_compared(rule, reading.long, rule.long, is_breached=False)}")
    if not long:
        words = _compared(rule, reading.long, rule.long, is_breached=False)
        return Decision(_NOTHING, Why.SHORT_ONLY, f"it burns now, but {words}")
    if not short:
        words = _compared(rule, reading.newest, _newest(rule), is_breached=False)
        return Decision(_NOTHING, Why.LONG_ONLY, f"it burnt, but has ended: {words}")
    if held := _guarded(rule, reading, guards):
        return held
    pending_since = memory.pending_since or at
    if at - pending_since < rule.alert_after:
        words = f"waits: true for {humanize_duration(at - pending_since)} of {humanize_duration(rule.alert_after)}"
        return Decision(Memory(pending_since=pending_since), Why.PENDING, words)
    reasons = [_compared(rule, reading.long, rule.long)]
    if rule.short is not None and reading.short is not None:
        reasons.append(_compared(rule, reading.short, rule.short))
    return Decision(Memory(firing_since=at), Why.FIRES, f"fires: {' and '.join(reasons)}", began=True)


def _guarded(rule: Rule, reading: Reading, guards: Guards) -> Decision | None:
    """A reason not to fire although both windows are above: too little happened, or too little was measured."""
    long = reading.long
    if rule.op.is_upward and guards.counts_events:
        if long.bad < guards.min_bad_events:
            words = f"held back: {long.bad:,.4g} bad events of at least {guards.min_bad_events:,.4g}"
            return Decision(_NOTHING, Why.FEW_BAD_EVENTS, f"{words} within {humanize_duration(rule.long)}")
        if long.valid < guards.min_valid_events:
            words = f"held back: {long.valid:,.4g} events of at least {guards.min_valid_events:,.4g}"
            return Decision(_NOTHING, Why.FEW_VALID_EVENTS, f"{words} within {humanize_duration(rule.long)}")
    is_cold = reading.is_young or long.coverage < COVERAGE_MIN
    if guards.needs_coverage and is_cold and not fires_cold(rule=rule, window=long, guards=guards):
        measured = f"{share_text(long.coverage)} of {humanize_duration(rule.long)} were measured"
        began = ", and nothing before" if reading.is_young else ""
        return Decision(_NOTHING, Why.COLD_START, f"held back: only {measured}{began}")
    return None


def fires_cold(*, rule: Rule, window: WindowReading, guards: Guards) -> bool:
    """Whether what was measured is bad enough although most was not: many bad events, and a burn above the threshold
    even if everything unmeasured had been good."""
    if not rule.op.is_upward or (guards.counts_events and window.bad < guards.cold_start_bad_events):
        return False
    return rule.is_breached_by(_burn(window) * window.coverage)


def _burn(window: WindowReading) -> float:
    return 0.0 if window.burn is None else window.burn


def _newest(rule: Rule) -> timedelta:
    return rule.short or rule.long


def _compared(rule: Rule, window: WindowReading, length: timedelta, *, is_breached: bool = True) -> str:
    """As in: 20.1× > 14.4× over 1 h."""
    sign = rule.op.sign if is_breached else {"gt": "≤", "gte": "<", "lt": "≥", "lte": ">"}[rule.op.value]
    return f"{number(_burn(window))}× {sign} {number(rule.threshold)}× over {humanize_duration(length)}"


def number(value: float) -> str:
    """Four digits that matter, and never a rounding that turns a comparison."""
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
