"""What to do now, from the state, the short burn rates and how much was measured."""

from __future__ import annotations

from reliability.kit.durations import humanize_duration, parse_duration
from reliability.kit.percent import share_text
from reliability.web.words import number_text
from slo.domain.status import State
from slo.domain.urgency import Burning, Urgency, urgency_of
from slo.selectors.status import StatusView

_NOTHING = "No minute of the window was measured. "
_NOTHING_READ = f"{_NOTHING}Look at the source, or read the past with a backfill."
_NOTHING_PUSHED = f"{_NOTHING}See whether your job still sends: late counts are taken, too."
_BY_STATE = {
    State.AT_RISK: "Hold risky changes, and look at what changed when the burn began.",
    State.BREACHED: "Stop what spends budget: hold or roll back changes, and put reliability work first.",
}
_WHILE_MET = {
    Urgency.NOW: "Budget is left, but it burns {rate} over {window}: look now at what changed.",
    Urgency.SOON: "Budget is left, but it burns {rate} over {window}: find the cause today, before it is gone.",
    Urgency.WATCH: "Nothing is broken, but over {window} it burnt {rate}: see that it stays calm before spending more.",
    Urgency.NONE: "Nothing to do. What is left of the budget may be spent on releases and experiments.",
}


def burning_of(status: StatusView) -> Burning:
    """The burn of the status that matters most."""
    return urgency_of(burn_rates=status.burn_rates, window_length=status.window.length)


def advice(status: StatusView, *, is_pushed: bool) -> str:
    """One or two sentences; the second says when too little was measured to trust the first.

    is_pushed: counts are sent to us, so that there is nothing to read anew.
    """
    if status.state is State.NO_DATA:
        return _NOTHING_PUSHED if is_pushed else _NOTHING_READ
    burning = burning_of(status)
    measured = f"Only {share_text(status.coverage)} of the window was measured"
    if status.state is State.MET:
        if burning.urgency is Urgency.NONE and status.is_thin:
            return f"{measured}: do not count on what is left before you know more."
        words = _said(_WHILE_MET[burning.urgency], burning)
    else:
        words = _BY_STATE[status.state]
        if burning.urgency is Urgency.NOW:
            words = _said("It burns {rate} over {window}: look now. ", burning) + words
    return f"{words} {measured}." if status.is_thin else words


def _said(words: str, burning: Burning) -> str:
    return words.format(rate=f"{number_text(burning.rate)}×", window=_last(burning.window)) if burning.window else words


def _last(window: str) -> str:
    """A standard window in words: the last hour, the last 6 h."""
    length = humanize_duration(parse_duration(window))
    return {"1 h": "the last hour", "1 day": "the last day"}.get(length, f"the last {length}")
