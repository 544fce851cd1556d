"""The alert for missing data: the one thing burn alerts cannot see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.durations import humanize_duration
from slo.domain.alerting_readings import WindowReading
from slo.domain.alerting_rules import SEVERITY_NO_DATA
from slo.domain.alerting_steps import Decision, Memory, Why

KEY = "no-data"
MINUTES_MIN, MINUTES_MAX = 5, 10_080
_BACK_MINUTES = 5  # so many measured minutes are back, one alone may be a straggler


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """After how long a silence is an alert. counts_no_traffic: minutes without a valid event are silent, too."""

    after: timedelta = timedelta(minutes=15)
    severity: int = SEVERITY_NO_DATA
    counts_no_traffic: bool = False
    tells_resolved: bool = True


def decide_silence(
    *, rule: SilenceRule, window: WindowReading, was_measured: bool, memory: Memory, at: datetime
) -> Decision:
    """*window* are the last `rule.after` minutes. What was never measured is new, not silent.

    A silence begins to count when an exclusion is over. It ends with five measured minutes, or an exclusion of all.
    """
    over = humanize_duration(rule.after)
    is_silent = window.valid <= 0 if rule.counts_no_traffic else window.covered == 0
    what = "counted" if rule.counts_no_traffic and window.covered else "measured"
    if memory.is_firing:
        if window.live == 0:
            return Decision(Memory(), Why.EXCLUDED, "resolved: these minutes are excluded", ended=True)
        back = min(_BACK_MINUTES, int(rule.after / timedelta(minutes=1)))
        if not is_silent and window.covered >= back:
            words = f"resolved: {window.covered} of the last {window.live} minutes were measured"
            return Decision(Memory(), Why.RESOLVES, words, ended=True)
        return Decision(memory, Why.BURNS_ON, f"still silent: {window.covered} minutes of {over} were measured")
    if not was_measured:
        return Decision(Memory(), Why.COLD_START, "nothing was ever measured: there is no silence to speak of yet")
    if not is_silent:
        return Decision(Memory(), Why.CALM, f"measured: {window.covered} of the last {window.live} minutes")
    if window.live < rule.after / timedelta(minutes=1):
        return Decision(Memory(), Why.EXCLUDED, f"not watched: part of the last {over} is excluded")
    fires = f"fires: nothing was {what} for {over}"
    return Decision(Memory(firing_since=at), Why.FIRES, fires, began=True)
