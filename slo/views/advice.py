"""What to do now, from the state, the short burn rates and how much was measured."""

from __future__ import annotations

from reliability.kit.durations import humanize_duration, parse_duration
from reliability.kit.percent import share_text
from reliability.web.words import number_text
from slo.domain.status import State
from slo.domain.urgency import Burning, Urgency, urgency_of
from slo.selectors.status import StatusView

LOW_COVERAGE = 0.9  # with a tenth unmeasured, the budget may be something else altogether

_BY_STATE = {
    State.AT_RISK: "Hold risky changes, and look at what changed when the burn began.",
    State.BREACHED: "Stop what spends budget: hold or roll back changes, and put reliability work first.",
    State.NO_DATA: "No minute of the window was measured. Look at the source, or read the past with a backfill.",
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


def advice(status: StatusView) -> str:
    """One or two sentences; the second says when too little was measured to trust the first."""
    if status.state is State.NO_DATA:
        return _BY_STATE[status.state]
    burning = burning_of(status)
    is_thin = status.coverage < LOW_COVERAGE
    measured = f"Only {share_text(status.coverage)} of the window was measured"
    if status.state is State.MET:
        if burning.urgency is Urgency.NONE and is_thin:
            return f"{measured}: do not count on what is left before you know more."
        words = _said(_WHILE_MET[burning.urgency], burning)
    else:
        words = _BY_STATE[status.state]
        if burning.urgency is Urgency.NOW:
            words = _said("It burns {rate} over {window}: look now. ", burning) + words
    return f"{words} {measured}." if is_thin else words


def _said(words: str, burning: Burning) -> str:
    return words.format(rate=f"{number_text(burning.rate)}×", window=_last(burning.window)) if burning.window else words


def _last(window: str) -> str:
    """A standard window in words: the last hour, the last 6 h."""
    length = humanize_duration(parse_duration(window))
    return {"1 h": "the last hour", "1 day": "the last day"}.get(length, f"the last {length}")
